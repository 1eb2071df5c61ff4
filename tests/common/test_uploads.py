"""What residents may hand in, and what must never reach the machine of a clerk."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils.translation import override
from PIL import Image

from common import pdf_check, upload_child, uploads
from common.errors import NotAllowed
from common.uploads import CleanFile, UploadRefused, check_upload, display_name
from tests.common import upload_corpus as corpus

HOSTILE = [*corpus.hostile_pdfs(), *corpus.hostile_pictures(), *corpus.hostile_others()]
GOOD = list(corpus.good())
SMUGGLED = list(corpus.smuggled())


def pixels(file: CleanFile) -> Image.Image:
    return Image.open(io.BytesIO(file.content))


def colour(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    return tuple(image.crop((*place, place[0] + 1, place[1] + 1)).tobytes())


def test_the_corpora_are_as_large_as_promised() -> None:
    assert len(HOSTILE) + len(SMUGGLED) >= 60
    assert len(GOOD) >= 30


@pytest.mark.parametrize(
    ("code", "data"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
def test_a_hostile_file_is_refused_quickly_and_for_its_own_reason(code: str, data: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(UploadRefused) as refused:
        check_upload(data, "材料.jpg")
    assert refused.value.code == code
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("kind", "data"), [case[1:] for case in GOOD], ids=[case[0] for case in GOOD]
)
def test_an_honest_file_is_taken(kind: str, data: bytes) -> None:
    file = check_upload(data, "材料")
    assert file.kind == kind
    assert file.size == len(file.content)
    if kind == "pdf":
        assert file.content == data
    else:
        pixels(file).load()


@pytest.mark.parametrize("data", [case[1] for case in SMUGGLED], ids=[case[0] for case in SMUGGLED])
def test_a_picture_arrives_without_what_it_carried(data: bytes) -> None:
    content = check_upload(data, "照片.jpg").content
    assert not any(
        word in content
        for word in (b"<script", b"alert", b"<?php", b"PK\x03\x04", b"#!/", b"evIl", b"GPS")
    )
    assert not Image.open(io.BytesIO(content)).getexif()
    assert set(Image.open(io.BytesIO(content)).info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
    }


@pytest.mark.parametrize("value", range(1, 9))
def test_a_photograph_stands_upright_although_its_exif_is_gone(value: int) -> None:
    seen = pixels(check_upload(corpus.jpg_with_orientation(value), "x.jpg"))
    width, height = seen.size
    assert (width, height) == ((40, 20) if value < 5 else (20, 40))
    dark = {
        1: (2, 10),
        2: (37, 10),
        3: (37, 10),
        4: (2, 10),
        5: (10, 2),
        6: (10, 2),
        7: (10, 37),
        8: (10, 37),
    }
    assert colour(seen, dark[value])[0] < 40
    assert colour(seen, (width - 1 - dark[value][0], height - 1 - dark[value][1]))[0] > 215


def test_pictures_keep_what_matters() -> None:
    grey = pixels(check_upload(corpus.saved(corpus.picture("I;16"), "PNG"), "x.png"))
    assert colour(grey, (0, 0)) == (40_000 // 256,)  # scaled to 8 bits, not clipped to white
    clear = pixels(
        check_upload(corpus.saved(Image.new("RGBA", (4, 4), (1, 2, 3, 77)), "PNG"), "x.png")
    )
    assert colour(clear, (0, 0)) == (1, 2, 3, 77)
    inked = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    red, green, blue = colour(pixels(check_upload(corpus.saved(inked, "JPEG"), "x.jpg")), (8, 8))
    assert red > 200
    assert max(green, blue) < 60


def test_a_very_large_photograph_is_scaled_down_but_stays_readable() -> None:
    data = corpus.saved(Image.new("RGB", (8_000, 6_000), "white"), "JPEG")
    assert pixels(check_upload(data, "x.jpg")).size == (4_000, 3_000)


def test_pages_are_counted_also_inside_object_streams() -> None:
    assert check_upload(corpus.pdf(pages=7), "x.pdf").pages == 7
    assert check_upload(corpus.pdf_compressed(), "x.pdf").pages == 1
    assert check_upload(corpus.jpg(), "x.jpg").pages is None


def test_a_169_megapixel_png_is_refused_in_milliseconds_without_being_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = corpus.png_of_zeros(13_000, 13_000)
    monkeypatch.setattr(uploads, "_parse_in_child", lambda *_: pytest.fail("must not be parsed"))
    begun = time.perf_counter()
    with pytest.raises(UploadRefused):
        check_upload(data, "x.png")
    assert time.perf_counter() - begun < 0.05


def run_child(
    body: str, *, seconds: int = upload_child.CPU_SECONDS
) -> subprocess.CompletedProcess[bytes]:
    code = f"""
import os, sys
from common import upload_child
upload_child.CPU_SECONDS = {seconds}
upload_child.limit_resources()
{body}"""
    root = Path(uploads.__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=root,
        check=False,
    )


def test_the_child_cannot_take_more_memory_than_allowed() -> None:
    assert b"MemoryError" in run_child("bytearray(320 * 1024 * 1024)").stderr
    assert run_child("bytearray(150 * 1024 * 1024)").returncode == 0


def test_the_child_is_stopped_after_its_processor_time() -> None:
    assert upload_child.CPU_SECONDS <= 5
    begun = time.monotonic()
    assert run_child("while True: pass", seconds=1).returncode < 0
    assert time.monotonic() - begun < 60  # of wall clock, on a busy machine


def test_the_largest_picture_allowed_fits_into_the_memory_of_the_child_also_when_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    flat = Image.new("RGBA", (5_000, 4_000), (9, 9, 9, 9))
    data = corpus.saved(flat, "PNG", exif=exif)
    assert pixels(check_upload(data, "x.png")).size == (4_000, 5_000)
    noisy = Image.effect_noise((1_000, 800), 90).resize(flat.size).convert("RGB")
    data = corpus.saved(noisy, "JPEG", progressive=True, subsampling=0, exif=exif)
    assert pixels(check_upload(data, "x.jpg")).size == (2_000, 2_500)


def test_a_child_that_hangs_or_dies_means_no(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setattr(uploads, "SECONDS", 0.3)
    for program in (slow, Path("/bin/false")):
        monkeypatch.setattr(sys, "executable", str(program))
        with pytest.raises(UploadRefused) as refused:
            check_upload(corpus.jpg(), "x.jpg")
        assert refused.value.code == "too_complex"


def test_the_child_inherits_no_open_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    seen = tmp_path / "seen"
    spy.write_text(f"#!/bin/sh\nls -l /proc/$$/fd > {seen}\nenv >> {seen}\nexit 1\n")
    spy.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(spy))
    monkeypatch.setenv("FIELD_KEYS_FILE", "/secret")
    secret = os.open(tmp_path / "held-open", os.O_CREAT | os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        with pytest.raises(UploadRefused):
            check_upload(corpus.jpg(), "x.jpg")
    finally:
        os.close(secret)
    assert "/dev/null" in seen.read_text() or "pipe:" in seen.read_text()
    assert (
        "held-open" not in seen.read_text()
    )  # by name: shells open files of their own as 10 and 11
    assert "FIELD_KEYS_FILE" not in seen.read_text()


def test_every_reason_says_what_to_do_instead_in_the_language_of_the_page() -> None:
    codes = {case[1] for case in HOSTILE}
    assert codes == set(uploads.MESSAGES)
    for code in codes:
        with override("zh-hans"):
            message = str(UploadRefused(code).message)
        assert "请" in message
        assert message.endswith("。")
        assert "{" not in message
    assert issubclass(UploadRefused, NotAllowed)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("户口本.jpg", "户口本.jpg"),
        ("材料.pdf.exe", "材料.jpg"),
        ("..\\..\\Windows\\system32\\a.php", "a.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("a\x00.php\x00.jpg", "a.jpg"),
        ("照片\u202egpj.exe", "照片gpj.jpg"),
        ("x\r\nSet-Cookie: a=b.png", "xSet-Cookie: a=b.jpg"),
        ("", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("字" * 300 + ".png", "字" * 60 + ".jpg"),
        ("𬭚㛃 证明.jpeg", "𬭚㛃 证明.jpg"),
    ],
)
def test_a_file_name_is_only_ever_shown_and_is_made_harmless(name: str, shown: str) -> None:
    assert display_name(name, "jpg") == shown


# --- the reader of PDF structure, called directly so that a miss is seen line by line ------------


def test_bytes_flipped_anywhere_never_crash_the_pdf_check() -> None:
    for base in (
        corpus.pdf(),
        corpus.pdf_compressed(),
        corpus.updated(corpus.pdf(), b"<< /A (b) /C [1 2 R] >>"),
    ):
        for place in range(0, len(base), 3):
            for value in b"\x00<>()[]/%R9":
                data = base[:place] + bytes([value]) + base[place + 1 :]
                code, _pages, _content = upload_child.answer("pdf", data, max_pixels=1, max_side=1)
                assert code in {"", *uploads.MESSAGES}


def test_no_flipped_byte_lets_a_script_through() -> None:
    base = corpus.pdf(corpus.object_stream(corpus.JAVASCRIPT))
    inside = base.index(b"ObjStm"), base.index(b"endstream", base.index(b"ObjStm"))
    for place in range(base.index(b"5 0 obj"), len(base)):
        data = bytearray(base)
        data[place] ^= 0x01
        try:
            pdf_check.check_pdf(bytes(data))
        except pdf_check.Refused:
            continue
        # Accepted only where the flip left no object stream that a viewer could open.
        assert b"/First" not in data
        assert not inside[0] <= place < inside[1]

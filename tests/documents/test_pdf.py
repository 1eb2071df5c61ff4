"""The PDF: layout of GB/T 9704, embedded fonts, rare characters, the same bytes for the same words."""

import hashlib
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image

from common import storage
from servicehall.documents import actions, pdf
from servicehall.documents.enums import LetterKind as K
from servicehall.documents.models import Letter, Letterhead, Seal
from servicehall.documents.pdf import fonts
from servicehall.documents.pdf.setting import glyphs, length, lines
from servicehall.documents.pdf.sheet import MEASURE, PITCH
from tests.documents.reading import joined, read_pdf
from tests.factories.documents import every_letter, lettered_hall
from tests.sweeping import sweeps

URL = "https://portal.example/verify/ABCDEFGH23456789/"
RARE = "巴图·孟和𠮷㛃䶮𬱖喆堃"
WORDS = {
    "form": 1,
    "kind": "refusal",
    "title": "不予决定书",
    "number": "海民救〔2026〕12号",
    "code": "ABCDEFGH23456789",
    "body": "海勃湾区民政局",
    "second_line": "",
    "to": f"{RARE}：",
    "applicant": RARE,
    "item": "最低生活保障",
    "case": "150302001",
    "blocks": [
        {"as": "p", "role": "", "text": "您提出的“最低生活保障”申请，经审核，现决定：不予。"},
        {"as": "h1", "role": "", "text": "一、理由"},
        {"as": "h2", "role": "", "text": "（一）收入"},
        {"as": "p", "role": "reason", "text": "人均月收入1,520元，高于标准。" * 3},
    ],
    "attachments": ["收入核对报告", "财产核对报告"],
    "sign": [],
    "date": "2026年3月5日",
    "by_body": True,
    "seal": {"name": "审批专用章", "image": ""},
    "contact": [["联系电话", "0473-5552103"]],
    "complaint": "12345",
}


def drawn(**changes):
    return pdf.draw({**WORDS, **changes}, check_url=URL)


def test_a_letter_reads_as_it_was_written_rare_characters_too():
    read = read_pdf(drawn())
    text = joined(read.text)
    for said in (
        RARE,
        "海民救〔2026〕12号",
        "不予决定书",
        "2026年3月5日",
        "—1—",
        "附件：1.收入核对报告",
    ):
        assert joined(said) in text, said
    assert "ABCD-EFGH-2345-6789" in text
    assert read.title == "不予决定书 海民救〔2026〕12号"
    assert "未加盖电子印章" not in text


def test_every_font_is_embedded():
    found = read_pdf(drawn()).fonts
    assert found
    assert all(found.values()), found
    assert len(found) >= 3  # 宋 (for 仿宋), 黑, 楷


def test_the_document_names_its_language_and_shows_its_title():
    data = drawn()
    assert b"/Lang (zh-CN)" in data
    assert b"/DisplayDocTitle true" in data


def test_the_same_words_give_the_same_bytes():
    assert drawn() == drawn()
    assert drawn() != drawn(date="2026年3月6日")


def test_a_character_that_no_font_has_is_named_not_boxed():
    text = joined(read_pdf(drawn(to="张\ue863\u0378三：")).text)
    assert "张[U+E863][U+0378]三：" in text


def test_without_a_seal_the_letter_says_so():
    assert "（未加盖电子印章）" in joined(read_pdf(drawn(seal=None)).text)


def test_a_long_letter_turns_the_page_and_its_signature_never_stands_alone():
    blocks = [{"as": "p", "role": "", "text": f"第{n}段，" + "内容" * 40} for n in range(20)]
    read = read_pdf(drawn(blocks=blocks))
    assert read.pages >= 3
    assert f"— {read.pages} —" in read.text
    last = read.text.split(f"— {read.pages - 1} —")[-1]
    assert "第19段" in last or "附件" in last
    assert "2026年3月5日" in last


def test_a_line_holds_28_characters_and_marks_stay_with_their_words():
    text = "字" * 28 + "，" + "《救助》" * 20 + "1503020010052026112500017"
    rows = lines(glyphs(text, "body", size=16, pitch=PITCH), width=MEASURE)
    shown = ["".join(glyph.text for glyph in row) for row in rows]
    assert max(length(row) for row in rows) <= MEASURE + 0.1
    assert not [line for line in shown if line[0] in "，》" or line[-1] == "《"]
    assert "".join(shown) == text
    plain = lines(glyphs("字" * 57, "body", size=16, pitch=PITCH), width=MEASURE)
    assert [len(row) for row in plain] == [28, 28, 1]


def test_a_word_longer_than_a_line_is_broken():
    rows = lines(glyphs("A" * 200, "body", size=16, pitch=PITCH), width=MEASURE)
    assert len(rows) > 1
    assert all(length(row) <= MEASURE + 0.1 for row in rows)


def test_a_script_that_needs_joining_is_left_to_the_page():
    assert drawn(second_line="ᠬᠠᠶᠢᠪᠣᠩ") == drawn()
    assert "Хайбован" in read_pdf(drawn(second_line="Хайбован")).text


def test_without_any_font_there_is_an_error_and_no_boxes(monkeypatch):
    monkeypatch.setattr(fonts, "_face", lambda entry: None)
    with pytest.raises(pdf.NoFonts):
        drawn()


@pytest.mark.django_db
def test_every_kind_becomes_a_pdf():
    place = lettered_hall(publicity_days=7)
    place.applicant.full_name = RARE
    place.applicant.save()
    done = every_letter(place)
    assert {letter.kind for letter in done} == set(K)
    for letter in done:
        read = read_pdf(actions.pdf_of(letter, check_url=URL))
        text = joined(re.sub(r"— \d+ —", "", read.text))
        assert joined(letter.number) in text, letter.kind
        assert all(read.fonts.values()), letter.kind
        assert "{" not in text, letter.kind
        assert (RARE in text) == (letter.kind != K.PUBLICITY), letter.kind
        for block in letter.words["blocks"]:
            assert joined(block["text"]) in text, letter.kind


@pytest.mark.django_db
def test_the_bytes_are_kept_and_have_one_hash_for_ever(django_assert_max_num_queries):
    place = lettered_hall()
    letter = Letter.objects.of_case(place.filed()).get()
    data = actions.pdf_of(letter, check_url=URL)
    assert letter.sha256 == hashlib.sha256(data).hexdigest()
    again = Letter.objects.get(pk=letter.pk)
    with django_assert_max_num_queries(0):
        assert actions.pdf_of(again, check_url="https://elsewhere.example/") == data
    storage.drop(again.file)  # restored from a backup without its files
    assert actions.pdf_of(again, check_url=URL) == data
    storage.drop(again.file)
    with pytest.raises(storage.FileMissing):
        actions.pdf_of(again, check_url="https://elsewhere.example/")


@pytest.mark.django_db
@sweeps(actions.pdf_of, actions.put_seal)
def test_a_letterhead_in_two_scripts_and_a_seal_with_an_image(tmp_path):
    place = lettered_hall()
    Letterhead.objects.filter(body=place.station).update(second_line="Иргэний алба")
    image = tmp_path / "seal.png"
    Image.new("RGBA", (200, 200), (200, 0, 0, 128)).save(image, "PNG")
    today = timezone.localdate(place.now)
    given = [
        "--name=公章",
        f"--image={image}",
        f"--from={today}",
        "--basis=启用通知",
        "--automatic",
    ]
    call_command("put_seal", place.station.code, *given, stdout=StringIO())
    letter = Letter.objects.of_case(place.filed()).get()
    assert letter.words["seal"]["name"] == "公章"
    data = actions.pdf_of(letter, check_url=URL)
    assert "Иргэнийалба" in joined(read_pdf(data).text)
    assert b"/Subtype /Image" in data
    before = Seal.objects.get(body=place.station, image="")
    assert before.valid_to == today
    with pytest.raises(CommandError):
        call_command("put_seal", "nobody", f"--from={today}", "--basis=x")

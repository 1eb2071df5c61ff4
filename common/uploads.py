"""What residents hand in as files: PDF, JPG and PNG, and nothing that could act on the machine of a clerk.

The kind is decided by the bytes, never by the name. Sizes are read from the headers before anything is decoded.
Parsing happens in a child process with limits (common.upload_child): pictures are decoded and encoded again, so that
only pixels survive; PDFs are kept as they came after the checks described in common.pdf_check.
The caller chooses a random name for storing and serves the file as an attachment.
"""

import hashlib
import json
import re
import struct
import unicodedata
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common import limited
from common.errors import NotAllowed
from common.logs import without_numbers

Kind = Literal["pdf", "jpg", "png"]

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 16_000  # pixels
MAX_PIXELS = 64_000_000  # a baseline JPG is scaled down while it is decoded, so telephones may send large ones
MAX_PIXELS_WHOLE = 20_000_000  # PNG and progressive JPG must be held in memory as a whole
SECONDS = 10  # of wall clock; the child itself has 5 seconds of processor time

MESSAGES: dict[str, str | Promise] = {
    "empty": _("这个文件是空的。请重新拍照或重新选择文件。"),
    "too_large": format_lazy(
        _("文件超过 {size} MB。请在手机上选择“中等”或“压缩”后上传，或者分成几个文件。"),
        size=MAX_BYTES // 1024**2,
    ),
    "too_many_pixels": _("图片的尺寸太大。请把相机的分辨率调低后重拍，或者先截图再上传。"),
    "too_complex": _("这个文件太复杂，系统打不开。请把材料拍成照片，再上传照片。"),
    "damaged": _("文件不完整或已损坏。请重新拍照，或重新导出后再上传。"),
    "heic": _(
        "这是苹果手机的 HEIC 照片，窗口的电脑打不开。"
        "请在手机“设置 › 相机 › 格式”中选“兼容性最佳”后重拍，或者先截图再上传。"
    ),
    "picture_kind": _("只收 JPG 和 PNG 图片。请重新拍照，或先截图再上传。"),
    "office": _("不收 Word、Excel、WPS 文件和压缩包。请另存为 PDF，或打印后拍照上传。"),
    "web": _("不收网页、SVG 和程序文件。请上传 PDF、JPG 或 PNG。"),
    "unknown": _("看不出这是什么文件。请上传 PDF、JPG 或 PNG。"),
    "pdf_active": _(
        "这个 PDF 里有会自动运行的内容。请在电脑上选“打印 › 另存为 PDF”后上传，或打印后拍照上传。"
    ),
    "pdf_attachment": _(
        "这个 PDF 里夹带了别的文件。请在电脑上选“打印 › 另存为 PDF”后上传，附件请单独上传。"
    ),
    "pdf_encrypted": _("这个 PDF 设有密码。请取消密码后上传，或打印后拍照上传。"),
    "pdf_pages": _("这个 PDF 的页数太多。请只保留需要的几页后上传。"),
    "pdf_structure": _(
        "这个 PDF 的写法不合规范。请在电脑上选“打印 › 另存为 PDF”后上传，或打印后拍照上传。"
    ),
}


class UploadRefused(NotAllowed):
    """The file is not taken. `code` is a key of MESSAGES; the message says what the person can do instead."""

    def __init__(self, code: str) -> None:
        super().__init__(code, MESSAGES[code])


@dataclass(frozen=True)
class CleanFile:
    content: bytes
    kind: Kind
    pages: int | None  # of a PDF
    size: int  # of the content in bytes; re-encoding may change it
    sha256: str  # of the content, hexadecimal
    name: str  # for showing to people only: no path, no control characters, ends as the kind says


def check_upload(data: bytes, name: str) -> CleanFile:
    """The file as it may be kept. Raises UploadRefused."""
    if not data:
        raise UploadRefused("empty")
    if len(data) > MAX_BYTES:
        raise UploadRefused("too_large")
    kind = recognise(data)
    if kind == "jpg":
        _check_jpg_header(data)
    elif kind == "png":
        _check_png_header(data)
    pages, picture = _parse_in_child(data, kind)
    content = data if kind == "pdf" else picture
    digest = hashlib.sha256(content).hexdigest()
    return CleanFile(content, kind, pages, len(content), digest, display_name(name, kind))


# --- by the bytes -------------------------------------------------------------------------------

_OFFICE = (
    b"PK",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"{\\rtf",
)
_PICTURES = (
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x01\x00",
    b"8BPS",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe")
_HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_MARKUP = re.compile(rb"<(?:!doctype|html|svg|script|\?xml|head|body|iframe)", re.IGNORECASE)


def recognise(data: bytes) -> Kind:
    """The kind by the first bytes. Raises UploadRefused with the advice that fits what it is instead."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    raise UploadRefused(_what_instead(data))


def _what_instead(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "heic" if data[8:12] in _HEIC else "picture_kind"
    if data.startswith(_OFFICE):
        return "office"
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return "picture_kind"
    if data.startswith(_PROGRAMS) or _MARKUP.search(data[:1024].replace(b"\x00", b"")):
        return "web"
    return "unknown"


# --- sizes from headers, before a decoder sees the file -----------------------------------------


def _check_size(width: int, height: int, *, max_pixels: int) -> None:
    if not width or not height:
        raise UploadRefused("damaged")
    if max(width, height) > MAX_SIDE or width * height > max_pixels:
        raise UploadRefused("too_many_pixels")


def _check_png_header(data: bytes) -> None:
    if len(data) < 33 or data[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise UploadRefused("damaged")
    width, height = struct.unpack(">II", data[16:24])
    _check_size(width, height, max_pixels=MAX_PIXELS_WHOLE)


_BASELINE = {0xC0, 0xC1}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _check_jpg_header(data: bytes) -> None:
    """Find the frame header (ITU T.81, B.2.2) by stepping from segment to segment."""
    position = 2
    while position + 9 < len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            _check_size(
                width, height, max_pixels=MAX_PIXELS if marker in _BASELINE else MAX_PIXELS_WHOLE
            )
            return
        if marker == 0xDA:  # the picture begins without having said its size
            break
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    raise UploadRefused("damaged")


# --- the child ----------------------------------------------------------------------------------


def _parse_in_child(data: bytes, kind: Kind) -> tuple[int | None, bytes]:
    arguments = [kind, str(MAX_PIXELS), str(MAX_SIDE)]
    try:
        with limited.run("common.upload_child", arguments, data, seconds=SECONDS) as reply:
            head, _newline, content = reply.read().partition(b"\n")
    except limited.Overrun as error:
        raise UploadRefused("too_complex") from error
    found = json.loads(head)
    if found["code"]:
        raise UploadRefused(found["code"])
    return found["pages"], content


# --- the name -----------------------------------------------------------------------------------


def _is_shown(character: str) -> bool:
    """Not a control, a direction mark or an odd space."""
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def display_name(name: str, kind: Kind) -> str:
    """`…\\材料.pdf.exe` → `材料.pdf`: the last part of the path, without endings, at most 60 characters. A number
    of a person in it is left out: the name stands in lists."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = "".join(filter(_is_shown, last)).strip(" .")
    while (cut := re.fullmatch(r"(.+?)\.[A-Za-z0-9]{1,5}", stem)) is not None:
        stem = cut[1].rstrip(" .")
    stem = without_numbers(stem, "…", "…")
    return f"{stem[:60] or 'file'}.{kind}"

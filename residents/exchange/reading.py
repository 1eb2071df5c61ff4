"""Files of departments: .xlsx, .xls and .csv become rows of texts, or one clear line says why not.

The kind is decided by the bytes. An archive's own list of contents is checked before anything is unpacked; parsing
happens in a limited child (residents.exchange.sheet_child). Nothing here knows what the texts mean.
"""

import io
import json
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common import limited
from common.errors import NotAllowed
from residents.exchange.enums import FileKind
from residents.exchange.limits import limits

SECONDS = 120  # of wall clock; the child has its own limit of processor time

MESSAGES: dict[str, str | Promise] = {
    "empty": _("这个文件里没有数据。"),
    "too_large": format_lazy(
        _("文件太大：最多{size}MB、{rows}行。请分成几个文件导入。"),
        size=limits().bytes // 1024**2,
        rows=limits().rows,
    ),
    "too_many_rows": format_lazy(
        _("行数太多，最多{rows}行。请分成几个文件导入。"), rows=limits().rows
    ),
    "too_many_columns": format_lazy(
        _("列数太多，最多{columns}列。请删去不需要的列。"), columns=limits().columns
    ),
    "bomb": _("这个文件解压后大得不正常，没有打开。请重新导出。"),
    "damaged": _("文件不完整或已损坏，打不开。请重新导出后再试。"),
    "locked": _("这个文件设有打开密码。请取消密码，另存后再导入。"),
    "macros": _("这个文件带有宏。请另存为普通的 .xlsx 后再导入。"),
    "web": _("这是网页格式的表格。请用表格软件打开，另存为 .xlsx 后再导入。"),
    "kind": _("只收 .xlsx、.xls 和 .csv 表格。请用表格软件另存为 .xlsx。"),
    "encoding": _("看不出这个文本文件的编码。请另存为 .xlsx，或 UTF-8 编码的 .csv。"),
}


class FileRefused(NotAllowed):
    """The file is not taken. `code` is a key of MESSAGES."""

    def __init__(self, code: str) -> None:
        super().__init__(code, MESSAGES.get(code, MESSAGES["damaged"]))


@dataclass(frozen=True, slots=True)
class Table:
    """The beginning of one table. `first` has (number, cells); `values` the texts of columns that have few."""

    place: int
    name: str
    note: str
    count: int
    first: list[tuple[int, list[str]]]
    values: dict[int, list[str]]


# --- by the bytes ---------------------------------------------------------------------------------
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF"),
    *(
        b"PK\x05\x06",
        b"PK\x07\x08",
        b"GIF8",
        b"BM\x00",
        b"{\\rtf",
        b"SQLite format",
        b"\x00\x00\x00",
    ),
)


def recognise(data: bytes) -> FileKind:
    """What the bytes are. Raises FileRefused."""
    if not data.strip():
        raise FileRefused("empty")
    if len(data) > limits().bytes:
        raise FileRefused("too_large")
    if data.startswith(_ZIP):
        _check_archive(data)
        return FileKind.XLSX
    if data.startswith(_OLE):
        _check_compound(data)
        return FileKind.XLS
    if data.startswith(_OTHERS):
        raise FileRefused("kind")
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise FileRefused("web")
    return FileKind.CSV


def _check_archive(data: bytes) -> None:
    """Read the list of contents alone: how many, how large, how tightly packed, and whether it is a workbook."""
    most = limits()
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        raise FileRefused("damaged")
    if struct.unpack_from("<H", data, end + 10)[0] > most.entries:
        raise FileRefused("bomb")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise FileRefused("damaged") from None
    _check_entries(entries)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    most = limits()
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("locked")
    if len(entries) > most.entries or sum(e.file_size for e in entries) > most.unpacked_bytes:
        raise FileRefused("bomb")
    if any(e.file_size > most.ratio * max(e.compress_size, 1024) for e in entries):
        raise FileRefused("bomb")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("macros")
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise FileRefused("kind")


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le")


def _check_compound(data: bytes) -> None:
    """By the names of its streams: an encrypted workbook, one with macros, or something else."""
    if _stream("EncryptedPackage") in data:
        raise FileRefused("locked")
    if _stream("_VBA_PROJECT") in data:
        raise FileRefused("macros")
    if _stream("Workbook") not in data and _stream("Book") not in data:
        # The list of streams stands at the end: a file that was cut off has none, not even its root.
        is_whole = _stream("Root Entry") in data or _stream("WordDocument") in data
        raise FileRefused("kind" if is_whole else "damaged")


# --- the child ------------------------------------------------------------------------------------
def _ask(data: bytes, kind: str, what: str, place: int) -> IO[bytes]:
    most = limits()
    arguments = [kind, what, str(place), str(most.rows), str(most.columns)]
    try:
        return limited.run("residents.exchange.sheet_child", arguments, data, seconds=SECONDS)
    except limited.Overrun:
        raise FileRefused("too_large") from None


def _line(line: bytes) -> Any:
    try:
        found = json.loads(line)
    except ValueError:
        raise FileRefused("too_large") from None  # the answer was cut off at its limit
    if isinstance(found, dict) and found["code"]:
        raise FileRefused(found["code"])
    return found


def look(data: bytes) -> tuple[FileKind, list[Table]]:
    """The kind of a file and the beginning of its tables. Raises FileRefused."""
    kind = recognise(data)
    with _ask(data, kind, "head", 0) as reply:
        tables = _line(reply.readline())["tables"]
    return kind, [
        Table(
            each["place"],
            each["name"],
            each["note"],
            each["count"],
            [(number, cells) for number, cells in each["first"]],
            {int(column): texts for column, texts in each["values"].items()},
        )
        for each in tables
    ]


def rows(data: bytes, kind: str, place: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of one table that are not empty, with the numbers under which a person finds them."""
    if kind == FileKind.JSON:  # written by us (actions/pushing.py): the headings are row 0
        yield from enumerate(json.loads(data))
        return
    with _ask(data, kind, "rows", place) as reply:
        _line(reply.readline())
        for line in reply:
            number, cells = _line(line)
            yield number, cells


def with_remarks(data: bytes, place: int, notes: Mapping[int, str]) -> bytes:
    """An .xlsx as it came, with one more column on one of its tables; `notes` by row number. Raises FileRefused."""
    most = limits()
    arguments = [str(place), str(most.rows), str(most.columns)]
    question = json.dumps(notes).encode() + b"\n" + data
    try:
        reply = limited.run("residents.exchange.remark_child", arguments, question, seconds=SECONDS)
    except limited.Overrun:
        raise FileRefused("too_large") from None
    with reply:
        _line(reply.readline())
        return reply.read()

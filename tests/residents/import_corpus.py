"""The files that departments send: every quirk × form × encoding, and what must never be taken in.

Each good file holds the same three people; however it is written, the same three must come in (G19).
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import numbers as formats

from tests.residents.importing import csv_file, number, xlsx

HEADINGS = ("姓名", "证件号码", "性别", "出生日期", "联系电话", "现住地址", "文化程度", "社区")
PEOPLE = (
    ("张伟民", number(1), "男", "1985-01-01", "13800005678", "解放街1号", "大学本科", "青山社区"),
    (
        "乌力吉·巴特尔",
        number(2),
        "男",
        "1985-01-01",
        "13900005678",
        "解放街2号",
        "小学",
        "青山社区",
    ),
    (
        "陈桂芝",
        number(3, date(1944, 3, 8), male=False),
        "女",
        "1944-03-08",
        "13700005678",
        "团结巷3号",
        "文盲",
        "青山社区",
    ),
)
EXPECTED = sorted((row[1], row[0], row[3], row[4], row[5]) for row in PEOPLE)
Row = tuple[Any, ...]
Rows = list[Row]


def table() -> Rows:
    return [HEADINGS, *PEOPLE]


def _each(place: int, change: Any) -> Rows:
    return [
        HEADINGS,
        *((*row[:place], change(row[place]), *row[place + 1 :]) for row in PEOPLE),
    ]


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def _rename(**names: str) -> Rows:
    return [tuple(names.get(h, h) for h in HEADINGS), *PEOPLE]


def _serial(text: str) -> int:
    return (date.fromisoformat(text) - date(1899, 12, 30)).days


def _two_rows() -> Rows:
    upper = ("姓名", "证件", "", "出生日期", "联系", "住址", "文化程度", "社区")
    lower = ("", "号码", "性别", "", "电话", "现住址", "", "")
    return [upper, lower, *PEOPLE]


QUIRKS: dict[str, Rows] = {
    "plain": table(),
    "title above": [("2026年6月人员名单",), (), *table()],
    "title and unit above": [("海勃湾区人员名单",), ("填报单位：海勃湾区", "", "日期：2026年6月"), *table()],
    "sum and note below": [*table(), (), ("合计", 3), ("注：本表由部门导出",), ("填表人：王某",)],
    "two rows of headings": _two_rows(),
    "other names of columns": _rename(
        姓名="*姓  名", 证件号码="公民身份号码（18位）", 联系电话="手机号码", 现住地址="家庭住址", 社区="所属社区"
    ),
    "a number before each": [("序号", *HEADINGS), *((n, *row) for n, row in enumerate(PEOPLE, 1))],
    "columns nobody asked for": [
        (*HEADINGS, "办证窗口", "宗教信仰"),
        *((*row, "3", "无") for row in PEOPLE),
    ],
    "empty rows between": [HEADINGS, PEOPLE[0], (), PEOPLE[1], ("",) * 8, PEOPLE[2]],
    "empty columns between": [
        (*HEADINGS[:2], "", *HEADINGS[2:]),
        *((*row[:2], "", *row[2:]) for row in PEOPLE),
    ],
    "ids in full width": _each(1, _full_width),
    "ids with spaces": _each(1, lambda text: f" {text[:6]} {text[6:14]} {text[14:]} "),
    "ids in lower case": _each(1, str.lower),
    "ids with an apostrophe": _each(1, lambda text: f"'{text}"),
    "line breaks in cells": _each(5, lambda text: f"\n{text}\r\n"),
    "spaces around": [tuple(f"  {cell}　" for cell in row) for row in table()],
    "names with spaces": _each(0, lambda text: f"{text[0]} {text[1:]}"),
    "names with other dots": _each(0, lambda text: text.replace("·", "•")),
    "dates with slashes": _each(3, lambda text: "/".join(str(int(p)) for p in text.split("-"))),
    "dates in Chinese": _each(3, lambda text: "{}年{}月{}日".format(*text.split("-"))),
    "dates in digits": _each(3, lambda text: text.replace("-", "")),
    "dates with dots": _each(3, lambda text: text.replace("-", ".")),
    "dates with a time": _each(3, lambda text: f"{text} 00:00:00"),
    "dates as serials": _each(3, lambda text: str(_serial(text))),
    "phones with hyphens": _each(4, lambda text: f"{text[:3]}-{text[3:7]}-{text[7:]}"),
    "phones with +86": _each(4, lambda text: f"+86 {text}"),
    "sexes with their ending": _each(2, lambda text: f"{text}性"),
    "sexes as codes": _each(2, lambda text: {"男": "1", "女": "2"}[text]),
    "sexes not stated": _each(2, lambda _text: "不详"),
    "dates not stated": _each(3, lambda _text: "/"),
    "communities by their code's office": _each(7, lambda text: f"{text}居委会"),
    "in another order": [tuple(reversed(row)) for row in table()],
}  # fmt: skip

CSV_FORMS = {
    "utf-8": ("utf-8", ","),
    "utf-8 with mark": ("utf-8-sig", ","),
    "gb18030": ("gb18030", ","),
    "utf-16": ("utf-16", ","),
    "utf-16-le": ("utf-16-le", "\t"),
    "utf-16-be": ("utf-16-be", ","),
    "gb18030 semicolons": ("gb18030", ";"),
    "utf-8 tabs": ("utf-8", "\t"),
    "utf-8 bars": ("utf-8", "|"),
}


def _shifted(rows: Rows) -> bytes:
    """The table does not begin in A1."""
    return xlsx([(), (), *(("", "", *row) for row in rows)])


def _second_sheet(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["填报说明", "请按要求填写"])
    sheet = book.create_sheet("名单")
    for row in rows:
        sheet.append(list(row))
    return _saved(book)


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed() -> bytes:
    """Dates as dates, telephones as numbers."""
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for row in PEOPLE:
        day = datetime.fromisoformat(row[3])
        book.active.append([*row[:3], day, int(row[4]), *row[5:]])
    for cell in book.active["D"][1:]:
        cell.number_format = formats.FORMAT_DATE_XLSX14
    return _saved(book)


def _merged() -> bytes:
    """A merged title, a merged pair of headings, a community merged over its people."""
    rows = [
        ("人员名单", *[""] * 7),
        ("姓名", "证件", "", *HEADINGS[3:]),
        ("", "号码", "性别", *[""] * 5),
    ]
    rows += [PEOPLE[0], *((*row[:7], "") for row in PEOPLE[1:])]
    return xlsx(rows, merge=["A1:H1", "B2:C2", "A2:A3", "H4:H6"])


@dataclass(frozen=True)
class Good:
    name: str
    data: bytes


def good() -> Iterator[Good]:
    for quirk, rows in QUIRKS.items():
        yield Good(f"{quirk}, xlsx", xlsx(rows))
        for form, (encoding, delimiter) in CSV_FORMS.items():
            yield Good(f"{quirk}, {form}", csv_file(rows, encoding, delimiter))
    for quirk in ("plain", "title above", "two rows of headings"):
        yield Good(f"{quirk}, not from A1", _shifted(QUIRKS[quirk]))
        yield Good(f"{quirk}, on the second sheet", _second_sheet(QUIRKS[quirk]))
    yield Good("typed cells, xlsx", _typed())
    yield Good("merged cells, xlsx", _merged())
    yield Good(
        "a NUL in a cell", csv_file(table()).replace("解放街".encode(), "解\x00放街".encode())
    )


# --- what must be refused as a whole --------------------------------------------------------------
def _zip(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def _with(name: str, content: bytes) -> bytes:
    out = io.BytesIO(xlsx(table()))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _many_entries() -> bytes:
    out = io.BytesIO(xlsx(table()))
    with zipfile.ZipFile(out, "a") as archive:
        for place in range(1200):
            archive.writestr(f"xl/media/{place}.bin", b"")
    return out.getvalue()


def _lying_count(data: bytes) -> bytes:
    end = data.rfind(b"PK\x05\x06")
    return data[: end + 8] + struct.pack("<HH", 60_000, 60_000) + data[end + 12 :]


def _encrypted_entry() -> bytes:
    data = bytearray(xlsx(table()))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMB = b"0" * 30_000_000


def bad() -> Iterator[tuple[str, str, bytes]]:
    """Name, code, content."""
    whole = xlsx(table())
    yield "nothing", "empty", b""
    yield "blanks", "empty", b" \r\n \t\n"
    yield "a sheet without rows", "empty", xlsx([])
    yield "headings without an end", "damaged", whole[: len(whole) // 2]
    yield "cut near its end", "damaged", whole[:-30]
    yield "cut in a character", "damaged", csv_file(table())[:-3]
    for cut in (100, 1000, 3000):
        yield f"cut at {cut}", "damaged", whole[:cut]
    yield "a bomb", "bomb", _with("xl/media/a.bin", _BOMB)
    yield "a bomb as a sheet", "bomb", _with("xl/worksheets/sheet9.xml", _BOMB)
    yield "too many parts", "bomb", _many_entries()
    yield "a count that lies", "bomb", _lying_count(whole)
    yield "an encrypted part", "locked", _encrypted_entry()
    yield "a locked workbook", "locked", _OLE + "EncryptedPackage".encode("utf-16-le") * 20
    yield "a locked .xls", "damaged", _OLE + "Workbook".encode("utf-16-le") * 20
    yield "a cut .xls", "damaged", _OLE + b"\x00" * 3000
    yield "macros", "macros", _with("xl/vbaProject.bin", b"x")
    yield "macros in .xls", "macros", _OLE + "_VBA_PROJECT".encode("utf-16-le") * 20
    yield "a text document", "kind", _zip(word__document=b"<x/>")
    yield "a binary workbook", "kind", _zip(**{"xl__workbook.bin": b"x"})
    yield "an old text document", "kind", _OLE + "WordDocument".encode("utf-16-le") * 20
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = _with("xl/workbook.xml", b"<x/>")
    yield "two parts of one name", "kind", twice
    yield "a web page", "web", "<html><table><tr><td>姓名</td></tr></table></html>".encode()
    yield "a web page with blanks", "web", b"\xef\xbb\xbf \n<table><tr><td>1</td></tr></table>"
    yield "XML of 2003", "web", b'<?xml version="1.0"?><Workbook/>'
    for name, start in {
        "a PDF": b"%PDF-1.7\n",
        "a picture": b"\x89PNG\r\n\x1a\n",
        "a photo": b"\xff\xd8\xff\xe0",
        "a RAR": b"Rar!\x1a\x07",
        "a 7z": b"7z\xbc\xaf\x27\x1c",
        "a gzip": b"\x1f\x8b\x08",
        "a program": b"MZ\x90",
        "an ELF": b"\x7fELF",
        "RTF": b"{\\rtf1",
        "a database": b"SQLite format 3\x00",
    }.items():
        yield name, "kind", start + b"\x01" * 50
    yield "bytes of no encoding", "encoding", b"\xff\xff\x81\x00\x80" * 50 + b"\xff"
    yield "too many columns", "too_many_columns", csv_file([tuple(map(str, range(300)))])
    yield "too many columns, xlsx", "too_many_columns", xlsx([tuple(map(str, range(300)))])


# --- rows that must be refused, each at its place -------------------------------------------------
def wrong_rows() -> Iterator[tuple[str, int, str, Row]]:
    """Name, column (-1 the row), a word of the message, the row."""
    good_row = PEOPLE[0]

    def row(place: int, text: Any) -> Row:
        return (*good_row[:place], text, *good_row[place + 1 :])

    check = good_row[1]
    yield "a wrong check digit", 1, "校验", row(1, check[:-1] + ("1" if check[-1] != "1" else "2"))
    yield "a rounded id", 1, "后几位", row(1, "1.50302E+17")
    yield "a rounded id in full", 1, "后几位", row(1, "1.50302198501010E+17")
    yield "too short an id", 1, "18位", row(1, "1503021985")
    yield "a day that is none", 1, "出生日期", row(1, "150302198502300011")
    yield "letters for an id", 1, "18位", row(1, "身份证遗失")
    yield "another birthday", 3, "不一致", row(3, "1985-01-02")
    yield "another sex", 2, "不一致", row(2, "女")
    yield "a month 13", 3, "日期", row(3, "1985-13-01")
    yield "a year alone", 3, "日期", row(3, "1985年")
    yield "a short telephone", 4, "手机", row(4, "1380000567")
    yield "a telephone without its zero", 4, "手机", row(4, "4732012345")
    yield "a rounded telephone", 4, "后几位", row(4, "1.38E+15")
    yield "an unknown code", 6, "代码", row(6, "九年义务")
    yield "too long an address", 5, "160", row(5, "长" * 200)
    yield "nobody", -1, "不知道是谁", ("", "", *good_row[2:])
    yield "a strange community", 7, "社区", row(7, "别处社区")

"""The limited process that reads a table of a department. Started by residents.exchange.reading, never imported there.

`python -m residents.exchange.sheet_child xlsx|xls|csv head|rows SHEET ROWS COLUMNS` reads the file from standard input
and writes JSON lines: first {"code": "", …}, then for `rows` one [number, [cell, …]] for each row that is not empty.
Every cell becomes text here. A number that a table cannot hold exactly is written as tables show it, 1.5030E+17, so
that nobody takes it for an identity number.
"""

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from common import limited

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 60
MAX_OUTPUT = 400 * 1024 * 1024
HEAD_ROWS = 40  # title and headings lie in these
DISTINCT, LONGEST = 40, 20  # of a column's values, to find its codes
EXACT = 10**15  # beyond it a table has no exact numbers
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe]")
BREAKS = re.compile(r"\s*[\r\n\t\x85\u2028\u2029]+\s*")
DELIMITERS = ",;\t|"
Row = tuple[int, list[str]]


class Refused(Exception):
    """The argument is a code of residents.exchange.reading.MESSAGES."""


@dataclass
class Table:
    name: str
    rows: Iterator[Row]
    note: str = ""  # encoding of a text file


def text_of(cell: Any) -> str:
    """A cell as a person reads it; what is invisible goes, a line break becomes a space."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    text = CONTROLS.sub("", BREAKS.sub(" ", str(cell))).strip()
    # The mark by which people force a cell to be text.
    return text[1:] if text[:1] in {"'", "’"} else text


def number_text(number: float) -> str:
    if number != number or abs(number) >= EXACT:
        return f"{number:.5E}"
    return str(int(number)) if number == int(number) else repr(number)


# --- workbooks ------------------------------------------------------------------------------------
def workbook(data: bytes, columns: int, limit: int) -> list[Table]:
    import python_calamine as calamine  # after the limits are set

    try:
        book = calamine.load_workbook(io.BytesIO(data))
    except calamine.PasswordError:
        raise Refused("locked") from None
    tables = []
    for place, about in enumerate(book.sheets_metadata):
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_index(place)
        if sheet.start is None or sheet.end is None:
            continue
        if sheet.end[1] + 1 > columns:
            raise Refused("too_many_columns")
        if sheet.end[0] + 1 > limit:
            raise Refused("too_many_rows")
        tables.append(Table(sheet.name, sheet_rows(sheet)))
    return tables


def sheet_rows(sheet: Any) -> Iterator[Row]:
    """Rows with the numbers that the table shows beside them. A merged cell says its text in all its cells."""
    pad = [""] * sheet.start[1]
    merged = sorted(
        (area for area in sheet.merged_cell_ranges or [] if area[0] != area[1]), reverse=True
    )
    current: list[tuple[int, int, int, str]] = []  # last row, columns, text
    for index, cells in enumerate(sheet.iter_rows()):
        row = pad + [text_of(cell) for cell in cells]
        current = [area for area in current if area[0] >= index]
        while merged and merged[-1][0][0] <= index:
            (_top, left), (bottom, right) = merged.pop()
            text = row[left] if left < len(row) else ""
            current.append((bottom, left, right, text))
        for _bottom, left, right, text in current:
            for column in range(left, min(right + 1, len(row))):
                row[column] = row[column] or text
        if any(row):
            yield index + 1, row


# --- text -----------------------------------------------------------------------------------------
def decoded(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by its mark, else the first that fits without a fault."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _decode(data, name), name
    even, odd = data[:4000:2].count(0), data[1:4000:2].count(0)
    if max(even, odd) > len(data[:4000]) // 8:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return _decode(data, name), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:  # cut off inside the last character
            raise Refused("damaged") from None
        return _decode(data, "gb18030"), "gb18030"


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise Refused("encoding") from None


def delimiter_of(text: str) -> str:
    """The mark that cuts the most of the first lines into the same number of cells, and into more than one."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:30]

    def fit(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        common = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (widths.count(common) if common > 1 else 0, common)

    return max(DELIMITERS, key=fit)


def text_table(data: bytes, columns: int, limit: int) -> list[Table]:
    text, encoding = decoded(data)
    text = text.replace("\x00", "")
    csv.field_size_limit(100_000)
    return [Table("", text_rows(text, columns, limit), f"{encoding}{delimiter_of(text)}")]


def text_rows(text: str, columns: int, limit: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    for number, cells in enumerate(reader, start=1):
        if len(cells) > columns:
            raise Refused("too_many_columns")
        if number > limit:
            raise Refused("too_many_rows")
        row = [text_of(cell) for cell in cells]
        if any(row):
            yield number, row


# --- the answer -----------------------------------------------------------------------------------
def head(tables: list[Table]) -> Iterator[Any]:
    """Of each table its first rows, its size, and the values of columns that have few."""
    found = []
    for place, table in enumerate(tables):
        first: list[Row] = []
        values: dict[int, set[str] | None] = {}
        count = 0
        for number, row in table.rows:
            count += 1
            if len(first) < HEAD_ROWS:
                first.append((number, row))
            for column, text in enumerate(row):
                note(values, column, text)
        few = {column: sorted(texts) for column, texts in values.items() if texts}
        about = {"place": place, "name": table.name, "note": table.note, "count": count}
        found.append(about | {"first": first, "values": few})
    yield {"code": "" if any(each["count"] for each in found) else "empty", "tables": found}


def note(values: dict[int, set[str] | None], column: int, text: str) -> None:
    known = values.setdefault(column, set())
    if known is None or not text:
        return
    known.add(text)
    if len(known) > DISTINCT or (len(text) > LONGEST and not text.isascii()):
        values[column] = None


def rows(tables: list[Table], place: int) -> Iterator[Any]:
    yield {"code": ""}
    yield from tables[place].rows


def answer(
    kind: str, what: str, data: bytes, place: int, limit: int, columns: int
) -> Iterator[bytes]:
    """Lines of JSON; a line with a code is the last one."""
    try:
        tables = (text_table if kind == "csv" else workbook)(data, columns, limit)
        for each in head(tables) if what == "head" else rows(tables, place):
            yield json.dumps(each, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        return
    except Refused as refused:
        code = str(refused)
    except (MemoryError, RecursionError):
        code = "too_large"
    except Exception:  # noqa: BLE001  whatever a parser raises on foreign bytes, the file is not readable
        code = "damaged"
    yield json.dumps({"code": code}).encode() + b"\n"


def main() -> None:
    limited.bind(memory=MEMORY, cpu_seconds=CPU_SECONDS, output=MAX_OUTPUT)
    kind, what, place, limit, columns = sys.argv[1:]
    data = sys.stdin.buffer.read()
    for line in answer(kind, what, data, int(place), int(limit), int(columns)):
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()

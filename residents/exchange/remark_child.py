"""The limited process that writes remarks into a workbook as it came. Started by residents.exchange.reading.

`python -m residents.exchange.remark_child SHEET ROWS COLUMNS` reads from standard input one line of JSON, the remarks
by row number, and then the .xlsx; it writes {"code": ""} and the workbook. Into the sheet's own part cells are put, and
everywhere formulas give way to what they came to (security.md T11): merged cells, widths, styles, other sheets and
printing stay byte for byte as they were.
"""

import io
import json
import posixpath
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from common import limited
from residents.exchange.sheet_child import CPU_SECONDS, MAX_OUTPUT, MEMORY, Refused, workbook

WIDTH = 48  # of the new column, in characters
NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
SHEETS = "xl/worksheets/"
# What reaches out of a workbook: such a one does not go back as it came.
ACTING = (
    *("xl/externalLinks/", "xl/connections", "xl/queryTables/", "xl/macrosheets/", "xl/activeX/"),
    *("xl/embeddings/", "xl/model/", "customUI/"),
)
CALC_CHAIN = re.compile(rb"<(?:Override|Relationship)\b[^>]*calcChain[^>]*/>")


@dataclass
class _Cell:
    column: int
    start: int
    end: int
    style: str


@dataclass
class _Row:
    """Where a row of the sheet lies in its part."""

    number: int
    prefix: str
    end: int  # of its last cell: where `</row>` begins
    is_closed_at_once: bool = False
    cells: list[_Cell] = field(default_factory=list)


class _Sheet:
    """One pass over the part of a sheet, by the places of bytes."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.rows: list[_Row] = []
        self.merged_to = 0  # the last column that a merged area reaches
        self.columns: list[tuple[int, int, int]] = []  # of <cols>: first, last, where it begins
        self.columns_end = -1
        self.data = -1  # where <sheetData> begins
        self.prefix = ""
        self.dimension: list[tuple[int, int, bytes]] = []
        self.formulas: list[tuple[int, int]] = []
        self._cell: _Cell | None = None
        self._formula = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = _no_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.Parse(xml, True)

    def _start(self, tag: str, found: dict[str, str]) -> None:
        prefix, _colon, name = tag.rpartition(":")
        opened = getattr(self, f"_open_{name}", None)
        if opened is not None:
            opened(f"{prefix}:" if prefix else "", self.parser.CurrentByteIndex, found)

    def _open_row(self, prefix: str, at: int, found: dict[str, str]) -> None:
        number = int(found.get("r") or (self.rows[-1].number + 1 if self.rows else 1))
        self.rows.append(_Row(number, prefix, at))

    def _open_c(self, _prefix: str, at: int, found: dict[str, str]) -> None:
        before = self.rows[-1].cells
        following = (before[-1].column if before else 0) + 1
        column = column_of(found["r"]) if "r" in found else following
        self._cell = _Cell(column, at, at, found.get("s", ""))

    def _open_f(self, _prefix: str, at: int, _found: dict[str, str]) -> None:
        self._formula = at

    def _open_mergeCell(self, _prefix: str, _at: int, found: dict[str, str]) -> None:  # noqa: N802
        self.merged_to = max(self.merged_to, column_of(found["ref"].rpartition(":")[2]))

    def _open_col(self, _prefix: str, at: int, found: dict[str, str]) -> None:
        self.columns.append((int(found["min"]), int(found["max"]), at))

    def _open_dimension(self, _prefix: str, at: int, _found: dict[str, str]) -> None:
        """It would be wrong, and is not needed."""
        end = self.xml.index(b">", at) + 1
        if self.xml[end - 2 : end] == b"/>":
            self.dimension = [(at, end, b"")]

    def _open_sheetData(self, prefix: str, at: int, _found: dict[str, str]) -> None:  # noqa: N802
        self.data, self.prefix = at, prefix

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        at = self.parser.CurrentByteIndex
        if name == "c" and self._cell is not None:
            self._cell.end = self.xml.index(b">", at) + 1
            self.rows[-1].cells.append(self._cell)
            self._cell = None
        elif name == "f" and self._cell is not None:
            self.formulas.append((self._formula, self.xml.index(b">", at) + 1))
        elif name == "row":
            row = self.rows[-1]
            row.is_closed_at_once, row.end = at == row.end, at
        elif name == "cols":
            self.columns_end = at


def _no_doctype(*_declared: Any) -> None:
    raise Refused("damaged")


def column_of(reference: str) -> int:
    """C7 is 3."""
    number = 0
    for letter in re.match(r"[A-Z]*", reference.upper().replace("$", ""))[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def with_remarks(xml: bytes, notes: Mapping[int, str], *, width: int, columns: int) -> bytes:
    """The part of a sheet with one more column behind the `width` that are written on."""
    sheet = _Sheet(xml)
    merged = sheet.merged_to if sheet.merged_to <= columns else 0
    column = max(width, merged) + 1
    return _changed(xml, [*_changes(sheet, notes, column), *_without(sheet), *sheet.dimension])


def without_formulas(xml: bytes) -> bytes:
    return _changed(xml, _without(_Sheet(xml))) if b"f>" in xml or b"f " in xml else xml


def _without(sheet: _Sheet) -> list[tuple[int, int, bytes]]:
    return [(start, end, b"") for start, end in sheet.formulas]


def _changed(xml: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    pieces, done = [], 0
    for start, end, put in sorted(changes):
        if start >= done:  # a formula in a cell that is replaced is gone already
            pieces += [xml[done:start], put]
            done = end
    return b"".join([*pieces, xml[done:]])


def _changes(
    sheet: _Sheet, notes: Mapping[int, str], column: int
) -> Iterator[tuple[int, int, bytes]]:
    """From where to where the bytes go, and what comes in their place."""
    yield from _width(sheet, column)
    for row in sheet.rows:
        note = notes.get(row.number)
        if not note or row.is_closed_at_once:
            continue
        own = next((cell for cell in row.cells if cell.column == column), None)
        behind = next((cell for cell in row.cells if cell.column > column), None)
        style = own.style if own else row.cells[-1].style if row.cells and not behind else ""
        start = own.start if own else behind.start if behind else row.end
        yield start, own.end if own else start, _cell(row, column, note, style)


def _cell(row: _Row, column: int, note: str, style: str) -> bytes:
    own, name = row.prefix, f"{letters_of(column)}{row.number}"
    text = escape(NO_XML.sub("", note))
    look = f' s="{style}"' if style.isdigit() else ""
    return (
        f'<{own}c r="{name}"{look} t="inlineStr"><{own}is><{own}t xml:space="preserve">{text}'
        f"</{own}t></{own}is></{own}c>"
    ).encode()


def _width(sheet: _Sheet, column: int) -> Iterator[tuple[int, int, bytes]]:
    if any(first <= column <= last for first, last, _at in sheet.columns):
        return
    own = sheet.prefix
    col = f'<{own}col min="{column}" max="{column}" width="{WIDTH}" customWidth="1"/>'.encode()
    if sheet.columns_end >= 0:
        later = [at for first, _last, at in sheet.columns if first > column]
        at = min([*later, sheet.columns_end])
        yield at, at, col
    else:
        at = sheet.data
        yield at, at, f"<{own}cols>".encode() + col + f"</{own}cols>".encode()


# --- the workbook ---------------------------------------------------------------------------------
def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the part in which a sheet lies."""
    relation = ""

    def named(tag: str, found: dict[str, str]) -> None:
        nonlocal relation
        if tag.rpartition(":")[2] == "sheet" and found.get("name") == sheet:
            relation = next((v for k, v in found.items() if k.endswith(":id")), "")

    _walk(archive.read(WORKBOOK), named)
    target = ""

    def led(tag: str, found: dict[str, str]) -> None:
        nonlocal target
        if tag.rpartition(":")[2] == "Relationship" and found.get("Id") == relation:
            target = found.get("Target", "")

    _walk(archive.read(RELATIONS), led)
    if not target:
        raise Refused("damaged")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _walk(xml: bytes, start: Any) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = start
    parser.Parse(xml, True)


def remarked(data: bytes, place: int, notes: Mapping[int, str], rows: int, columns: int) -> bytes:
    table = workbook(data, columns, rows)[place]
    width = max((len(row) for _number, row in table.rows), default=0)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        if any(name.startswith(ACTING) for name in old.namelist()):
            raise Refused("acts")
        part = part_of(old, table.name)
        for entry in old.infolist():
            name, content = entry.filename, old.read(entry)
            if name == part:
                content = with_remarks(content, notes, width=width, columns=columns)
            elif name.startswith(SHEETS) and name.endswith(".xml"):
                content = without_formulas(content)
            elif name.endswith("calcChain.xml"):
                continue
            elif name in {"[Content_Types].xml", RELATIONS}:
                content = CALC_CHAIN.sub(b"", content)
            new.writestr(name, content)
    return out.getvalue()


def main() -> None:
    limited.bind(memory=MEMORY, cpu_seconds=CPU_SECONDS, output=MAX_OUTPUT)
    place, rows, columns = (int(each) for each in sys.argv[1:])
    notes = {int(number): note for number, note in json.loads(sys.stdin.buffer.readline()).items()}
    data = sys.stdin.buffer.read()
    try:
        content, code = remarked(data, place, notes, rows, columns), ""
    except Refused as refused:
        content, code = b"", str(refused)
    except (MemoryError, RecursionError):
        content, code = b"", "too_large"
    except Exception:  # noqa: BLE001  whatever a parser raises on foreign bytes, the file cannot be written into
        content, code = b"", "damaged"
    sys.stdout.buffer.write(json.dumps({"code": code}).encode() + b"\n" + content)


if __name__ == "__main__":
    main()

"""Tables as files: CSV and XLSX, in memory, with every text as a text.

The usual writers of XLSX lay each sheet in clear in the machine's folder for temporary files. Personal rows
must never lie on a disk in clear, so the few parts that a workbook needs are written here.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from residents.exchange.layouts import Cell

# What makes a spreadsheet take a text for a formula (security.md T11); full-width forms count alike.
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets, as they count from March 1900 on
TEXT, GUARDED, DAY, TITLE, HEADING, MARK = 1, 2, 3, 4, 5, 6  # places in _STYLES
PAPER = {"A3": 8, "A4": 9}


@dataclass(frozen=True, slots=True)
class Table:
    sheet: str
    titles: Sequence[str]
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    mark: str  # the last line: which export this is, whose and when
    paper: str = "A4"


def is_dangerous(text: str) -> bool:
    start = text.lstrip(" \u3000\u00a0")[:1]
    return bool(start) and unicodedata.normalize("NFKC", start)[:1] in TRIGGERS


def as_csv(table: Table, encoding: str) -> bytes:
    """Lines end in CRLF, every field is quoted, and what looks like a formula begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for title in table.titles:
        writer.writerow([_guarded(title)])
    writer.writerow([_guarded(heading) for heading in table.headings])
    for row in table.rows:
        writer.writerow([_guarded(cell) for cell in row])
    writer.writerow([_guarded(table.mark)])
    return out.getvalue().encode(encoding, errors="replace")


def _guarded(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return str(cell)
    return f"'{cell}" if is_dangerous(cell) else cell


def as_xlsx(table: Table, properties: Mapping[str, str]) -> bytes:
    """A workbook of one sheet. `properties` are hidden in the document's own properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/workbook.xml", _WORKBOOK.format(name=quoteattr(table.sheet)))
        archive.writestr("docProps/custom.xml", _properties(properties))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for piece in _sheet(table):
                sheet.write(piece.encode())
    return out.getvalue()


def _sheet(table: Table) -> Iterable[str]:
    width = max(len(table.headings), 1)
    last = _letters(width)
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    yield f'<cols><col min="1" max="{width}" width="16" customWidth="1"/></cols><sheetData>'
    number = 0
    for title in table.titles:
        number += 1
        yield f'<row r="{number}">{_text(title, f"A{number}", TITLE)}</row>'
    number += 1
    yield _row(
        number,
        [
            _text(name, f"{_letters(n)}{number}", HEADING)
            for n, name in enumerate(table.headings, 1)
        ],
    )
    for row in table.rows:
        number += 1
        yield _row(number, [_cell(cell, f"{_letters(n)}{number}") for n, cell in enumerate(row, 1)])
    number += 1
    yield f'<row r="{number}">{_text(table.mark, f"A{number}", MARK)}</row></sheetData>'
    merged = [f"A{n}:{last}{n}" for n in [*range(1, len(table.titles) + 1), number] if width > 1]
    if merged:
        cells = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
        yield f'<mergeCells count="{len(merged)}">{cells}</mergeCells>'
    yield f'<pageSetup paperSize="{PAPER[table.paper]}" orientation="landscape" fitToHeight="0"/>'
    # & begins a code in a page footer
    foot = escape(table.mark.replace("&", "&&"))
    yield f"<headerFooter><oddFooter>&amp;L{foot}&amp;R&amp;P/&amp;N</oddFooter></headerFooter></worksheet>"


def _row(number: int, cells: Sequence[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(cell: Cell, at: str) -> str:
    if isinstance(cell, date):
        return f'<c r="{at}" s="{DAY}"><v>{(cell - EPOCH).days}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{at}"><v>{cell}</v></c>'
    return _text(cell, at, GUARDED if is_dangerous(cell) else TEXT) if cell else ""


def _text(text: str, at: str, style: int) -> str:
    written = escape(_NO_XML.sub("", text), {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
    return (
        f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'
    )


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _properties(properties: Mapping[str, str]) -> str:
    items = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(properties.items(), start=2)
    )
    return (
        f'{_XML}<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        f"{items}</Properties>"
    )


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument"
_WORKBOOK = (
    f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><sheets>'
    '<sheet name={name} sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_LINE = "".join(f'<{side} style="thin"/>' for side in ("left", "right", "top", "bottom"))
_CENTRED = '<alignment horizontal="center" wrapText="1"/>'


def _style(number: int, font: int, border: int, more: str = "", inside: str = "") -> str:
    where = f'numFmtId="{number}" fontId="{font}" fillId="0" borderId="{border}" xfId="0"'
    return f'<xf {where} applyNumberFormat="1" applyAlignment="1" {more}>{inside}</xf>'


_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="4"><font><sz val="11"/></font><font><b/><sz val="16"/></font>'
    '<font><b/><sz val="11"/></font><font><sz val="9"/><color rgb="FF666666"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    f'<borders count="2"><border/><border>{_LINE}</border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="7">'
    + "".join(
        [
            _style(0, 0, 1),
            _style(49, 0, 1),
            _style(49, 0, 1, 'quotePrefix="1"'),
            _style(164, 0, 1),
            _style(49, 1, 0, inside=_CENTRED),
            _style(49, 2, 1, inside=_CENTRED),
            _style(49, 3, 0),
        ]
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_PARTS = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.spreadsheetml.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.spreadsheetml.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.spreadsheetml.styles+xml"/>'
        f'<Override PartName="/docProps/custom.xml" ContentType="{_KIND}.custom-properties+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/relationships/custom-properties" Target="docProps/custom.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": _STYLES,
}

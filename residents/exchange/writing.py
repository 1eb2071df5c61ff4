"""Tables that leave the portal: no cell of them ever acts on the machine of who opens it (security.md T11)."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

# What table programs take for the beginning of a formula, full-width forms included.
_ACTING = ("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠")
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = Iterable[Sequence[str]]


def harmless(text: str) -> str:
    """The text, marked as text where a program would calculate it. Our own reader takes the mark away again."""
    return f"'{text}" if text.startswith(_ACTING) else text


def xlsx(rows: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=harmless(text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_text(rows: Rows, *, encoding: str, delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    for row in rows:
        writer.writerow([harmless(text) for text in row])
    return out.getvalue().encode(encoding, "replace")

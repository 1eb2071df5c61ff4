"""What a row's remark says to the people of the department, in the language of the reader."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from common import storage
from residents.exchange import reading, writing
from residents.exchange.enums import Fate, FileKind
from residents.exchange.headings import letter_of
from residents.exchange.limits import limits
from residents.exchange.models import ImportBatch, ImportRow

# Rows with which somebody has still something to do.
TO_MEND = frozenset({Fate.ERROR, Fate.DECIDE, Fate.REPEAT, Fate.CONFLICT})


def problem_text(problem: Sequence[object], headings: Mapping[int, str]) -> str:
    """ "B列 身份证号：校验不通过…"; a message about the whole row stands alone."""
    place, message, *rest = problem
    text = _(str(message))
    if rest:
        text = text.format(row=rest[0], longest=rest[0])
    if not isinstance(place, int) or place < 0:
        return text
    where = _("{letter}列 {heading}").format(
        letter=letter_of(place), heading=headings.get(place, "")
    )
    return _("{where}：{text}").format(where=where.strip(), text=text)


def headings_of(batch: ImportBatch) -> dict[int, str]:
    return {each["place"]: each["heading"] for each in batch.columns}


def remark_of(row: ImportRow, headings: Mapping[int, str]) -> str:
    told = [problem_text(each, headings) for each in row.problems]
    return "；".join([str(row.get_fate_display()), *told])


def annotated(batch: ImportBatch) -> tuple[str, str, bytes]:
    """The file as it came, with a last column of remarks: ending, type, content. An .xls comes back as .xlsx.

    Beyond limits().whole_rows only the headings and the rows that need work. Raises storage.FileMissing.
    """
    notes = _remarks(batch)
    is_whole = batch.total <= limits().whole_rows
    if batch.kind == FileKind.XLSX and is_whole:
        told = {number: note for number, (_fate, note) in notes.items()}
        told[batch.last_row] = _("备注")
        # What the reader takes and the writer does not is rare: then the table comes back in a plain one.
        with contextlib.suppress(reading.FileRefused):
            content = reading.with_remarks(storage.read(batch.stored_as), batch.sheet, told)
            return "xlsx", writing.XLSX_TYPE, content
    rows = _rows(batch, notes, is_whole=is_whole)
    if batch.kind == FileKind.CSV:
        note = str(batch.preview.get("note", "")) or "utf-8-sig,"
        encoding, delimiter = note[:-1], note[-1]
        # Without its mark table programs take UTF-8 for GBK.
        encoding = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(
            encoding, encoding
        )
        content = writing.csv_text(rows, encoding=encoding, delimiter=delimiter)
        return "csv", f"{writing.CSV_TYPE}; charset={encoding}", content
    return "xlsx", writing.XLSX_TYPE, writing.xlsx(rows)


def _remarks(batch: ImportBatch) -> dict[int, tuple[str, str]]:
    headings = headings_of(batch)
    rows = ImportRow.objects.filter(batch=batch).only("number", "fate", "problems")
    return {row.number: (row.fate, remark_of(row, headings)) for row in rows.iterator(2000)}


def _rows(
    batch: ImportBatch, notes: Mapping[int, tuple[str, str]], *, is_whole: bool
) -> Iterator[list[str]]:
    width = 1 + max((each["place"] for each in batch.columns), default=0)
    for number, cells in reading.rows(storage.read(batch.stored_as), batch.kind, batch.sheet):
        fate, note = notes.get(number, ("", ""))
        if number == batch.last_row:
            note = _("备注")
        if is_whole or number <= batch.last_row or fate in TO_MEND:
            yield [*cells, *[""] * (width - len(cells)), note]

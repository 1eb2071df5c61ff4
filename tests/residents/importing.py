"""Files as departments send them, and the way of one through the import, for tests."""

import csv
import functools
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
from django.utils import timezone

from common.ids import uuid7
from community.governance.models import Post
from community.governance.scopes import Scope
from dashboards.demo import numbers
from residents.base.models import Person, SourceSystem
from residents.exchange import reading
from residents.exchange.actions import deciding, pushing, receiving, working
from residents.exchange.limits import limits
from residents.exchange.models import ImportBatch
from residents.exchange.sheet_child import answer
from tests.factories.data import load_exchange, load_sources

NOW = timezone.now()  # those who act hold their posts from today on
JUNE = date(2026, 6, 1)
Rows = Sequence[Sequence[Any]]


def xlsx(rows: Rows, *, merge: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
        for place, text in enumerate(row, start=1):
            if isinstance(text, str) and text.startswith("="):
                sheet.cell(sheet.max_row, place).data_type = "s"
    for area in merge:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def number(serial: int, born: date = date(1985, 1, 1), *, male: bool = True) -> str:
    return numbers.id_number("150302", born, is_male=male, serial=serial)


def receive(
    data: bytes,
    by: Scope,
    *,
    source: str = "police",
    as_of: date = JUNE,
    community: Any = None,
    name: str = "名单.xlsx",
    now: datetime = NOW,
) -> ImportBatch:
    return receiving.receive(
        data,
        name,
        source=SourceSystem.objects.get(pk=source),
        as_of=as_of,
        community=community,
        by=by,
        now=now,
    )


def checked(data: bytes, by: Scope, **given: Any) -> ImportBatch:
    """Received with the proposed columns, and gone through by the machine."""
    batch = receive(data, by, **given)
    receiving.check(batch.pk, by=by, now=NOW)
    return worked(batch)


def worked(batch: ImportBatch) -> ImportBatch:
    while working.work(now=NOW):
        pass
    batch.refresh_from_db()
    return batch


def imported(data: bytes, by: Scope, **given: Any) -> ImportBatch:
    """All the way into the base; whoever is undecided stays out."""
    batch = checked(data, by, **given)
    deciding.leave_rest(batch.pk, by=by, now=NOW)
    receiving.apply(batch.pk, by=by, now=NOW)
    return worked(batch)


def read_here(patch: Any) -> None:
    """Good files need no process each to be read, nor to be read more than once; hostile ones get theirs."""

    @functools.cache
    def answered(data: bytes, kind: str, what: str, place: int) -> bytes:
        most = limits()
        return b"".join(answer(kind, what, data, place, most.rows, most.columns))

    patch.setattr(reading, "_ask", lambda *asked: io.BytesIO(answered(*asked)))


def pushed(person: Person, by: Scope) -> ImportBatch:
    """Sent by the system of a department: something new of `person`, and a row with an error."""
    load_sources()
    load_exchange()
    known = {"full_name": person.full_name, "id_number": person.id_number or ""}
    rows = [known | {"employment": "10"}, {"full_name": "李秀英", "employment": "ZZ"}]
    key = uuid7().hex
    return worked(pushing.push(rows, as_of=JUNE, key=key, fingerprint=key, by=by, now=NOW))


def unsure(person: Person, by: Scope) -> ImportBatch:
    """A checked file with somebody like `person`, without a number, and a code that no table knows."""
    data = [
        ("姓名", "出生日期", "所属社区", "学历", "宗教信仰"),
        (person.full_name, person.birth_on, person.community.name, "小学", "x"),
        ("孙立新", date(1970, 2, 3), person.community.name, "Z9", "y"),
    ]
    return checked(xlsx(data), by)


def elsewhere(like: ImportBatch, post: Post) -> ImportBatch:
    """The same import, of another body."""
    batch = ImportBatch.objects.get(pk=like.pk)
    head = batch.head
    batch.pk, batch.body, batch.post, batch.head = uuid7(), post.body, post, head
    batch.save(force_insert=True)
    return batch

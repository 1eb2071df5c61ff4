"""Days that were reckoned in working days follow a new holiday notice. Each app declares its own; one walk moves all.

Whose day is no more than such a row (a letter to answer, a paper to bring) declares it here, from
`AppConfig.ready`. The clock of a case, which has pauses and lights, is reckoned by itself (servicehall.cases).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from community.governance.models import WorkCalendarYear
from community.governance.workdays import WorkCalendar

BATCH = 500
Reckoned = Callable[[Any], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Days:
    """`rows` are those that are open, `reckon` reads what it needs once and says the days of a row by field;
    `tell` is given the rows that moved, the change of the calendar and the time."""

    rows: Callable[[], QuerySet[Any]]
    reckon: Callable[[WorkCalendar], Reckoned]
    tell: Callable[[list[Any], str, datetime], None] | None = None


_declared: list[Days] = []


def declare(*days: Days) -> None:
    _declared.extend(one for one in days if one not in _declared)


def dated(model: type[Model], code: str) -> Callable[[date], Any]:
    """The row of a dated rule (code, valid_from, valid_to) that holds on a day; all of its rows are read once."""
    rows: list[Any] = list(model._default_manager.filter(code=code).order_by("valid_from"))
    return lambda day: next(
        row for row in rows if row.valid_from <= day and (not row.valid_to or day < row.valid_to)
    )


def move_days(*, occasion: str, now: datetime, batch: int = BATCH) -> int:
    """Bring all declared days to the calendar as it stands, in batches that are each a transaction; how many rows
    moved. `occasion` names the change, so that nobody is told of it twice. Repeats move nothing."""
    return sum(_walk(days, occasion=occasion, now=now, batch=batch) for days in _declared)


def _walk(days: Days, *, occasion: str, now: datetime, batch: int) -> int:
    reckoned = days.reckon(WorkCalendarYear.objects.calendar())
    moved, after = 0, None
    while True:
        with transaction.atomic(durable=True):
            rows = days.rows()
            left = rows if after is None else rows.filter(pk__gt=after)
            found = list(left.order_by("pk").select_for_update(of=("self",), no_key=True)[:batch])
            changed = _written(found, reckoned)
            moved += len(changed)
            if changed and days.tell is not None:
                days.tell(changed, occasion, now)
        if len(found) < batch:
            return moved
        after = found[-1].pk


def _written(rows: list[Any], reckoned: Reckoned) -> list[Any]:
    """Write the days that are others now; those rows."""
    moved: list[Any] = []
    fields: set[str] = set()
    for row in rows:
        others = {name: day for name, day in reckoned(row).items() if day != getattr(row, name)}
        for name, day in others.items():
            setattr(row, name, day)
        if others:
            moved.append(row)
            fields.update(others)
    if moved:
        type(moved[0])._default_manager.bulk_update(moved, sorted(fields))
    return moved

"""The clock of a case (domain 3.7, 3.8, 4.1). Pure: days in, days out; the calendar is an argument."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from community.governance.workdays import Due, Limit, LimitUnit, WorkCalendar
from servicehall.cases.enums import Light

Pause = tuple[date, date]  # from the day on which the clock stops to the day on which it runs again


@dataclass(frozen=True, slots=True)
class Clock:
    """What a case's limits come to. All are days in Asia/Shanghai; the day named is still in time."""

    promised_due_on: date
    statutory_due_on: date
    warn_on: date
    is_provisional: bool
    statutory_is_provisional: bool


def clock(
    *,
    start: date,
    promised: Limit,
    statutory: Limit,
    pauses: Sequence[Pause],
    yellow_percent: int,
    calendar: WorkCalendar,
    extension: Limit | None = None,
) -> Clock:
    """The due days of a case accepted on `start`. A pause adds exactly its own length, in the limit's unit;
    an extension lengthens both."""
    promise = _due_with(promised, extension, start, pauses, calendar)
    statute = _due_with(statutory, extension, start, pauses, calendar)
    margin = 1
    if promised.unit == LimitUnit.WORKDAYS:
        margin = max(1, math.ceil(promised.amount * yellow_percent / 100))
    return Clock(
        promised_due_on=promise.day,
        statutory_due_on=max(statute.day, promise.day),
        warn_on=max(start, _workdays_before(promise.day, margin, calendar)),
        is_provisional=promise.is_provisional,
        statutory_is_provisional=statute.is_provisional,
    )


def _due_with(
    limit: Limit,
    extension: Limit | None,
    start: date,
    pauses: Sequence[Pause],
    calendar: WorkCalendar,
) -> Due:
    if extension is not None and extension.unit == limit.unit:
        return _due(Limit(limit.amount + extension.amount, limit.unit), start, pauses, calendar)
    due = _due(limit, start, pauses, calendar)
    if extension is None:
        return due
    longer = _due(extension, due.day, (), calendar)
    return Due(longer.day, due.is_provisional or longer.is_provisional)


def _due(limit: Limit, start: date, pauses: Sequence[Pause], calendar: WorkCalendar) -> Due:
    if limit.unit == LimitUnit.WORKDAYS:
        paused = sum(calendar.between(a, b) for a, b in pauses)
        return calendar.add(start, limit.amount + paused)
    paused = sum((b - a).days for a, b in pauses)
    if limit.unit == LimitUnit.DAYS:
        return calendar.due(Limit(limit.amount + paused, LimitUnit.DAYS), start)
    # Emergencies are counted in hours, through nights and holidays; the case shows the day they end on.
    return Due(start + timedelta(days=math.ceil(limit.amount / 24) + paused))


def _workdays_before(day: date, count: int, calendar: WorkCalendar) -> date:
    """The day from which `count` working days remain until `day`."""
    while count:
        day -= timedelta(days=1)
        count -= calendar.is_workday(day + timedelta(days=1))
    return day


def light(
    today: date,
    *,
    is_open: bool,
    is_accepted: bool,
    promised_due_on: date | None,
    statutory_due_on: date | None,
    warn_on: date | None,
    act_by_on: date | None,
) -> Light:
    """The light of a case on a day; querysets.with_light is the same rule in SQL."""
    if is_open and not is_accepted and act_by_on is not None and act_by_on < today:
        return Light.YELLOW
    if not is_open or promised_due_on is None or statutory_due_on is None or warn_on is None:
        return Light.GREY
    if statutory_due_on < today:
        return Light.DOUBLE_RED
    if promised_due_on < today:
        return Light.RED
    is_step_late = act_by_on is not None and act_by_on < today
    return Light.YELLOW if warn_on <= today or is_step_late else Light.GREEN

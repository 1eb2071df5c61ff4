"""When a request must be answered, and its light. Pure."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from community.governance.workdays import Due, Limit, LimitUnit, WorkCalendar


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in force (models.RightsFigure)."""

    value: int
    unit: str


def due(figure: Figure, start: date, days: WorkCalendar) -> Due:
    return days.due(Limit(figure.value, LimitUnit(figure.unit)), start)


def light(today: date, *, due_on: date, is_open: bool, warn_days: int) -> str:
    """green, yellow when few days are left, red when the day is past; no light once it is answered."""
    if not is_open:
        return "done"
    left = (due_on - today).days
    if left < 0:
        return "red"
    return "yellow" if left <= warn_days else "green"


def birthday_after(born: date, years: int) -> date:
    """The day on which somebody reaches an age; who is born on 29 February on 1 March (民法典 202)."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month has no such day (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def is_under(born: date | None, years: int, today: date) -> bool:
    return born is not None and today < birthday_after(born, years)


Figures = Mapping[str, Figure]

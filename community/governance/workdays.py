"""Counting working days. Pure: the calendar is a value, the clock is an argument.

Law: 民法典 201 (the day of the event is not counted), 203 (a period that ends on a day of rest ends on the next working
day; the day ends when business closes), 年节放假办法 as amended on 2024-11-10 (the holidays of every year).
The State Council moves days around by a notice for each year; a year without its notice is reckoned by the statute
and marked provisional. Nothing here raises because a year is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CHINA = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


class LimitUnit(TextChoices):
    WORKDAYS = "workdays", _("个工作日")
    DAYS = "days", _("天")
    HOURS = "hours", _("小时")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take. `amount` counts `unit`s and is not negative."""

    amount: int
    unit: LimitUnit = LimitUnit.WORKDAYS


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a period. `at` is set only by limits in hours."""

    day: date
    is_provisional: bool = False
    at: datetime | None = None

    def moment(self, closing: time = time.max) -> datetime:
        """The last moment: the hour itself, or on the last day when business closes (民法典 203)."""
        return self.at or datetime.combine(self.day, closing, tzinfo=CHINA)


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. `days` holds the days that somebody set; `published` the years whose notice is loaded.

    Treated as immutable and shared between requests; it can be pickled.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    published: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        known = self.days.get(day)
        if known is not None:
            return known
        return day.weekday() < 5 and (
            day.year in self.published or day not in statutory_holidays(day.year)
        )

    def is_provisional(self, day: date) -> bool:
        """Whether a notice that is not loaded may still change this day.

        The notice of a year also moves the last days of December before it: 2018-12-29 was worked because of 2019.
        """
        return day.year not in self.published or (
            day.month == 12 and day.day > 25 and day.year + 1 not in self.published
        )

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.workday_from(day + ONE_DAY)

    def workday_from(self, day: date) -> date:
        """`day` if it is worked, else the first working day after it."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def add(self, start: date, days: int) -> Due:
        """The last of `days` working days after `start`, the day of the event, which is not counted.

        No working days at all end on `start` or, if that is a day of rest, on the next working day.
        """
        _check_amount(days)
        day = self.workday_from(start) if not days else start
        for _n in range(days):
            day = self.next_workday(day)
        return Due(day, self._touches_unknown(start, day))

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if `end` lies before. Undoes `add`."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_workday(start + timedelta(n)) for n in range(1, (end - start).days + 1))

    def start_day(self, received_at: datetime, closing: time) -> date:
        """The day of the event for what arrives at `received_at` (aware): after closing, the next working day."""
        local = received_at.astimezone(CHINA)
        if local.time() > closing:
            return self.next_workday(local.date())
        return self.workday_from(local.date())

    def due(self, limit: Limit, start: date | datetime) -> Due:
        """When the limit runs out. Limits in hours run through nights and holidays and need an aware datetime."""
        _check_amount(limit.amount)
        if limit.unit == LimitUnit.HOURS:
            if not isinstance(start, datetime):
                raise TypeError("a limit in hours needs a moment to start from")
            at = start + timedelta(hours=limit.amount)
            return Due(at.astimezone(CHINA).date(), at=at)
        day = start.astimezone(CHINA).date() if isinstance(start, datetime) else start
        if limit.unit == LimitUnit.WORKDAYS:
            return self.add(day, limit.amount)
        last = day + timedelta(days=limit.amount)
        moved = self.workday_from(last)
        return Due(moved, self._touches_unknown(last, moved))

    def _touches_unknown(self, first: date, last: date) -> bool:
        return any(
            self.is_provisional(first + timedelta(n)) for n in range((last - first).days + 1)
        )


def _check_amount(amount: int) -> None:
    if amount < 0:
        raise ValueError("a limit cannot be negative")


# --- the statute, for years without a notice ----------------------------------------------------

# First day of the first, 5th of the fifth, 15th of the eighth month of the lunar year, as (month, day). A table, since
# computed calendars err by a day when the new moon falls near midnight: ICU 78 says 7 February 2027, 2 February 2030.
_LUNAR: dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
}


@cache
def statutory_holidays(year: int) -> Mapping[date, str]:
    """The holidays of 年节放假办法 art. 2 with their names. After 2036 the three lunar festivals are left out."""
    found = {
        date(year, 1, 1): "元旦",
        _qingming(year): "清明节",
        **{date(year, 5, n): "劳动节" for n in (1, 2)},
        **{date(year, 10, n): "国庆节" for n in (1, 2, 3)},
    }
    if year in _LUNAR:
        spring, dragon_boat, mid_autumn = (
            date(year, *month_and_day) for month_and_day in _LUNAR[year]
        )
        found |= {spring + timedelta(n): "春节" for n in (-1, 0, 1, 2)}  # from New Year's Eve on
        found |= {dragon_boat: "端午节", mid_autumn: "中秋节"}
    return MappingProxyType(found)


def _qingming(year: int) -> date:
    """The day on which the sun reaches 15°: 4, 5 or 6 April (the usual formula of the 20th and 21st century)."""
    base, offset = (4.81, 2000) if year >= 2000 else (5.59, 1900)
    since = year - offset
    return date(year, 4, min(6, max(4, int(since * 0.2422 + base) - since // 4)))

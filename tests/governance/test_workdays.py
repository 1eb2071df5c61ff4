"""Counting working days: the vectors of the domain, the law's corner cases, and a brute-force oracle."""

import pickle
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings, strategies as st

from community.governance.management.commands.load_calendar import published_years
from community.governance.workdays import (
    CHINA,
    Due,
    Limit,
    LimitUnit,
    WorkCalendar,
    statutory_holidays,
)

CALENDAR = WorkCalendar(
    {day: worked for days in published_years().values() for day, (worked, _name) in days.items()},
    frozenset(published_years()),
)
EMPTY = WorkCalendar()
FIVE_THIRTY = time(17, 30)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=CHINA)


# --- the vectors of the domain ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "limit", "due"),
    [
        (
            date(2026, 2, 11),
            5,
            date(2026, 2, 25),
        ),  # 14 February is worked, then the Spring Festival to the 23rd
        (date(2026, 9, 18), 5, date(2026, 9, 24)),  # Sunday the 20th is worked
        (
            date(2026, 9, 24),
            10,
            date(2026, 10, 15),
        ),  # Mid-Autumn, the National Day, Saturday 10 October worked
        (date(2026, 4, 30), 1, date(2026, 5, 6)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # a Sunday that is worked
    ],
)
def test_domain_vectors(accepted: date, limit: int, due: date) -> None:
    assert CALENDAR.add(accepted, limit) == Due(due, is_provisional=False)


def test_the_notice_for_2026_is_loaded_as_printed() -> None:
    off = (
        {(1, n) for n in range(1, 4)}
        | {(2, n) for n in range(15, 24)}
        | {(4, n) for n in range(4, 7)}
    )
    off |= (
        {(5, n) for n in range(1, 6)}
        | {(6, n) for n in range(19, 22)}
        | {(9, n) for n in range(25, 28)}
    )
    off |= {(10, n) for n in range(1, 8)}
    worked = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}
    for n in range(365):
        day = date(2026, 1, 1) + timedelta(n)
        key = day.month, day.day
        assert CALENDAR.is_workday(day) == (
            key in worked or (day.weekday() < 5 and key not in off)
        ), day


# --- an independent oracle ----------------------------------------------------------------------


FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
# By asking the package day for day, instead of our rows.
WORKED = [day for day in DAYS if chinese_calendar.is_workday(day)]


def test_every_day_of_twenty_years_is_what_the_package_says() -> None:
    assert [day for day in DAYS if CALENDAR.is_workday(day)] == WORKED


def test_a_period_from_any_day_of_twenty_years_ends_where_brute_force_says() -> None:
    for start in DAYS:
        after = bisect_right(WORKED, start)
        for days in (1, 5, 10, 20, 60):
            if after + days > len(WORKED):
                break  # it ends in 2027
            end = WORKED[after + days - 1]
            assert CALENDAR.add(start, days).day == end, (start, days)
            assert CALENDAR.between(start, end) == days


any_day = st.dates(date(1950, 1, 1), date(2200, 1, 1))


@given(any_day, st.integers(0, 90), st.sampled_from([CALENDAR, EMPTY]))
@settings(max_examples=400, deadline=None)
def test_no_year_on_either_side_of_knowledge_raises(
    start: date, days: int, calendar: WorkCalendar
) -> None:
    due = calendar.add(start, days)
    assert calendar.is_workday(due.day)
    assert due.day >= start
    if days:
        assert calendar.between(start, due.day) == days
        assert calendar.between(due.day, start) == -days
    if due.day.year not in calendar.published:
        assert due.is_provisional


@given(any_day, st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_a_longer_limit_never_ends_earlier(start: date, days: int) -> None:
    assert CALENDAR.add(start, days).day < CALENDAR.add(start, days + 1).day
    assert CALENDAR.add(start, days).day <= CALENDAR.add(start + timedelta(1), days).day


# --- years without a notice ---------------------------------------------------------------------


def test_a_date_in_2027_is_provisional() -> None:
    due = CALENDAR.add(date(2026, 12, 21), 20)
    assert due.day.year == 2027
    assert due.is_provisional
    assert not CALENDAR.add(date(2026, 11, 23), 20).is_provisional


def test_the_last_days_of_december_wait_for_the_notice_of_the_next_year() -> None:
    assert CALENDAR.is_provisional(date(2026, 12, 28))
    assert not CALENDAR.is_provisional(date(2025, 12, 28))


def test_an_unknown_year_follows_the_week_and_the_statute() -> None:
    off = [
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2027, 6, 9),
        date(2027, 10, 1),
    ]
    assert not any(CALENDAR.is_workday(day) for day in off)
    assert CALENDAR.is_workday(
        date(2027, 2, 9)
    )  # the fourth day of the lunar year is not in the statute
    assert CALENDAR.is_workday(date(2027, 5, 3))
    assert not CALENDAR.is_workday(date(2027, 5, 8))


def test_the_statute_has_thirteen_holidays_where_the_lunar_year_is_known() -> None:
    for year in range(2027, 2037):  # in 2028 and 2031 Mid-Autumn falls on the National Day
        assert len(statutory_holidays(year)) == (12 if year in {2028, 2031} else 13), year
    assert len(statutory_holidays(2099)) == 7


def test_the_qingming_formula_agrees_with_the_package() -> None:
    for year in range(2000, 2100):
        terms = chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10))
        expected = next(day for day, name in terms if name == "清明")
        assert [day for day, name in statutory_holidays(year).items() if name == "清明节"] == [
            expected
        ]


def test_a_day_that_an_official_set_wins_over_week_and_statute() -> None:
    local = WorkCalendar({date(2027, 1, 1): True, date(2027, 8, 18): False}, frozenset())
    assert local.is_workday(date(2027, 1, 1))
    assert not local.is_workday(date(2027, 8, 18))  # a regional holiday, art. 4 of the statute


def test_publishing_a_year_ends_the_guessing() -> None:
    published = WorkCalendar({date(2027, 1, 1): False}, frozenset({2026, 2027}))
    assert published.is_workday(date(2027, 2, 8))  # the notice as loaded is the whole truth
    assert not published.add(date(2026, 12, 21), 20).is_provisional


# --- beginnings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "counts_from"),
    [
        (datetime(2026, 9, 24, 9, 0, tzinfo=CHINA), date(2026, 9, 24)),
        (datetime(2026, 9, 24, 17, 30, tzinfo=CHINA), date(2026, 9, 24)),
        (
            datetime(2026, 9, 24, 17, 31, tzinfo=CHINA),
            date(2026, 9, 28),
        ),  # after closing, before three days off
        (datetime(2026, 9, 20, 10, 0, tzinfo=CHINA), date(2026, 9, 20)),  # a Sunday that is worked
        (datetime(2026, 9, 26, 10, 0, tzinfo=CHINA), date(2026, 9, 28)),
        (datetime(2026, 9, 23, 23, 0, tzinfo=UTC), date(2026, 9, 24)),  # seven in the morning here
        (
            datetime(2026, 9, 24, 16, 30, tzinfo=UTC),
            date(2026, 9, 28),
        ),  # half past midnight of a holiday here
        (datetime(2026, 12, 31, 23, 59, 50, tzinfo=CHINA), date(2027, 1, 4)),
        (datetime(2028, 2, 29, 12, 0, tzinfo=CHINA), date(2028, 2, 29)),
    ],
)
def test_what_arrives_after_closing_counts_from_the_next_working_day(
    received: datetime, counts_from: date
) -> None:
    assert CALENDAR.start_day(received, FIVE_THIRTY) == counts_from


# --- other limits -------------------------------------------------------------------------------


def test_a_limit_in_days_that_ends_on_a_holiday_moves_to_the_next_working_day() -> None:
    assert CALENDAR.due(Limit(30, LimitUnit.DAYS), date(2026, 9, 1)).day == date(
        2026, 10, 8
    )  # 1 October
    assert CALENDAR.due(Limit(30, LimitUnit.DAYS), noon(2026, 8, 1)).day == date(2026, 8, 31)
    assert CALENDAR.due(Limit(7, LimitUnit.DAYS), date(2026, 9, 13)).day == date(
        2026, 9, 20
    )  # worked
    assert CALENDAR.due(Limit(60, LimitUnit.DAYS), date(2026, 11, 23)).is_provisional


def test_a_limit_in_hours_runs_through_the_night() -> None:
    due = CALENDAR.due(Limit(24, LimitUnit.HOURS), datetime(2026, 9, 24, 16, 0, tzinfo=CHINA))
    assert due.day == date(2026, 9, 25)
    assert due.moment(FIVE_THIRTY) == datetime(2026, 9, 25, 16, 0, tzinfo=CHINA)
    assert not CALENDAR.due(Limit(2, LimitUnit.HOURS), noon(2027, 3, 1)).is_provisional
    with pytest.raises(TypeError):
        CALENDAR.due(Limit(2, LimitUnit.HOURS), date(2026, 9, 24))


def test_a_limit_in_working_days_ends_when_business_closes() -> None:
    due = CALENDAR.due(Limit(10), noon(2026, 9, 24))
    assert due.moment(FIVE_THIRTY) == datetime(2026, 10, 15, 9, 30, tzinfo=UTC)
    assert due.moment().astimezone(CHINA).date() == date(2026, 10, 15)


def test_an_instant_matter_is_due_the_same_working_day() -> None:
    assert CALENDAR.add(date(2026, 9, 24), 0).day == date(2026, 9, 24)
    assert CALENDAR.add(date(2026, 9, 25), 0).day == date(2026, 9, 28)


def test_a_negative_limit_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add(date(2026, 9, 24), -1)


def test_a_calendar_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(CALENDAR)) == CALENDAR


def test_statutory_holidays_cannot_be_changed_by_their_readers() -> None:
    with pytest.raises(TypeError):
        statutory_holidays(2027)[date(2027, 1, 1)] = "x"  # type: ignore[index]

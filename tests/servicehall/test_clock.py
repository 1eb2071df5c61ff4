"""The clock of a case: limits, pauses, lights, provisional years (domain 3.7, 3.8)."""

import math
from bisect import bisect_right
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings, strategies as st

from community.governance.management.commands.load_calendar import published_years
from community.governance.workdays import Limit, LimitUnit, WorkCalendar
from servicehall.cases import actions, deadlines
from servicehall.cases.enums import OPEN_STATES, CaseState, Light
from servicehall.cases.models import Case
from servicehall.cases.querysets import light_is
from tests.factories.data import load_calendar
from tests.factories.servicehall import hall, item_version

CHINA = ZoneInfo("Asia/Shanghai")
YEARS = published_years()
CALENDAR = WorkCalendar(
    {day: works for days in YEARS.values() for day, (works, _name) in days.items()},
    frozenset(YEARS),
)
TWENTY = Limit(20, LimitUnit.WORKDAYS)


def clock(start: date, amount: int, *pauses: deadlines.Pause, unit: str = LimitUnit.WORKDAYS):
    return deadlines.clock(
        start=start,
        promised=Limit(amount, LimitUnit(unit)),
        statutory=TWENTY,
        pauses=pauses,
        yellow_percent=20,
        calendar=CALENDAR,
    )


@pytest.mark.parametrize(
    ("accepted", "amount", "due"),
    [
        (date(2026, 2, 11), 5, date(2026, 2, 25)),
        (date(2026, 9, 18), 5, date(2026, 9, 24)),
        (date(2026, 9, 24), 10, date(2026, 10, 15)),
    ],
)
def test_the_vectors_of_the_domain_file(accepted: date, amount: int, due: date):
    assert clock(accepted, amount).promised_due_on == due


def test_a_case_accepted_on_any_day_of_twenty_years_is_due_when_an_oracle_says():
    """Promise, statute, warning and a pause, against plain arithmetic over the days that a package calls worked."""
    first, last = date(2007, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    worked = [day for day in days if chinese_calendar.is_workday(day)]
    for number, start in enumerate(days):
        amount, wait, length = 1 + number % 30, number % 7, number % 23
        pause = (start + timedelta(wait), start + timedelta(wait + length))
        paused = bisect_right(worked, pause[1]) - bisect_right(worked, pause[0])
        promise = bisect_right(worked, start) + amount + paused - 1
        statute = max(promise, bisect_right(worked, start) + 20 + paused - 1)
        if statute >= len(worked):
            continue  # it ends in 2027
        found = clock(start, amount, pause)
        warn = max(bisect_right(worked, start), promise + 1 - max(1, math.ceil(amount / 5)))
        due = found.promised_due_on, found.statutory_due_on
        assert due == (worked[promise], worked[statute]), start
        assert bisect_right(worked, found.warn_on) == warn, start


def test_a_due_day_in_a_year_without_its_notice_is_provisional_and_never_a_crash():
    assert clock(date(2026, 12, 21), 15).is_provisional
    assert not clock(date(2026, 9, 24), 10).is_provisional


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2026, 10, 1)),
    amount=st.integers(1, 30),
    first=st.integers(0, 20),
    length=st.integers(0, 15),
)
def test_a_pause_adds_exactly_its_own_working_days(
    start: date, amount: int, first: int, length: int
):
    pause = (start + timedelta(first), start + timedelta(first + length))
    plain, paused = clock(start, amount), clock(start, amount, pause)
    added = CALENDAR.between(plain.promised_due_on, paused.promised_due_on)
    assert added == CALENDAR.between(*pause)


@pytest.mark.parametrize(("amount", "remaining"), [(22, 5), (10, 2), (5, 1), (1, 1)])
def test_yellow_begins_when_a_fifth_or_one_working_day_remains(amount: int, remaining: int):
    found = clock(date(2026, 3, 2), amount)
    assert CALENDAR.between(found.warn_on, found.promised_due_on) == remaining


def test_the_statutory_day_never_lies_before_the_promised_one():
    found = deadlines.clock(
        start=date(2026, 3, 2),
        promised=TWENTY,
        statutory=Limit(15, LimitUnit.DAYS),
        pauses=(),
        yellow_percent=20,
        calendar=CALENDAR,
    )
    assert found.statutory_due_on >= found.promised_due_on


def test_an_emergency_is_counted_in_hours_through_weekends():
    assert clock(date(2026, 3, 6), 24, unit=LimitUnit.HOURS).promised_due_on == date(2026, 3, 7)


@pytest.mark.django_db
def test_received_after_closing_time_counts_from_the_next_working_day():
    load_calendar()
    friday_evening = datetime(2026, 3, 6, 19, 30, tzinfo=CHINA)
    case = hall(now=friday_evening).accepted()
    assert case.clock_starts_on == date(2026, 3, 9)


@pytest.mark.django_db
def test_accepting_a_case_of_ten_working_days_before_the_national_day():
    load_calendar()
    place = hall("W2-06", now=datetime(2026, 9, 24, 10, 0, tzinfo=CHINA))
    assert item_version("W2-06").promised_amount == 10
    case = place.accepted()
    assert case.promised_due_on == date(2026, 10, 15)
    assert not case.due_is_provisional
    late = hall("W2-06", now=datetime(2026, 12, 24, 10, 0, tzinfo=CHINA)).accepted()
    assert late.promised_due_on is not None
    assert late.promised_due_on.year == 2027
    assert late.due_is_provisional


@pytest.mark.django_db
def test_the_light_in_sql_is_the_light_of_the_rule():
    load_calendar()
    place = hall(now=datetime(2026, 3, 2, 10, 0, tzinfo=CHINA))
    cases = [place.accepted(), place.filed()]
    asked = place.filed()
    actions.ask_supplement(
        asked.pk,
        items=[{"key": "x", "title": "材料", "what": "请补"}],
        by=place.clerk,
        now=place.now,
    )
    cases.append(asked)
    actions.withdraw(place.filed().pk, by=place.resident, now=place.now)
    seen = set()
    for ahead in range(60):
        today = date(2026, 3, 2) + timedelta(ahead)
        lit: Any
        for lit in Case.objects.with_light(today):
            case: Case = lit
            expected = deadlines.light(
                today,
                is_open=case.state in OPEN_STATES,
                is_accepted=case.state not in {CaseState.SUBMITTED, CaseState.RESUBMITTED},
                promised_due_on=case.promised_due_on,
                statutory_due_on=case.statutory_due_on,
                warn_on=case.warn_on,
                act_by_on=case.act_by_on,
            )
            assert lit.light == expected, (today, case.state)
            assert Case.objects.filter(light_is(expected, today), pk=case.pk).exists()
            seen.add(expected)
    assert seen == set(Light)

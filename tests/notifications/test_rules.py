"""Quiet hours, pauses and limits, minute by minute."""

from datetime import datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from notifications import rules

CITY = ZoneInfo("Asia/Shanghai")
NIGHT = SimpleNamespace(quiet_from=time(21), quiet_to=time(8))
NOON = SimpleNamespace(quiet_from=time(12), quiet_to=time(14))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


@pytest.mark.parametrize(
    ("moment", "rule", "until"),
    [
        ("2026-11-23 20:59:59", NIGHT, None),
        ("2026-11-23 21:00:00", NIGHT, "2026-11-24 08:00"),
        ("2026-12-31 23:59:59", NIGHT, "2027-01-01 08:00"),
        ("2026-11-24 00:00:00", NIGHT, "2026-11-24 08:00"),
        ("2026-11-24 07:59:59", NIGHT, "2026-11-24 08:00"),
        ("2026-11-24 08:00:00", NIGHT, None),
        ("2026-11-24 11:59:00", NOON, None),
        ("2026-11-24 12:00:00", NOON, "2026-11-24 14:00"),
        ("2026-11-24 14:00:00", NOON, None),
        ("2026-11-24 03:00:00", None, None),
        ("2026-11-24 03:00:00", SimpleNamespace(quiet_from=time(0), quiet_to=time(0)), None),
    ],
)
def test_quiet_hours(moment, rule, until):
    assert rules.quiet_until(at(moment), rule) == (at(until) if until else None)


def test_pauses_double_from_five_seconds_to_half_an_hour():
    pauses = [rules.backoff(n, jitter=0).total_seconds() for n in range(1, 12)]
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800]
    assert rules.backoff(10_000, jitter=1) == timedelta(minutes=37.5)
    assert len({rules.backoff(3) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    ("minutes_ago", "is_code", "wait"),
    [
        ([], True, None),
        ([2], True, None),
        ([0.5], True, 0.5),
        ([0.5], False, None),
        ([1, 2, 3, 4], False, None),
        ([1, 2, 3, 4, 50], False, 10),
        ([70, 80, 90, 100, 110, 120, 130, 140, 150, 160], False, 24 * 60 - 160),
        ([70, 80, 90, 100, 110, 120, 130, 140, 150], False, None),
    ],
)
def test_how_long_a_number_must_be_left_in_peace(minutes_ago, is_code, wait):
    now = at("2026-11-23 12:00")
    sent = [now - timedelta(minutes=minutes) for minutes in minutes_ago]
    until = rules.blocked_until(sent, now=now, is_code=is_code)
    assert until == (None if wait is None else now + timedelta(minutes=wait))

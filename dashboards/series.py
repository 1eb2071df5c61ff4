"""How figures ran over a period: by day, by week from five weeks on, by month from half a year on."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils import formats

from dashboards.figures import CURVE, SMALL
from dashboards.forms import Choice
from servicehall.cases.facts import MEASURES

SHOWN = ("filed", "closed")


def trend(
    days: Iterable[tuple[date, str, str, int]], chosen: Choice, *, today: date, shows_small: bool
) -> dict[str, Any]:
    """Labels and series for the chart of received and completed. Today is still running
    and stands in the figures above, not in the curve."""
    first = min(chosen.period.first, today - CURVE)
    buckets = _buckets(first, today - timedelta(days=1))
    sums = {measure: [0] * len(buckets) for measure in SHOWN}
    index = {day: number for number, bucket in enumerate(buckets) for day in bucket}
    for day, line, measure, value in days:
        if measure in sums and (not chosen.line or line == chosen.line):
            sums[measure][index[day]] += value
    return {
        "labels": [formats.date_format(bucket[0], "n-j") for bucket in buckets],
        "series": [
            (
                MEASURES[measure].label,
                [
                    value if shows_small or not 0 < value < SMALL else None
                    for value in sums[measure]
                ],
            )
            for measure in SHOWN
        ],
    }


def _buckets(first: date, last: date) -> list[list[date]]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if len(days) <= 35:
        return [[day] for day in days]
    grouped: dict[tuple[int, int], list[date]] = {}
    for day in days:
        key = (day.year, day.month) if len(days) > 183 else day.isocalendar()[:2]
        grouped.setdefault(key, []).append(day)
    return list(grouped.values())

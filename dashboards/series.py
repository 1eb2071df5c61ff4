"""How figures ran over a period: by day, by week from five weeks on, by month from half a year on."""

from datetime import date, timedelta
from typing import Any

from django.utils import formats

from community.governance.models import Place
from dashboards.forms import Choice
from dashboards.models import DailyFact
from servicehall.facts import MEASURES

SHOWN = ("filed", "closed")


def trend(place: Place, chosen: Choice, *, today: date) -> dict[str, Any]:
    """Labels and series for the chart of received and completed; one query. Today is still running
    and stands in the figures above, not in the curve."""
    first = min(chosen.period.first, today - timedelta(days=6))
    rows = DailyFact.objects.all().series(
        place.pk, SHOWN, first, today - timedelta(days=1), chosen.line
    )
    buckets = _buckets(first, today - timedelta(days=1))
    sums = {measure: [0] * len(buckets) for measure in SHOWN}
    index = {day: number for number, days in enumerate(buckets) for day in days}
    for day, measure, value in rows:
        sums[measure][index[day]] += value
    return {
        "labels": [formats.date_format(days[0], "n-j") for days in buckets],
        "series": [(MEASURES[measure].label, sums[measure]) for measure in SHOWN],
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

"""Counting days into facts. A day is always counted whole, so that a late correction heals itself."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from dashboards.models import DailyFact
from dashboards.tree import Tree
from servicehall.cases import facts

RECOUNTED_DAYS = 10
ONE_DAY = timedelta(days=1)
MOST_AT_ONCE = timedelta(days=31)  # in one query and one transaction


def recount(*, now: datetime, days: int = RECOUNTED_DAYS) -> int:
    """Count the last `days` full days again, and older ones of which something was taken back meanwhile; returns the
    number of facts that stand afterwards."""
    today = timezone.localdate(now)
    late = facts.corrected_since(today - timedelta(days=days))
    wanted = {today - timedelta(days=back) for back in range(1, days + 1)} | late - {today}
    return sum(count_days(first, last, now=now) for first, last in _spans(sorted(wanted)))


def _spans(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days that follow each other, from the first to the last of them."""
    first = last = None
    for day in days:
        if first and last and day - last == ONE_DAY and day - first < MOST_AT_ONCE:
            last = day
            continue
        if first and last:
            yield first, last
        first = last = day
    if first and last:
        yield first, last


def count_days(first: date, last: date, *, now: datetime) -> int:
    """Replace the facts of these days by what the rows say now. Repeats change nothing."""
    lineages = Tree.load().lineages()
    totals: Counter[tuple[date, uuid.UUID, str, str, str]] = Counter()
    for fact in facts.count_days(first, last, today=timezone.localdate(now)):
        for place in lineages[fact.community_id]:
            totals[fact.day, place, fact.line, fact.department, fact.measure] += fact.value
    with transaction.atomic():
        DailyFact.objects.filter(day__range=(first, last)).delete()
        DailyFact.objects.bulk_create(
            (
                DailyFact(
                    day=day,
                    place_id=place,
                    line=line,
                    department=department,
                    measure=measure,
                    value=value,
                )
                for (day, place, line, department, measure), value in totals.items()
            ),
            batch_size=2000,
        )
    return len(totals)

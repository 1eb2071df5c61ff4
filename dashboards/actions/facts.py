"""Counting days into facts. A day is always counted whole, so that a late correction heals itself."""

import uuid
from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from dashboards.models import DailyFact
from dashboards.tree import Tree
from servicehall.cases import facts

RECOUNTED_DAYS = 10


def recount(*, now: datetime, days: int = RECOUNTED_DAYS) -> int:
    """Count the last `days` full days again, and older ones of which something was taken back meanwhile; returns the
    number of facts that stand afterwards."""
    today = timezone.localdate(now)
    late = facts.corrected_since(today - timedelta(days=days))
    wanted = {today - timedelta(days=back) for back in range(1, days + 1)} | late - {today}
    return sum(count_day(day, now=now) for day in sorted(wanted))


def count_day(day: date, *, now: datetime) -> int:
    """Replace the facts of one day by what the rows say now. Repeats change nothing."""
    lineages = Tree.load().lineages()
    totals: Counter[tuple[uuid.UUID, str, str, str]] = Counter()
    for fact in facts.count_day(day, today=timezone.localdate(now)):
        for place in lineages[fact.community_id]:
            totals[place, fact.line, fact.department, fact.measure] += fact.value
    with transaction.atomic():
        DailyFact.objects.filter(day=day).delete()
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
                for (place, line, department, measure), value in totals.items()
            ),
            batch_size=2000,
        )
    return len(totals)

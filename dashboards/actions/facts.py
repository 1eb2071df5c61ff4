"""Counting days into facts. A day is always counted whole, so that a late correction heals itself."""

import uuid
from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from dashboards.models import CountedDay, DailyFact
from servicehall import facts

RECOUNTED_DAYS = 10


def recount(*, now: datetime, days: int = RECOUNTED_DAYS) -> int:
    """Count the last `days` full days again; returns the number of facts that stand afterwards."""
    today = timezone.localdate(now)
    return sum(count_day(today - timedelta(days=back), now=now) for back in range(1, days + 1))


def count_day(day: date, *, now: datetime) -> int:
    """Replace the facts of one day by what the rows say now. Repeats change nothing."""
    above = ancestors()
    totals: Counter[tuple[uuid.UUID, str, str]] = Counter()
    for fact in facts.count_day(day, today=timezone.localdate(now)):
        for place in above.get(fact.community_id, (fact.community_id,)):
            totals[place, fact.line, fact.measure] += fact.value
    with transaction.atomic():
        DailyFact.objects.filter(day=day).delete()
        DailyFact.objects.bulk_create(
            (
                DailyFact(day=day, place_id=place, line=line, measure=measure, value=value)
                for (place, line, measure), value in totals.items()
            ),
            batch_size=2000,
        )
        CountedDay.objects.update_or_create(day=day, defaults={"counted_at": now})
    return len(totals)


def ancestors() -> dict[uuid.UUID, tuple[uuid.UUID, ...]]:
    """Of every community: itself and all places above it."""
    by_code = dict(Place.objects.public().values_list("code", "id"))
    communities = (
        Place.objects.public().filter(level=PlaceLevel.COMMUNITY).values_list("id", "path")
    )
    return {
        community: tuple(by_code[code] for code in path.split("/") if code)
        for community, path in communities
    }

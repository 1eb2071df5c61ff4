"""What a body may know of its own ratings: shares over full months, and only where there are enough of them.

Full months, because whoever looks every day could tell from the difference who has just rated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from community.governance.scopes import Scope
from servicehall.aftercare import limits, rules
from servicehall.cases.models import Rating
from servicehall.catalogue.enums import BAD, GOOD, MIDDLE

MONTHS = 3


@dataclass(frozen=True, slots=True)
class Quality:
    first: date
    last: date
    least: int
    # Per cent by good, middle, bad; none where too few have rated.
    shares: Mapping[str, float] | None


def of_body(scope: Scope, today: date) -> Quality:
    """The ratings of what the acting body took in or decided."""
    last = today.replace(day=1) - timedelta(days=1)
    first = rules.months_after(today.replace(day=1), -MONTHS)
    least = limits.in_force(today).least_shown
    if scope.body_id is None:
        return Quality(first, last, least, None)
    decided = Q(case__steps__body_id=scope.body_id, case__steps__is_final=True)
    sums = Rating.objects.filter(
        Q(case__station_id=scope.body_id) | decided,
        rated_on__range=(first, last),
        is_counted=True,
    ).aggregate(
        total=Count("pk", distinct=True),
        **{
            name: Count("pk", distinct=True, filter=Q(level__in=sorted(levels)))
            for name, levels in (("good", GOOD), ("middle", MIDDLE), ("bad", BAD))
        },
    )
    total = sums["total"]
    if total < least:
        return Quality(first, last, least, None)
    shares = {name: round(100 * sums[name] / total, 1) for name in ("good", "middle", "bad")}
    return Quality(first, last, least, shares)

"""Counting events into monthly sums. A touched month is counted whole, and a late event heals every month after it."""

import uuid
from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from residents.base import statement
from residents.base.actions import bulk
from residents.base.enums import Basis
from residents.base.models import PersonEvent, PopulationMonth, Watermark
from residents.base.statement import COLUMNS, Flows, Lineages

TASK = "population"


def recount_population(*, now: datetime, since: date | None = None) -> int:
    """Count the months that events recorded since the last time have touched, and those after them; with `since`
    all from that day's month on. Returns the number of sums that were written. Repeats change nothing.

    The cost follows the touched months, never the history before them.
    """
    with transaction.atomic(), bulk.patience():
        # One count at a time.
        Watermark.objects.get_or_create(pk=TASK, defaults={"until": timezone.localdate(now)})
        Watermark.objects.select_for_update().get(pk=TASK)
        fresh = PersonEvent.objects.uncounted()
        counted = list(fresh.values_list("pk", flat=True))
        touched = fresh.aggregate(day=Min("on"))["day"]
        days = [day for day in (touched, since) if day is not None]
        if not days:
            return 0
        first = statement.first_of(min(days))
        last = statement.first_of(timezone.localdate(now))
        above = statement.lineages()
        flows = statement.fold(PersonEvent.objects.standing().filter(on__gte=first), above)
        rows = _chain(_start(first, above), flows, above, first, last)
        PopulationMonth.objects.filter(month__gte=first).delete()
        PopulationMonth.objects.bulk_create(rows, batch_size=2000)
        # Exactly those that were seen: what arrived meanwhile waits for the next count.
        for chunk in range(0, len(counted), 5000):
            PersonEvent.objects.filter(pk__in=counted[chunk : chunk + 5000]).update(is_counted=True)
        Watermark.objects.filter(pk=TASK).update(until=timezone.localdate(now))
    return len(rows)


Ends = dict[tuple[uuid.UUID, str], tuple[int, int]]  # persons and households of a place


def _start(first: date, above: Lineages) -> Ends:
    """What was there before the first month: as counted, or for the first month ever, from the dated ties."""
    places = {place for lineage in above.values() for place in lineage}
    known = PopulationMonth.objects.all().last_before(places, first)
    ends = {(row.place_id, row.basis): (row.end, row.households) for row in known}
    if ends:
        return ends
    stock = statement.stock(first - timedelta(days=1), above)
    return {key: (counter["persons"], counter["households"]) for key, counter in stock.items()}


def _chain(
    ends: Ends, flows: Flows, above: Lineages, first: date, last: date
) -> list[PopulationMonth]:
    rows = []
    places = sorted({place for lineage in above.values() for place in lineage})
    for month in statement.months(first, last):
        for place in places:
            for basis in Basis.values:
                start, households = ends.get((place, basis), (0, 0))
                counter = flows.get((place, month, basis), Counter())
                end = start + statement.net(counter)
                households += counter["households"]
                ends[place, basis] = end, households
                rows.append(
                    PopulationMonth(
                        place_id=place,
                        month=month,
                        basis=basis,
                        start=start,
                        end=end,
                        households=households,
                        **{column: counter[column] for column in COLUMNS},
                    )
                )
    return rows

"""Who has lived here long enough may ask for a residence permit, and is told so once (domain S28)."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from notifications import outbox
from residents.base.enums import OccupancyKind, PersonState
from residents.base.models import BaseLimit, Occupancy, Watermark

TASK = "residence_permits"
LIMIT = "residence_permit_months"
# What a first run, or one after a long stop, still tells.
BACK = timedelta(days=31)


def tell_tenants(*, now: datetime) -> int:
    """Tell those who rent here, are not registered in the city, and whose months are full since the last run.

    The days come from an index of tenants by the day they came, so a run costs what that day holds. A repeat finds
    the watermark, and the key of the message is the tie itself: nobody is told twice.
    """
    today = timezone.localdate(now)
    months = BaseLimit.objects.on(today).get(LIMIT)
    if months is None:
        return 0
    with transaction.atomic():
        mark, _new = Watermark.objects.select_for_update().get_or_create(
            pk=TASK, defaults={"until": today - BACK}
        )
        after = max(mark.until, today - BACK)
        told = 0
        for tie in _due(months_before(after, months), months_before(today, months)):
            person = tie.person
            outbox.post(
                "person.permit_possible",
                key=f"occupancy:{tie.pk}:permit",
                user_id=person.account_id,
                phone=person.phone or "",
                person_id=person.pk,
                place_path=tie.community.path,
                params={"count": months, "hotline": settings.SERVICE_PHONE},
                now=now,
            )
            told += 1
        mark.until = max(mark.until, today)
        mark.save(update_fields=["until"])
    return told


def _due(after: date, until: date) -> list[Occupancy]:
    registered = Occupancy.objects.current().filter(
        person_id=OuterRef("person_id"), kind=OccupancyKind.REGISTERED
    )
    rows = Occupancy.objects.current().filter(
        ~Exists(registered),
        kind=OccupancyKind.RENTED,
        from_on__gt=after,
        from_on__lte=until,
        person__state=PersonState.ACTIVE,
    )
    return list(rows.select_related("person", "community").order_by("pk"))


def months_before(day: date, months: int) -> date:
    """The last day on which somebody who came has been here for so many months on `day`.

    Who came on 31 August has six months on the last of February: the day that a month lacks is its last.
    """
    month = day.year * 12 + day.month - 1 - months
    tomorrow = day + timedelta(days=1)
    if tomorrow.day == 1:  # the last of a month completes all longer ones
        month = tomorrow.year * 12 + tomorrow.month - 1 - months
        return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)
    year, index = divmod(month, 12)
    first = date(year, index + 1, 1)
    following = date(year + (index + 1) // 12, (index + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))

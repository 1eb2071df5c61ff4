"""What is done for the order of the base each night, community by community."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.actions.care import expire_flags, remind_of_reviews
from residents.base.actions.doubles import refresh_doubles
from residents.base.actions.mending import run_checks


def communities(*, now: datetime) -> list[UUID]:
    """The communities that exist on the day."""
    found = Place.objects.on(timezone.localdate(now)).filter(level=PlaceLevel.COMMUNITY)
    return list(found.order_by("path").values_list("pk", flat=True))


def tidy(community_id: UUID, *, now: datetime) -> None:
    refresh_doubles(community_id, now=now)
    expire_flags(community_id, now=now)
    remind_of_reviews(community_id, now=now)
    run_checks(community_id, now=now)

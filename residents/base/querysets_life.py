"""The reads of events, monthly sums and figures of the base."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Q, QuerySet

from community.governance.enums import Power
from residents.base.enums import Basis, EventKind

if TYPE_CHECKING:
    from community.governance.models import Place
    from community.governance.scopes import Scope
    from residents.base.models import (  # noqa: F401
        BaseLimit,
        Dwelling,
        HouseholdMember,
        PersonEvent,
        PopulationMonth,
        Watermark,
    )

# The sides of an event on each basis: where from, where to.
SIDES = {
    Basis.ACTUAL: ("lived_in", "lives_in"),
    Basis.REGISTERED: ("was_registered_in", "registered_in"),
}


class DwellingQuerySet(QuerySet["Dwelling"]):
    def visible_to(self, scope: Scope, power: Power = Power.REGISTER_PERSONS) -> Self:
        return self.filter(scope.within(power))

    def called(self, place: Place, text: str) -> Self:
        """The doors of a place in whose address all these words stand."""
        found = self.filter(place__path__startswith=place.path)
        for word in unicodedata.normalize("NFKC", text).split():
            found = found.filter(address__contains=word)
        return found


class PersonEventQuerySet(QuerySet["PersonEvent"]):
    def visible_to(self, scope: Scope) -> Self:
        """Who may read persons sees what happened in his places: a departure too, after it has taken place."""
        if scope.is_nobody:
            return self.none()
        if not scope.is_staff:
            return self.filter(person__account_id=scope.user_id)
        reach = scope.within(Power.READ_PERSONS, "person__community__path")
        for sides in SIDES.values():
            for side in sides:
                reach |= scope.within(Power.READ_PERSONS, f"{side}__path")
        return self.filter(reach)

    def standing(self) -> Self:
        """Without corrections and without what they took back."""
        return self.filter(corrected_by__isnull=True).exclude(kind=EventKind.CORRECTION)

    def of_household(self, household_id: UUID, persons: QuerySet[HouseholdMember]) -> Self:
        """What happened in a household, to whoever was a member: `persons` are its members of all times."""
        changed = Q(household_before=household_id) | Q(household_after=household_id)
        return self.filter(changed, person__in=persons.values("person_id"))

    def uncounted(self) -> Self:
        return self.filter(is_counted=False)

    def between(self, first: date, last: date) -> Self:
        return self.filter(on__range=(first, last))

    def touching(self, place: Place, basis: str) -> Self:
        """What changed something on this basis in a place: the rows behind its statement."""
        was, now = SIDES[Basis(basis)]
        return self.filter(
            Q(**{f"{was}__path__startswith": place.path})
            | Q(**{f"{now}__path__startswith": place.path})
        )


class PopulationMonthQuerySet(QuerySet["PopulationMonth"]):
    def visible_to(self, scope: Scope) -> Self:
        return self.filter(scope.within(Power.READ_FACTS))

    def of(self, places: Collection[UUID], first: date, last: date) -> Self:
        return self.filter(place_id__in=places, month__range=(first, last)).order_by("month")

    def last_before(self, places: Collection[UUID], month: date) -> Self:
        """Of each place and basis the last month that is counted before `month`: its end is what was there."""
        return (
            self.filter(place_id__in=places, month__lt=month)
            .order_by("place_id", "basis", "-month")
            .distinct("place_id", "basis")
        )


class BaseLimitQuerySet(QuerySet["BaseLimit"]):
    def on(self, day: date) -> dict[str, int]:
        rows = self.filter(
            Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        )
        return dict(rows.values_list("code", "value"))


class WatermarkQuerySet(QuerySet["Watermark"]):
    def of(self, task: str) -> Self:
        return self.filter(pk=task)

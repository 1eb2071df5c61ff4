"""The reads of what keeps the base in order: likely doubles, merged entries, care flags, findings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet

from community.governance.enums import Power
from residents.base.enums import DoubleState

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.base.models import (  # noqa: F401
        CareFlag,
        CareKind,
        DataFinding,
        DoubleCandidate,
        PersonMerge,
    )

SOON = timedelta(days=14)


class DoubleCandidateQuerySet(QuerySet["DoubleCandidate"]):
    def visible_to(self, scope: Scope) -> Self:
        """Whoever may merge both. A pair over the border of a community is for who looks after both."""
        return self.filter(
            scope.within(Power.MERGE_PERSONS, "person_a__community__path"),
            scope.within(Power.MERGE_PERSONS, "person_b__community__path"),
        )

    def open(self) -> Self:
        """Those still to be decided; whoever was merged meanwhile is no entry of his own any more."""
        return self.filter(
            state=DoubleState.OPEN,
            person_a__merged_into__isnull=True,
            person_b__merged_into__isnull=True,
        )


class PersonMergeQuerySet(QuerySet["PersonMerge"]):
    def visible_to(self, scope: Scope) -> Self:
        return self.filter(
            scope.within(Power.MERGE_PERSONS, "survivor__community__path"),
            scope.within(Power.MERGE_PERSONS, "absorbed__community__path"),
        )

    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)


class CareKindQuerySet(QuerySet["CareKind"]):
    def visible_to(self, scope: Scope) -> Self:
        """The kinds that a post may set: in use, and for its role."""
        if not scope.has(Power.SET_CARE):
            return self.none()
        return self.filter(Q(roles=[]) | Q(roles__contains=[scope.role]), is_in_use=True)


class CareFlagQuerySet(QuerySet["CareFlag"]):
    def visible_to(self, scope: Scope, power: Power = Power.SEE_CARE) -> Self:
        """Where the post holds the power, the kinds that are for its role. Pages show them in an opened file only."""
        return self.filter(
            scope.within(power, "person__community__path"),
            Q(kind__roles=[]) | Q(kind__roles__contains=[scope.role]),
        )

    def standing(self) -> Self:
        return self.filter(ended_on__isnull=True)

    def due(self, today: date) -> Self:
        """To be looked at again by now, or soon."""
        return self.filter(review_on__lte=today + SOON)


class DataFindingQuerySet(QuerySet["DataFinding"]):
    def visible_to(self, scope: Scope) -> Self:
        return self.filter(scope.within(Power.MEND_DATA, "community__path"))

    def unfixed(self) -> Self:
        return self.filter(fixed_at__isnull=True)

    def listed(self, today: date) -> Self:
        """Those that wait for somebody: neither mended nor put off. Tiles count these, and lists show them."""
        return self.unfixed().filter(Q(waived_until__isnull=True) | Q(waived_until__lte=today))

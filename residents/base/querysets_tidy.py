"""The reads of what keeps the base in order: likely doubles, and the entries that were merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

from community.governance.enums import Power
from residents.base.enums import DoubleState

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.base.models import DoubleCandidate, PersonMerge  # noqa: F401


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

"""The reads of the dashboards."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet, Sum

from community.governance.enums import BodyKind, Power

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from dashboards.models import DailyFact  # noqa: F401


def reach(scope: Scope) -> Q:
    """Which lines and departments a post's figures speak of: the same as its lists, so that they agree."""
    if scope.body_kind == BodyKind.DEPARTMENT:
        return Q(department=scope.body_key)
    return scope.on_own_lines("line")


class DailyFactQuerySet(QuerySet["DailyFact"]):
    def visible_to(self, scope: Scope) -> Self:
        return self.filter(scope.within(Power.READ_FACTS), reach(scope))

    def sums(
        self, places: Collection[uuid.UUID], first: date, last: date
    ) -> list[tuple[uuid.UUID, str, str, int]]:
        """(place, window, measure, total) over a period, in one query."""
        rows = (
            self.filter(place_id__in=places, day__range=(first, last))
            .order_by()
            .values_list("place_id", "line", "measure")
            .annotate(total=Sum("value"))
        )
        return list(rows)

    def days_of(
        self, place: uuid.UUID, first: date, last: date
    ) -> list[tuple[date, str, str, int]]:
        """(day, window, measure, number) of one place over a period, in one query."""
        return list(
            self.filter(place_id=place, day__range=(first, last))
            .order_by("day")
            .values_list("day", "line", "measure")
            .annotate(total=Sum("value"))
        )

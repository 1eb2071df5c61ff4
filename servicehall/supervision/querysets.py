"""The reads of supervision: by the places over which a post watches, and by what one's own office must answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from community.governance.enums import Power
from servicehall.supervision.enums import UrgingState
from servicehall.supervision.rules import SupervisionRules

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from servicehall.cases.models import Case
    from servicehall.supervision.models import (  # noqa: F401
        Escalation,
        Finding,
        SupervisionRule,
        Urging,
    )

_M = TypeVar("_M", bound=Model)


class DatedQuerySet(QuerySet[_M]):
    def public(self, day: date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class SupervisionRuleQuerySet(DatedQuerySet["SupervisionRule"]):
    def in_force(self, day: date) -> SupervisionRules | None:
        """All figures on a day, in one query; None while they were never loaded: then nothing is found."""
        rows = dict(self.public(day).values_list("code", "value"))
        try:
            return SupervisionRules(**{name: rows[name] for name in SupervisionRules.__slots__})
        except KeyError:
            return None


def supervised_by(scope: Scope) -> QuerySet[Case]:
    """The cases of the places over which a post watches; behind them stands a masked page, never the file."""
    cases = apps.get_model("servicehall", "Case").objects
    if scope.is_nobody or not scope.is_staff:
        return cases.none()
    return cases.filter(scope.within(Power.SUPERVISE, "community__path"))


class FindingQuerySet(QuerySet["Finding"]):
    def visible_to(self, scope: Scope) -> Self:
        """For those who watch over the place of the case."""
        if scope.is_nobody or not scope.is_staff:
            return self.none()
        return self.filter(scope.within(Power.SUPERVISE, "case__community__path"))

    def counted_for(
        self, scope: Scope, first: date, last: date
    ) -> QuerySet[Finding, tuple[UUID, str, int]]:
        """How many of each kind each body has in a period: body, kind, number. A count, so also for leaders."""
        return (
            self.filter(
                scope.within(Power.READ_FACTS, "case__community__path"),
                found_on__range=(first, last),
                dismissed_at__isnull=True,
            )
            .order_by()
            .values("body_id", "kind")
            .annotate(n=Count("pk"))
            .values_list("body_id", "kind", "n")
        )

    def of_case(self, case_id: UUID) -> Self:
        return self.filter(case_id=case_id).select_related("body", "step").order_by("-id")


class UrgingQuerySet(QuerySet["Urging"]):
    def open(self) -> Self:
        return self.exclude(state=UrgingState.CLOSED)

    def visible_to(self, scope: Scope) -> Self:
        """For those who watch over the place, and for the office that has to answer."""
        if scope.is_nobody or not scope.is_staff:
            return self.none()
        own = Q(body_id=scope.body_id) if scope.has(Power.READ_CASES) else Q(pk__in=[])
        return self.filter(scope.within(Power.SUPERVISE, "case__community__path") | own)

    def of_case(self, case_id: UUID) -> Self:
        return self.filter(case_id=case_id).select_related("body").order_by("-issued_at")


class EscalationQuerySet(QuerySet["Escalation"]):
    def of_case(self, case_id: UUID) -> Self:
        return self.filter(case_id=case_id).select_related("rung").order_by("id")


def not_told(code: str) -> Exists:
    """Cases to which a rung has not been told yet."""
    rows = apps.get_model("supervision", "Escalation").objects
    return ~Exists(rows.filter(case=OuterRef("pk"), code=code))  # type: ignore[return-value]

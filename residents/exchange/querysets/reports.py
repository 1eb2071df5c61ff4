"""The reads of what is asked of communities."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Q, QuerySet

from community.governance.enums import Power
from residents.exchange.enums import FormState, RequestState

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.exchange.models import (  # noqa: F401
        ReportForm,
        ReportLine,
        ReportRefusal,
        ReportRequest,
        TypedAgain,
    )

NOTHING = Q(pk__in=[])


def above(path: str) -> list[str]:
    """The paths of a place and of all above it."""
    codes = [code for code in path.split("/") if code]
    return [f"/{'/'.join(codes[:n])}/" for n in range(1, len(codes) + 1)]


class ReportRequestQuerySet(QuerySet["ReportRequest"]):
    def visible_to(self, scope: Scope) -> Self:
        """The office that asked, those who approve in the place, and the communities of whom it is asked."""
        if not scope.is_staff:
            return self.none()
        own = Q(body_id=scope.body_id) if scope.has(Power.REQUEST_REPORTS) else NOTHING
        reach = own | scope.within(Power.APPROVE_REPORTS)
        for path in scope.paths_for(Power.FILL_REPORTS):
            reach |= Q(place__path__in=above(path)) | Q(place__path__startswith=path)
        return self.filter(reach)

    def waiting(self) -> Self:
        return self.filter(state=RequestState.WAITING)

    def not_approved(self) -> Self:
        return self.exclude(state=RequestState.APPROVED)

    def recurring(self, day: date) -> Self:
        """Approved, with perhaps another form to come."""
        return self.filter(state=RequestState.APPROVED, ends_on__gte=day).exclude(frequency="once")


class ReportFormQuerySet(QuerySet["ReportForm"]):
    def visible_to(self, scope: Scope, power: Power = Power.FILL_REPORTS) -> Self:
        if not scope.is_staff:
            return self.none()
        return self.filter(scope.within(power, "community__path"))

    def of(self, request_id: UUID) -> Self:
        """The forms of a request that was read in scope before; they name no resident."""
        return self.filter(request_id=request_id)

    def open(self) -> Self:
        return self.filter(state=FormState.OPEN)

    def filled(self, start: date, end: date) -> Self:
        """Filled in from a day on and before another, by the days of the place."""
        return self.filter(
            state=FormState.FILLED, filled_at__date__gte=start, filled_at__date__lt=end
        )


class ReportLineQuerySet(QuerySet["ReportLine"]):
    def last_answers(
        self, request_id: UUID, person_ids: Collection[UUID], *, before: date | None = None
    ) -> dict[UUID, dict[str, str]]:
        """What was last answered of each person in the filled forms of a request; `before` a due day."""
        lines = self.filter(
            form__request_id=request_id, form__state=FormState.FILLED, person_id__in=person_ids
        )
        if before is not None:
            lines = lines.filter(form__due_on__lt=before)
        newest = lines.order_by("person_id", "-form__due_on", "-id").distinct("person_id")
        return {line.person_id: line.answers for line in newest}


class ReportRefusalQuerySet(QuerySet["ReportRefusal"]):
    def visible_to(self, scope: Scope) -> Self:
        """The community that refused, the office that asked, and the community office."""
        if not scope.is_staff:
            return self.none()
        own = Q(body_id=scope.body_id) if scope.has(Power.REQUEST_REPORTS) else NOTHING
        reach = scope.within(Power.FILL_REPORTS, "community__path")
        return self.filter(own | reach | scope.within(Power.APPROVE_REPORTS, "community__path"))


class TypedAgainQuerySet(QuerySet["TypedAgain"]):
    def visible_to(self, scope: Scope) -> Self:
        if not scope.is_staff:
            return self.none()
        return self.filter(scope.within(Power.READ_FACTS, "community__path"))

    def between(self, start: date, end: date) -> Self:
        return self.filter(at__date__gte=start, at__date__lt=end)

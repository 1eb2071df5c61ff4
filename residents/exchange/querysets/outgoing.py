"""The reads of what goes out: figures, entitlements, templates, runs."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from community.governance.enums import BodyKind, Power
from residents.exchange.enums import RunState

if TYPE_CHECKING:
    from typing import TypeVar

    from community.governance.scopes import Scope
    from residents.exchange.models import (  # noqa: F401
        ExchangeFigure,
        ExportRow,
        ExportRun,
        ExportTemplate,
        FieldEntitlement,
    )

    _M = TypeVar("_M", bound=Model)


def in_force(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def own_department(scope: Scope, field: str = "body_key") -> Q:
    """A department's post knows its own department only; whoever serves a place knows those who ask there."""
    return Q(**{field: scope.body_key}) if scope.body_kind == BodyKind.DEPARTMENT else Q()


class ExchangeFigureQuerySet(QuerySet["ExchangeFigure"]):
    def in_force(self, day: date, code: str, body_key: str = "") -> ExchangeFigure:
        """The figure on a day, the office's own before the common one. Raises NotAllowed when none is loaded."""
        found = self.filter(in_force(day), code=code, body_key__in={"", body_key})
        figure = found.order_by("-body_key").first()
        if figure is None:
            raise NotAllowed("figures_missing", _("交换参数没有载入，请联系系统管理员。"))
        return figure


class EntitlementQuerySet(QuerySet["FieldEntitlement"]):
    def of_body(self, body_key: str, day: date) -> dict[str, str]:
        """{attribute: legal basis} of a department on a day."""
        rows = self.filter(in_force(day), body_key=body_key).order_by()
        return dict(rows.values_list("attribute", "basis"))


class ExportTemplateQuerySet(QuerySet["ExportTemplate"]):
    def on(self, day: date) -> Self:
        return self.filter(in_force(day))

    def visible_to(self, scope: Scope) -> Self:
        if not scope.is_staff or not scope.has(Power.EXPORT_DATA):
            return self.none()
        return self.filter(own_department(scope))


class ExportRunQuerySet(QuerySet["ExportRun"]):
    def visible_to(self, scope: Scope) -> Self:
        """Those who export see what went out of their place (a department: to itself); so do approvers."""
        if not scope.is_staff:
            return self.none()
        reach = scope.within(Power.EXPORT_DATA) | scope.within(Power.APPROVE_EXPORTS)
        return self.filter(reach).filter(own_department(scope, "template__body_key"))

    def to_decide(self, scope: Scope) -> Self:
        """What waits for a second person, and this one may be it."""
        waiting = self.visible_to(scope).filter(scope.within(Power.APPROVE_EXPORTS))
        return waiting.filter(state=RunState.WAITING).exclude(requested_by_id=scope.user_id)

    def to_do(self) -> Self:
        return self.filter(state__in=[RunState.GATHERING, RunState.WRITING])

    def over(self, now: datetime) -> Self:
        return self.filter(state=RunState.READY, expires_at__lte=now)


class ExportRowQuerySet(QuerySet["ExportRow"]):
    def delivered(
        self, code: str, place_id: uuid.UUID, person_ids: list[uuid.UUID]
    ) -> dict[uuid.UUID, bytes]:
        """The row that a department last fetched of each of these persons, for a template and a place.

        Only what was fetched counts: a file that expired unread gave the department nothing.
        """
        rows = self.filter(
            run__template__code=code,
            run__place_id=place_id,
            run__fetched_at__isnull=False,
            person_id__in=person_ids,
        )
        latest = rows.order_by("person_id", "-run_id").distinct("person_id")
        return {person: bytes(mark) for person, mark in latest.values_list("person_id", "digest")}

"""The reads of the rights: a resident sees his own, an office what it answers for where it holds the power."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Self, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from community.governance.enums import BodyKind, Power
from residents.base.enums import PersonState
from residents.rights.deadlines import Figure, Figures
from residents.rights.enums import CopyState, FamilyState, RequestState

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.rights.models import (  # noqa: F401
        Consent,
        Copy,
        Correction,
        FamilyConsent,
        Guardianship,
        Paper,
        RightsFigure,
    )

_M = TypeVar("_M", bound=Model)


class DatedQuerySet(QuerySet[_M]):
    """Rows of law and figures: public, on a day."""

    def public(self, day: date) -> Self:
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day
        ).order_by("code")


class RightsFigureQuerySet(DatedQuerySet["RightsFigure"]):
    def in_force(self, day: date) -> Figures:
        """All figures on a day, in one query. Raises NotAllowed when none was ever loaded."""
        rows = {
            code: Figure(value, unit)
            for code, value, unit in self.public(day).values_list("code", "value", "unit")
        }
        if not rows:
            raise NotAllowed("figures_missing", _("权利时限没有载入，请联系系统管理员。"))
        return rows


class RequestQuerySet(QuerySet[_M]):
    """Deletions and matters of the next of kin: for the data clerk of the district."""

    def open(self) -> Self:
        return self.filter(state=RequestState.PROPOSED)

    def visible_to(self, scope: Scope) -> Self:
        if scope.is_nobody:
            return self.none()
        if not scope.is_staff:
            return self.filter(Q(filed_by=scope.user_id) | Q(person__account_id=scope.user_id))
        return self.filter(self._reach(scope))

    def _reach(self, scope: Scope) -> Q:
        if scope.body_kind != BodyKind.COMMUNITY_OFFICE:
            return Q(pk__in=[])
        return scope.within(Power.REVIEW_CORRECTIONS, "person__community__path")


class CorrectionQuerySet(RequestQuerySet["Correction"]):
    def of_person(self, person_id: UUID) -> Self:
        return self.filter(person_id=person_id)

    def notes(self, person_id: UUID) -> Mapping[str, str | Promise]:
        """What stands beside the attributes that are being checked."""
        keys = self.of_person(person_id).open().order_by().values_list("attribute", flat=True)
        return {key: _("正在核对您的更正申请") for key in keys}

    def _reach(self, scope: Scope) -> Q:
        """As conflict tickets: a department sees what it answers for, a station its own, the office all."""
        reach = scope.within(Power.REVIEW_CORRECTIONS, "person__community__path")
        if scope.body_kind == BodyKind.COMMUNITY_OFFICE:
            return reach
        if scope.body_kind == BodyKind.DEPARTMENT:
            return reach & Q(answers=scope.body_key)
        return reach & Q(answers="")


class PaperQuerySet(QuerySet["Paper"]):
    def visible_to(self, scope: Scope) -> Self:
        """Papers go with their correction."""
        corrections = apps.get_model("rights", "Correction").objects.visible_to(scope)
        return self.filter(correction__in=corrections)


class ConsentQuerySet(QuerySet["Consent"]):
    def standing(self, day: date) -> Self:
        """Given, not withdrawn, not over."""
        return self.filter(
            Q(expires_on__isnull=True) | Q(expires_on__gte=day),
            given_at__isnull=False,
            withdrawn_at__isnull=True,
        )

    def of(self, person_id: UUID) -> Self:
        return self.filter(person_id=person_id).select_related("purpose").order_by("-id")


class FamilyConsentQuerySet(QuerySet["FamilyConsent"]):
    def visible_to(self, scope: Scope) -> Self:
        """The two whom it is between."""
        if scope.is_nobody or scope.is_staff:
            return self.none()
        return self.filter(
            Q(giver__account_id=scope.user_id) | Q(receiver__account_id=scope.user_id)
        )

    def live(self, day: date) -> Self:
        """Asked and not answered, or given and not over."""
        return self.filter(Q(state=FamilyState.ASKED) | Q(state=FamilyState.GIVEN, until__gte=day))

    def in_force(self, day: date) -> Self:
        """What was allowed ends with the life of whoever allowed it (民法典 173)."""
        given = self.filter(state=FamilyState.GIVEN, until__gte=day)
        return given.exclude(giver__state=PersonState.DECEASED)


class GuardianshipQuerySet(QuerySet["Guardianship"]):
    def not_over(self, day: date) -> Self:
        """In force, or to begin later."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=day))

    def in_force(self, day: date) -> Self:
        return self.not_over(day).filter(from_on__lte=day)

    def visible_to(self, scope: Scope) -> Self:
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.READ_PERSONS, "ward__community__path"))
        return self.filter(
            Q(guardian__account_id=scope.user_id) | Q(ward__account_id=scope.user_id)
        )


class CopyQuerySet(QuerySet["Copy"]):
    def visible_to(self, scope: Scope) -> Self:
        """Nobody but the person himself."""
        if scope.is_nobody or scope.is_staff:
            return self.none()
        return self.filter(person__account_id=scope.user_id)

    def asked(self) -> Self:
        return self.filter(state=CopyState.ASKED)

    def over(self, now: datetime) -> Self:
        return self.filter(state=CopyState.READY, expires_at__lte=now)

"""The reads of publicity: notices are for everybody while they run, objections for those who see the case."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from servicehall.publicity.enums import UNSETTLED, NoticeState
from servicehall.publicity.rules import PublicityRules

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from servicehall.publicity.models import (  # noqa: F401
        Appraisal,
        Objection,
        PublicityRule,
        PublicNotice,
    )


class PublicityRuleQuerySet(QuerySet["PublicityRule"]):
    def public(self, day: date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def in_force(self, day: date) -> PublicityRules:
        """All rules on a day, in one query. Raises NotAllowed when one was never loaded."""
        rows = {
            code: (value, words)
            for code, value, words in self.public(day).values_list("code", "value", "words")
        }
        try:
            return PublicityRules(
                names_in_full=rows["names_in_full"][0],
                objection_days=rows["objection_days"][0],
                appraisal_least=rows["appraisal_least"][0],
                objections_per_hour=rows["objections_per_hour"][0],
                never=tuple(rows["never"][1]),
            )
        except KeyError:
            raise NotAllowed(
                "publicity_rules_missing", _("公示规则没有载入，请联系系统管理员。")
            ) from None


class PublicNoticeQuerySet(QuerySet["PublicNotice"]):
    def public(self, day: date) -> Self:
        """What anybody may read on a day; the day after the last it is gone."""
        return self.filter(
            state=NoticeState.OPEN, from_on__lte=day, until_on__gte=day
        ).select_related("community", "case__version", "case__station__place", "body")

    def of_ref(self, ref: str) -> Self:
        """Whether a notice was ever there, to say that it is gone."""
        return self.filter(ref=ref)

    def of_case(self, case_id: UUID) -> Self:
        return self.filter(case_id=case_id).select_related("body").order_by("-id")

    def counted_by_community(self) -> dict[str, int]:
        """How many notices each community has, by its code."""
        rows = (
            self.select_related(None).order_by().values("community__code").annotate(n=Count("pk"))
        )
        return dict(rows.values_list("community__code", "n"))

    def over(self, today: date) -> QuerySet[PublicNotice, UUID]:
        """Ids of those whose days are over and to which no objection is open; for the machine only."""
        unsettled = apps.get_model("publicity", "Objection").objects.filter(
            notice=OuterRef("pk"), state__in=sorted(UNSETTLED)
        )
        return (
            self.filter(~Exists(unsettled), state=NoticeState.OPEN, until_on__lt=today)
            .order_by("until_on", "pk")
            .values_list("pk", flat=True)
        )


class ObjectionQuerySet(QuerySet["Objection"]):
    def visible_to(self, scope: Scope) -> Self:
        """For staff who may open the case; never for residents, the objector included: he holds a code."""
        if scope.is_nobody or not scope.is_staff:
            return self.none()
        cases = apps.get_model("servicehall", "Case").objects.visible_to(scope)
        return self.filter(notice__case__in=cases.values("pk"))

    def in_hand_of(self, scope: Scope) -> Self:
        """What the acting body has to investigate, the nearest day first."""
        return self.visible_to(scope).filter(notice__body_id=scope.body_id).unsettled()

    def unsettled(self) -> Self:
        return self.filter(state__in=sorted(UNSETTLED))

    def with_code(self, code: str) -> Self:
        return self.filter(code=code)


class AppraisalQuerySet(QuerySet["Appraisal"]):
    def of_case(self, case_id: UUID) -> Self:
        return self.filter(case_id=case_id).order_by("-held_on", "-id")

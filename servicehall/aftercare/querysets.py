"""The reads of what follows a case. Whom a rating is about never finds it here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length, StrIndex

from community.governance.enums import BodyKind, Power
from servicehall.aftercare.enums import BenefitState, RectifyState
from servicehall.aftercare.transitions import OPEN, SHOWN_TO_CONCERNED

if TYPE_CHECKING:
    from community.governance.models import Place
    from community.governance.scopes import Scope
    from servicehall.aftercare.models import (  # noqa: F401
        Benefit,
        BenefitTask,
        Delivery,
        ExpectedDuration,
        Rectification,
    )


class RectificationQuerySet(QuerySet["Rectification"]):
    def visible_to(self, scope: Scope) -> Self:
        """For the body that follows it up, and the one that reviews it, but for nobody who had a hand in
        the case himself, in whatever post; a resident sees that of his own case."""
        if scope.is_nobody:
            return self.none()
        if not scope.is_staff:
            return self.filter(case__applicant__account_id=scope.user_id)
        if scope.body_id is None or not scope.has(Power.HANDLE_RATINGS):
            return self.none()
        acts = apps.get_model("servicehall", "CaseEvent").objects
        hand_in_it = acts.filter(case_id=OuterRef("case_id"), user_id=str(scope.user_id))
        return self.filter(
            Q(handler_id=scope.body_id) | Q(reviewer_id=scope.body_id), ~Exists(hand_in_it)
        )

    def to_mend(self, scope: Scope) -> Self:
        """What the acting body is asked to put right. What is shown of it is `rules.task_of`: no case, no person."""
        if scope.body_id is None or not scope.has(Power.HANDLE_RATINGS):
            return self.none()
        # A doubt of the handler's own is none of its business yet: it has not been asked for anything.
        return self.filter(
            concerned_id=scope.body_id, state__in=sorted(SHOWN_TO_CONCERNED)
        ).exclude(task="")

    def open(self) -> Self:
        return self.filter(state__in=sorted(OPEN))

    def of_case(self, case_id: object) -> Self:
        return self.filter(case_id=case_id)

    def over(self, day: date) -> Self:
        """Told, and the days for a second rating have passed; for the machine only."""
        return self.filter(state=RectifyState.TOLD, re_rate_until__lt=day)


class BenefitQuerySet(QuerySet["Benefit"]):
    def visible_to(self, scope: Scope) -> Self:
        """One's own; for staff those of their residents that are in their line, and those they decided."""
        if scope.is_nobody:
            return self.none()
        if not scope.is_staff:
            return self.filter(person__account_id=scope.user_id)
        if scope.body_id is None or not scope.has(Power.READ_CASES):
            return self.none()
        decided = Q(decider_id=scope.body_id)
        if scope.body_kind == BodyKind.SERVICE_STATION:
            decided |= scope.within(Power.READ_CASES, "person__community__path")
        return self.filter(decided, scope.on_own_lines("version__item__window_id"))

    def standing(self) -> Self:
        return self.exclude(state=BenefitState.STOPPED)

    def of_case(self, case_id: object) -> Self:
        return self.filter(case_id=case_id)


class BenefitTaskQuerySet(QuerySet["BenefitTask"]):
    def visible_to(self, scope: Scope) -> Self:
        benefits = apps.get_model("aftercare", "Benefit").objects.visible_to(scope)
        return self.filter(benefit__in=benefits)

    def open(self) -> Self:
        return self.filter(done_at__isnull=True)


class DeliveryQuerySet(QuerySet["Delivery"]):
    def of_case(self, case_id: object) -> Self:
        return self.filter(case_id=case_id)


class DurationQuerySet(QuerySet["ExpectedDuration"]):
    def public(self) -> Self:
        return self.all()

    def nearest(self, item_id: str, place: Place | None) -> ExpectedDuration | None:
        """The figure of the smallest place around `place` that has one; of the city where no place is known."""
        rows = self.filter(item_id=item_id).select_related("place")
        if place is None:
            return rows.filter(place__parent__isnull=True).first()
        around = rows.annotate(at=StrIndex(Value(place.path), F("place__path"))).filter(at=1)
        return around.order_by(Length("place__path").desc(), "pk").first()

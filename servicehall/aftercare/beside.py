"""What this app adds to the pages and acts of cases: followers, panels, the button of the delivery, facts."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.contrib.postgres.aggregates import BoolAnd
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from community.governance.scopes import Scope
from residents.base.eligibility.facts import Fact, declare as declare_fact
from servicehall.aftercare import actions, facts, forms
from servicehall.aftercare.enums import BenefitState, Period, RectifyState
from servicehall.aftercare.models import Benefit, Delivery, ExpectedDuration, Rectification
from servicehall.aftercare.transitions import OPEN
from servicehall.cases import acts, followers, panels, standing
from servicehall.cases.enums import OPEN_STATES, CaseAction, CaseState
from servicehall.cases.models import Case
from servicehall.cases.panels import Audience

OUTSIDE = frozenset({Audience.APPLICANT, Audience.TRACKER})
EVERYBODY = OUTSIDE | {Audience.STAFF}
RATABLE = frozenset({CaseState.COMPLETED, CaseState.DELIVERED})
# What the base may ask of a person: whether one is received now (data/README.md, `eligibility`).
HELD = {
    "dibao": _("正享受低保"),
    "extreme_support": _("正享受特困供养"),
    "disability_living": _("正享受困难残疾人生活补贴"),
    "disability_care": _("正享受重度残疾人护理补贴"),
    "old_age": _("正享受高龄津贴"),
}


def declare_all() -> None:
    followers.follow(actions.follow)
    facts.declare_all()
    panels.declare(panels.Panel("aftercare/_rating.html", _rating, OUTSIDE, order=10))
    panels.declare(panels.Panel("aftercare/_benefit.html", _benefit, EVERYBODY, order=30))
    panels.declare(panels.Panel("aftercare/_delivery.html", _delivery, EVERYBODY, order=40))
    panels.declare(panels.Panel("aftercare/_expected.html", _expected, OUTSIDE, order=60))
    acts.declare(
        acts.Act(
            "deliver",
            pgettext_lazy("按钮", "送达"),
            "v",
            CaseAction.DELIVER,
            actions.deliver,
            forms.DeliveryForm,
            _("已登记送达。"),
            kind="primary",
        )
    )
    standing.declare_ended(_ended)
    for kind, label in HELD.items():
        declare_fact(
            Fact(f"holds_{kind}", label, bool, lambda: Value(False), partial(_holders, kind))
        )


def _ended() -> "QuerySet[Any, Any]":
    """The cases whose benefit was stopped: who fits again may ask again. What is given once was had."""
    stopped = Benefit.objects.filter(state=BenefitState.STOPPED).exclude(period=Period.ONCE)
    return stopped.order_by().values("case")


def _holders(kind: str) -> "QuerySet[Any, Any]":
    """Who receives it now, as (person, True)."""
    held = Benefit.objects.filter(kind=kind, state=BenefitState.ACTIVE).order_by()
    return held.values_list("person").annotate(held=BoolAnd(Q(kind=kind)))


def _rating(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    """For the applicant only: staff never see on a case what became of its rating."""
    if case.state not in RATABLE:
        return None
    found = Rectification.objects.of_case(case.pk).first()
    is_own = by.user_id is not None
    may_again = (
        found is not None
        and found.state == RectifyState.TOLD
        and found.re_rate_until is not None
        and today <= found.re_rate_until
    )
    return {
        "found": found,
        "is_open": found is not None and found.state in OPEN,
        "case": case,
        "is_own": is_own and case.applicant.account_id == by.user_id,
        "may_again": may_again,
        "may_complain": found is None or (found.state in OPEN and not found.complaint),
    }


def _benefit(case: Case, by: Scope, _today: date) -> Mapping[str, Any] | None:
    found = (
        Benefit.objects.of_case(case.pk).select_related("version").first() if case.outcome else None
    )
    if found is None:
        return None
    return {"benefit": found, "is_staff": by.is_staff, "is_own": by.user_id is not None}


def _delivery(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    if case.state == CaseState.COMPLETED and case.deliver_by_on is not None:
        return {"delivery": None, "by_on": case.deliver_by_on, "is_late": today > case.deliver_by_on,
                "is_staff": by.is_staff}  # fmt: skip
    if case.state != CaseState.DELIVERED:
        return None
    found = Delivery.objects.of_case(case.pk).last()
    if found is None:
        return None
    # Who follows by number and code may not be the applicant: no name of anybody, no number of the post.
    return {"delivery": found, "is_staff": by.is_staff, "is_named": by.user_id is not None}


def _expected(case: Case, _by: Scope, _today: date) -> Mapping[str, Any] | None:
    if case.state not in OPEN_STATES:
        return None
    found = ExpectedDuration.objects.nearest(case.version.item_id, case.community)
    return {"found": found}

"""The panel of a case's own accords: what was promised, who was asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.cases.enums import RUNNING
from servicehall.cases.models import Case
from servicehall.cases.panels import Audience, Panel, declare


def _for_staff(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    is_in_hand = case.handler_id == by.body_id
    may_ask = is_in_hand and case.state in RUNNING and by.has(Power.REVIEW_CASES)
    promised = list(case.undertakings.all())
    asked = list(case.consultations.select_related("body"))
    if not (promised or asked or may_ask):
        return None
    may_keep = by.has(Power.ACCEPT_CASES) or by.has(Power.REVIEW_CASES)
    return {
        "undertakings": promised,
        "consultations": asked,
        "may_ask": may_ask,
        "may_keep": may_keep and case.closed_at is None,
    }


def declare_panels() -> None:
    declare(
        Panel("servicehall/accords/_panel.html", _for_staff, frozenset({Audience.STAFF}), order=10)
    )

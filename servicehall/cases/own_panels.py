"""What stands beside a case by itself: the messages, what was promised, who was asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.cases.enums import RUNNING, Outcome, SignatureState
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
        "asked_here": {row.pk for row in asked if row.is_open and row.body_id == by.body_id}
        if case.closed_on is None
        else set(),
        "may_keep": may_keep and case.closed_at is None,
        "may_verify": may_keep and (case.closed_at is None or case.outcome == Outcome.GRANTED),
    }


def _talk(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    rows = list(case.messages.all())
    is_own = case.handler_id == by.body_id
    if by.is_staff and not rows and not is_own:
        return None
    waiting = [row for row in rows if row.is_from_applicant and row.settled_at is None]
    unread = [row for row in rows if not row.is_from_applicant and row.read_at is None]
    return {
        "last": rows[-1] if rows else None,
        "number": len(rows),
        "is_new": bool(waiting and is_own if by.is_staff else unread),
        "url": reverse(
            "servicehall:case-messages" if by.is_staff else "servicehall:my-case-messages",
            args=[case.pk],
        ),
    }


def _signatures(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    rows = list(case.signatures.select_related("person"))
    if not rows:
        return None
    is_window = by.body_id in {case.station_id, case.handler_id} and by.has(Power.ACCEPT_CASES)
    return {
        "rows": rows,
        "missing": sum(row.state != SignatureState.SIGNED for row in rows),
        "may_record": is_window and case.closed_at is None,
    }


def _family(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    """The other cases of the same form, as far as the viewer may open them."""
    if case.family_id is None:
        return None
    others = Case.objects.visible_to(by).filter(family_id=case.family_id).exclude(pk=case.pk)
    rows = list(
        others.select_related("version", "family__version").order_by("version__item_id", "pk")
    )
    if not rows:
        return None
    page = "servicehall:case" if by.is_staff else "servicehall:my-case"
    return {
        "family": rows[0].family,
        "rows": [(row, reverse(page, args=[row.pk])) for row in rows],
    }


def declare_panels() -> None:
    audiences = frozenset({Audience.STAFF, Audience.APPLICANT})
    declare(Panel("servicehall/talk/_panel.html", _talk, audiences, order=5))
    declare(Panel("servicehall/families/_panel.html", _family, audiences, order=6))
    declare(Panel("servicehall/signatures/_panel.html", _signatures, audiences, order=4))
    declare(
        Panel("servicehall/accords/_panel.html", _for_staff, frozenset({Audience.STAFF}), order=10)
    )

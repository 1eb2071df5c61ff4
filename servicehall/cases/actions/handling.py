"""What the window does with a case: accept, ask once, decline, hand over the result."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Invalid, NotAllowed
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from community.governance.workdays import LimitUnit
from servicehall.cases import routing
from servicehall.cases.actions import _core, accords, review
from servicehall.cases.enums import (
    CaseAction,
    CaseState,
    DeliveryWay,
    PauseReason,
    StepState,
)
from servicehall.cases.models import Case, ReviewStep, Supplement
from servicehall.cases.transitions import CASE
from servicehall.catalogue.models import HallLimit


def accept(
    case_id: uuid.UUID,
    *,
    by: Scope,
    now: datetime,
    remark: str = "",
    deferred: Collection[str] = (),
    committed: Collection[str] = (),
) -> Case:
    """受理: the clock starts, the chain of steps is made from the item version and today's tree.

    `deferred` are the papers that may follow (容缺受理), `committed` those for which the applicant
    vouches (告知承诺): codes of materials that the item version marks so.
    """
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.ACCEPT, by=by)
        _core.check_conflict(case, by=by)
        review.check_ready(case, CaseAction.ACCEPT)
        begin(case, now=now)
        accords.undertake(case, deferred=deferred, committed=committed, now=now)
        said = {"deferred": sorted(deferred), "committed": sorted(committed)}
        return _core.record(
            case,
            rule,
            CaseAction.ACCEPT,
            by=by,
            now=now,
            remark=remark,
            said={key: codes for key, codes in said.items() if codes},
        )


def finish_at_once(case_id: uuid.UUID, *, by: Scope, now: datetime, note: str = "") -> Case:
    """即办件: accepted, granted and completed in one act, for items that the station finishes on the spot."""
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.ACCEPT, by=by)
        if not case.version.is_instant or case.version.levels:
            raise NotAllowed("not_instant", _("本事项需要审核，不能当场办结，请先受理。"))
        _core.check_conflict(case, by=by)
        review.check_ready(case, CaseAction.ACCEPT)
        begin(case, now=now)
        case = _core.record(case, rule, CaseAction.ACCEPT, by=by, now=now)
        return review.decide_locked(case, CaseAction.GRANT, by=by, now=now, reason=note)


def begin(case: Case, *, now: datetime, clock_starts_on: date | None = None) -> None:
    """Start the clock and make the chain. Called inside the transaction of an acceptance, by hand or by silence."""
    today = timezone.localdate(now)
    calendar = WorkCalendarYear.objects.calendar()
    case.accepted_at = now
    case.clock_starts_on = clock_starts_on or calendar.start_day(now, case.station.closes_at)
    _core.run_clock(case, calendar=calendar)
    promised, _statutory = _core.limits(case.version)
    steps = routing.chain(
        case.version.levels,
        directory=routing.directory(case.community, today),
        # Instant items are finished where they were taken in, which after a hand-over is elsewhere.
        station=case.handler,
        line=case.version.item.window_id,
        instant_days=promised.amount if promised.unit == LimitUnit.WORKDAYS else 0,
    )
    ReviewStep.objects.bulk_create(
        ReviewStep(
            case=case,
            sequence=number,
            level=step.level,
            body=step.body,
            is_final=step.is_final,
            limit_days=step.limit_days,
            state=StepState.WAITING,
        )
        for number, step in enumerate(steps, start=1)
    )
    review.open_step(case, 1, now=now, calendar=calendar)


def decline(
    case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str, right_office: str
) -> Case:
    """不予受理, always with the reason and the right office to go to."""
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明不予受理的理由。"), {"reason": _("请写明理由。")})
    if not right_office.strip():
        raise Invalid(
            "office_missing", _("请写明应当去哪里办。"), {"right_office": _("请写明应找的部门。")}
        )
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.DECLINE, by=by)
        _core.check_conflict(case, by=by)
        case.outcome_reason = f"{reason.strip()}\n{right_office.strip()}"
        return _core.record(
            case, rule, CaseAction.DECLINE, by=by, now=now, note=case.outcome_reason
        )


def ask_supplement(
    case_id: uuid.UUID,
    *,
    items: Sequence[dict[str, Any]],
    by: Scope,
    now: datetime,
    is_new_circumstance: bool = False,
    reason: str = "",
) -> Case:
    """一次性告知: everything that is missing, at once; `items` are {"key", "title", "what"}.

    A second notice is refused unless it is marked 新情况 with a reason (行政许可法 32).
    """
    wanted = [item for item in items if str(item.get("what", "")).strip()]
    if not wanted:
        raise Invalid(
            "nothing_asked", _("请至少写明一项需要补正的内容。"), {"items": _("请填写。")}
        )
    with transaction.atomic(durable=True):
        case, _rule = _core.claim(case_id, CaseAction.SUPPLEMENT, by=by)
        _core.check_conflict(case, by=by)
        if case.notices.exists() and not (is_new_circumstance and reason.strip()):
            raise NotAllowed(
                "told_once",
                _(
                    "本件已经一次性告知过。确有新情况的，请勾选“新情况”并写明理由；否则不得再次要求补正。"
                ),
            )
        return give_notice(case, wanted, reason=reason.strip(), by=by, now=now)


def give_notice(
    case: Case,
    items: Sequence[dict[str, Any]],
    *,
    reason: str,
    by: audit.Actor,
    now: datetime,
) -> Case:
    """Write the notice of a locked case and stop its clock. Called inside the transaction of an act, or of
    the machine; from the second notice on `reason` says what is new."""
    number = case.notices.count() + 1
    today = timezone.localdate(now)
    calendar = WorkCalendarYear.objects.calendar()
    due = calendar.add(today, HallLimit.objects.in_force(today).answer_days).day
    titles = case.version.titles  # the language of record, whatever the clerk reads
    Supplement.objects.create(
        case=case,
        number=number,
        items=[{**item, "title": titles.get(item["key"], item["title"])} for item in items],
        is_new_circumstance=number > 1,
        reason=reason,
        due_on=due,
        asked_at=now,
        asked_by_id=by.post_id,
    )
    is_before = case.accepted_at is None
    case.resume_state = CaseState.RESUBMITTED if is_before else case.state
    case.supplements = number
    if number == 1:
        case.first_told_on = today
    else:
        case.told_again_on = today
    if not is_before:
        _core.stop_clock(case, PauseReason.SUPPLEMENT, today=today, expected_on=due)
    case.act_by_on = None
    return _core.record(
        case,
        CASE[CaseAction.SUPPLEMENT],
        CaseAction.SUPPLEMENT,
        by=by,
        now=now,
        note=reason,
        due_on=due,
    )


def deliver(
    case_id: uuid.UUID,
    *,
    by: Scope,
    now: datetime,
    way: str = DeliveryWay.COUNTER,
    note: str = "",
) -> Case:
    """送达: the result is in the applicant's hands."""
    with transaction.atomic(durable=True):
        return deliver_inside(case_id, by=by, now=now, way=way, note=note)


def deliver_inside(
    case_id: uuid.UUID,
    *,
    by: Scope,
    now: datetime,
    way: str,
    note: str = "",
    beside: Mapping[str, str] | None = None,
) -> Case:
    """The delivery itself, inside the transaction of an action that writes down more about it."""
    said = {"delivered": DeliveryWay(way).value}
    case, rule = _core.claim(case_id, CaseAction.DELIVER, by=by)
    case.delivered_at = now
    return _core.record(
        case,
        rule,
        CaseAction.DELIVER,
        by=by,
        now=now,
        note=note.strip(),
        said=said,
        beside=beside,
    )

"""The chain of review: an opinion, a step back, a decision. Only who may decide decides."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from community.governance.workdays import WorkCalendar
from servicehall.cases.actions import _core, accords, rerouting
from servicehall.cases.enums import CaseAction, Outcome, PauseReason, StepState
from servicehall.cases.models import Case, ClockPause, ReviewStep
from servicehall.cases.transitions import CASE
from servicehall.catalogue.models import HallLimit

READS = ("signatures", "undertakings", "consultations__body", "pauses")


def forward(case_id: uuid.UUID, *, by: Scope, now: datetime, opinion: str) -> Case:
    """Pass the open step on with an opinion; the last step cannot be passed on, it decides."""
    if not opinion.strip():
        raise Invalid("opinion_missing", _("请写明审核意见。"), {"opinion": _("请填写意见。")})
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.FORWARD, by=by)
        step = open_step_of(case)
        if step.is_final:
            raise NotAllowed("last_step_decides", _("这是最后一个环节，请作出准予或不予的决定。"))
        _core.check_conflict(case, by=by, step=step)
        check_ready(case, CaseAction.FORWARD)
        close_step(step, StepState.PASSED, by=by, now=now, opinion=opinion)
        open_step(case, step.sequence + 1, now=now, calendar=WorkCalendarYear.objects.calendar())
        return _core.record(case, rule, CaseAction.FORWARD, by=by, now=now, remark=opinion.strip())


def send_back(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str) -> Case:
    """退回上一环节: internal, the clock runs on."""
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明退回理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.SEND_BACK, by=by)
        step = open_step_of(case)
        if step.sequence == 1:
            raise NotAllowed(
                "no_step_before", _("这是第一个环节，没有可退回的环节；要补材料的，请一次性告知。")
            )
        _core.check_conflict(case, by=by)
        step.state = StepState.WAITING
        step.opened_at = step.due_on = None
        step.opinion = reason.strip()
        step.save()
        before = ReviewStep.objects.select_for_update().get(case=case, sequence=step.sequence - 1)
        before.state = StepState.SENT_BACK
        before.closed_at = None
        before.user_id = before.post_id = None
        before.save()
        open_step(case, before.sequence, now=now, calendar=WorkCalendarYear.objects.calendar())
        return _core.record(case, rule, CaseAction.SEND_BACK, by=by, now=now, remark=reason.strip())


def grant(
    case_id: uuid.UUID,
    *,
    by: Scope,
    now: datetime,
    reason: str = "",
    amount: Decimal | None = None,
) -> Case:
    """准予. `amount` is what the benefit comes to, where it is reckoned for each household; else as proposed."""
    if amount is not None and amount <= 0:
        text = _("金额应大于零。")
        raise Invalid("amount_wrong", text, {"amount": text})
    with transaction.atomic(durable=True):
        case, _rule = _core.claim(case_id, CaseAction.GRANT, by=by)
        if amount is not None:
            case.amount = str(amount)
        return decide_locked(case, CaseAction.GRANT, by=by, now=now, reason=reason)


def refuse(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str) -> Case:
    """不予, with reasons; the remedy (复议60日、诉讼6个月) stands on the applicant's page."""
    if not reason.strip():
        raise Invalid(
            "reason_missing", _("不予的决定必须写明理由。"), {"reason": _("请写明理由。")}
        )
    with transaction.atomic(durable=True):
        case, _rule = _core.claim(case_id, CaseAction.REFUSE, by=by)
        return decide_locked(case, CaseAction.REFUSE, by=by, now=now, reason=reason)


def decide_locked(case: Case, action: CaseAction, *, by: Scope, now: datetime, reason: str) -> Case:
    """Decide a case that the caller has locked and claimed."""
    step = open_step_of(case)
    if not step.is_final:
        raise NotAllowed("not_the_decider", _("本环节不是决定环节，请写明意见后转下一环节。"))
    _core.check_conflict(case, by=by, step=step)
    check_ready(case, action)
    close_step(step, StepState.DECIDED, by=by, now=now, opinion=reason)
    case.outcome = Outcome.GRANTED if action == CaseAction.GRANT else Outcome.REFUSED
    case.outcome_reason = reason.strip()
    case.handler = case.station
    today = timezone.localdate(now)
    case.deliver_by_on = (
        WorkCalendarYear.objects.calendar()
        .add(today, HallLimit.objects.in_force(today).deliver_days)
        .day
    )
    return _core.record(case, CASE[action], action, by=by, now=now, note=reason.strip())


def assign(
    case_id: uuid.UUID, *, body_id: uuid.UUID, reason: str, by: Scope, now: datetime
) -> Case:
    """转交: another body of the same kind in the same district takes the case, because nobody is there. The clock runs
    on; the words are for those who handle the case only. Where all must stand back it goes by itself (rerouting.py).
    """
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明转交理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.ASSIGN, by=by)
        today, left = timezone.localdate(now), case.handler
        body = rerouting.alike(case, today).filter(pk=body_id).first()
        if body is None:
            raise Invalid(
                "not_a_taker",
                _("这个单位不能接办本件，请重新选择。"),
                {"body_id": _("请重新选择。")},
            )
        if not rerouting.free_at(body, case, today):
            raise Invalid(
                "all_barred_there",
                _("这个单位能办的人也都要回避，请选择其他单位。"),
                {"body_id": _("那里的人也都要回避。")},
            )
        case.steps.filter(state=StepState.OPEN).update(body=body)
        _core.hand_to(case, body, act_by_on=case.act_by_on)
        case = _core.record(
            case,
            rule,
            CaseAction.ASSIGN,
            by=by,
            now=now,
            remark=reason.strip(),
            said={"taker": {"zh": body.name, "en": body.name_en}},
        )
        rerouting.tell_taker(case, left, now=now)
        return case


def check_ready(case: Case, action: CaseAction) -> None:
    """What must have come in before the act. Of many cases with what `READS` names it costs no query more."""
    if action == CaseAction.ACCEPT:
        _core.check_signed(case)
        return
    accords.check_nothing_asked(case)
    if action == CaseAction.GRANT:
        accords.check_nothing_owed(case)
        _core.check_signed(case)
        check_was_public(case)


def check_was_public(case: Case) -> None:
    """公示 comes before a decision for the applicant, where the item demands it (domain 3.11)."""
    if not case.version.publicity_days:
        return
    shown = [row for row in case.pauses.all() if row.reason == PauseReason.PUBLICITY]
    if not any(row.to_on for row in shown):
        raise NotAllowed("not_yet_public", _("本事项要先公示，公示结束没有异议再作决定。"))


def reopen(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str) -> Case:
    """撤销决定，重新办理: by the body that decided, within the days set; the time between is not counted.

    After that a new case is filed instead.
    """
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明重新办理的理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.REOPEN, by=by)
        _core.check_conflict(case, by=by)
        today = timezone.localdate(now)
        closed = case.closed_on or today
        if (today - closed).days > HallLimit.objects.in_force(today).reopen_days:
            raise NotAllowed("reopen_is_over", _("重新办理的期限已过，请申请人另行提出申请。"))
        step = ReviewStep.objects.select_for_update().get(case=case, is_final=True)
        ClockPause.objects.create(case=case, reason=PauseReason.CLOSED, from_on=closed, to_on=today)
        case.outcome, case.outcome_reason = "", ""
        case.closed_at = case.closed_on = case.is_on_time = case.delivered_at = None
        case.deliver_by_on = None
        _core.run_clock(case)
        step.closed_at = None
        step.user_id = step.post_id = None
        step.save(update_fields=["closed_at", "user", "post"])
        open_step(case, step.sequence, now=now, calendar=WorkCalendarYear.objects.calendar())
        return _core.record(case, rule, CaseAction.REOPEN, by=by, now=now, note=reason.strip())


def open_step_of(case: Case) -> ReviewStep:
    step = (
        ReviewStep.objects.filter(case=case, state=StepState.OPEN)
        .select_for_update(of=("self",))
        .first()
    )
    if step is None:
        raise Conflict("no_open_step", _("本件没有待审核的环节，请刷新后查看。"))
    return step


def open_step(case: Case, sequence: int, *, now: datetime, calendar: WorkCalendar) -> ReviewStep:
    """Open a step: its body has the case in hand until the step's own day, never past the promise."""
    step = ReviewStep.objects.select_related("body").get(case=case, sequence=sequence)
    due = calendar.add(timezone.localdate(now), step.limit_days).day
    if case.promised_due_on is not None:
        due = min(due, max(case.promised_due_on, timezone.localdate(now)))
    step.state = StepState.OPEN
    step.opened_at = now
    step.due_on = due
    step.save(update_fields=["state", "opened_at", "due_on"])
    _core.hand_to(case, step.body, act_by_on=due)
    return step


def close_step(
    step: ReviewStep, state: StepState, *, by: Scope, now: datetime, opinion: str
) -> None:
    step.state = state
    step.closed_at = now
    step.user_id = by.user_id
    step.post_id = by.post_id
    step.opinion = opinion.strip()
    step.save(update_fields=["state", "closed_at", "user", "post", "opinion"])

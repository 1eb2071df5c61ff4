"""The chain of review: an opinion, a step back, a decision. Only who may decide decides."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from community.governance.workdays import WorkCalendar
from servicehall.cases.actions import _core
from servicehall.cases.enums import CaseAction, Outcome, StepState
from servicehall.cases.models import Case, ReviewStep
from servicehall.cases.transitions import CASE


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


def grant(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str = "") -> Case:
    """准予."""
    return _decide(case_id, CaseAction.GRANT, by=by, now=now, reason=reason)


def refuse(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str) -> Case:
    """不予, with reasons; the remedy (复议60日、诉讼6个月) stands on the applicant's page."""
    if not reason.strip():
        raise Invalid(
            "reason_missing", _("不予的决定必须写明理由。"), {"reason": _("请写明理由。")}
        )
    return _decide(case_id, CaseAction.REFUSE, by=by, now=now, reason=reason)


def _decide(
    case_id: uuid.UUID, action: CaseAction, *, by: Scope, now: datetime, reason: str
) -> Case:
    with transaction.atomic(durable=True):
        case, _rule = _core.claim(case_id, action, by=by)
        return decide_locked(case, action, by=by, now=now, reason=reason)


def decide_locked(case: Case, action: CaseAction, *, by: Scope, now: datetime, reason: str) -> Case:
    """Decide a case that the caller has locked and claimed."""
    step = open_step_of(case)
    if not step.is_final:
        raise NotAllowed("not_the_decider", _("本环节不是决定环节，请写明意见后转下一环节。"))
    _core.check_conflict(case, by=by, step=step)
    close_step(step, StepState.DECIDED, by=by, now=now, opinion=reason)
    case.outcome = Outcome.GRANTED if action == CaseAction.GRANT else Outcome.REFUSED
    case.outcome_reason = reason.strip()
    case.handler = case.station
    return _core.record(case, CASE[action], action, by=by, now=now, note=reason.strip())


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

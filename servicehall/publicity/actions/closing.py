"""The end of a notice: its days are over and nobody objects, or an objection was right, or the case is gone."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from servicehall.cases import actions as cases
from servicehall.cases.enums import CaseAction, StepState
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case
from servicehall.catalogue import answering, appraisals
from servicehall.publicity.actions.publishing import locked_case
from servicehall.publicity.enums import NoticeState, ObjectionAction, ObjectionState
from servicehall.publicity.models import Appraisal, Objection, PublicNotice
from servicehall.publicity.rules import Text
from servicehall.publicity.transitions import OBJECTION

NOT_APPRAISED: dict[str, Text] = {
    CaseAction.FORWARD: _("这一环节要先民主评议，登记评议结果后再转下一环节。"),
    CaseAction.GRANT: _("本事项要先民主评议，登记评议结果后再作决定。"),
}


def _not_appraised(action: str) -> NotAllowed:
    return NotAllowed("not_appraised", NOT_APPRAISED[action])


def _objection_upheld() -> NotAllowed:
    return NotAllowed(
        "objection_upheld",
        _("最近一次公示有异议成立。请按核查结果更正后重新公示，或者作出不予决定。"),
    )


def end_over(notice_id: uuid.UUID, *, now: datetime) -> bool:
    """The machine ends one notice whose days are over and to which no objection is open. Repeats are harmless."""
    with transaction.atomic(durable=True):
        found = PublicNotice.objects.filter(pk=notice_id, state=NoticeState.OPEN).first()
        if found is None:
            return False
        locked_case(found.case_id)
        notice = PublicNotice.objects.select_for_update().get(pk=notice_id)
        return end_if_due(notice, now=now)


def end_if_due(notice: PublicNotice, *, now: datetime) -> bool:
    """End a notice that nothing holds any more. Case and notice are locked by the caller."""
    if notice.state != NoticeState.OPEN or not is_due(notice, timezone.localdate(now)):
        return False
    return cases.end_publicity_by_itself(notice.case_id, now=now) is not None


def is_due(notice: PublicNotice, today: date) -> bool:
    """No objection is open, and the days are over or an objection was right."""
    states = set(notice.objections.values_list("state", flat=True))
    if states & {ObjectionState.OPEN, ObjectionState.IN_APPRAISAL}:
        return False
    return today > notice.until_on or ObjectionState.UPHELD in states


def follow_case(happening: Happening) -> None:
    """What the acts of a case mean for its notice; whoever acts, by whichever door."""
    action, case, now = happening.event.action, happening.case, happening.now
    if action == CaseAction.END_PUBLICITY:
        for notice in _open_notice(case):
            if not is_due(notice, timezone.localdate(now)):
                raise NotAllowed(
                    "publicity_runs", _("公示还没有结束，或者还有异议没有答复，不能结束公示。")
                )
            _close(notice, NoticeState.ENDED, now=now)
    elif action == CaseAction.WITHDRAW:
        for notice in _open_notice(case):
            _drop_objections(notice, now=now)
            _close(notice, NoticeState.TAKEN_DOWN, now=now)
    elif action == CaseAction.FORWARD and appraisals.may_be_demanded(case.version.content):
        _check_may_forward(case)
    elif action == CaseAction.GRANT and _is_concerned(case):
        _check_may_grant(case, reason=happening.event.note)


def foresee(cases: Sequence[Case], action: str) -> dict[uuid.UUID, NotAllowed]:
    """What `follow_case` would refuse of these acts for want of a vote, or after an objection that was right."""
    if action not in {CaseAction.FORWARD, CaseAction.GRANT}:
        return {}
    ids = [case.pk for case in cases]
    voted = set(Appraisal.objects.filter(case__in=ids).values_list("case_id", flat=True))
    found = {
        case.pk: _not_appraised(action)
        for case in cases
        if case.pk not in voted and _wants_vote(case, action)
    }
    if action == CaseAction.GRANT:
        last = PublicNotice.objects.filter(case__in=ids).order_by("case_id", "-id")
        upheld = Objection.objects.filter(
            state=ObjectionState.UPHELD, notice__in=last.distinct("case_id").values("pk")
        )
        upheld_ids = upheld.values_list("notice__case_id", flat=True)
        found |= {case_id: _objection_upheld() for case_id in upheld_ids}
    return found


def _wants_vote(case: Case, action: str) -> bool:
    content = case.version.content
    if not appraisals.may_be_demanded(content):
        return False
    answers = answering.load_answers(case.answers)
    if action == CaseAction.GRANT:
        return appraisals.is_demanded(content, answers)
    step = next((row for row in case.steps.all() if row.state == StepState.OPEN), None)
    return step is not None and appraisals.is_demanded_at(
        content, answers, level=step.level, department=step.body.key
    )


def _is_concerned(case: Case) -> bool:
    """Shown to the public by its item, or appraised: by its item, or because somebody objected."""
    content = case.version.content
    return bool(case.version.publicity_days) or appraisals.may_be_demanded(content)


def _open_notice(case: Case) -> list[PublicNotice]:
    return list(
        PublicNotice.objects.filter(case=case, state=NoticeState.OPEN).select_for_update(
            of=("self",)
        )
    )


def _close(notice: PublicNotice, state: NoticeState, *, now: datetime) -> None:
    notice.state, notice.ended_at = state, now
    notice.save(update_fields=["state", "ended_at"])


def _drop_objections(notice: PublicNotice, *, now: datetime) -> None:
    rule = OBJECTION[ObjectionAction.CLOSE]
    notice.objections.filter(state__in=sorted(rule.sources)).update(state=rule.to, answered_at=now)


def _check_may_forward(case: Case) -> None:
    """The step that has just been passed on wanted a vote first."""
    step = (
        case.steps.filter(state=StepState.PASSED)
        .select_related("body")
        .order_by("-sequence")
        .first()
    )
    answers = answering.load_answers(case.answers)
    if (
        step is not None
        and appraisals.is_demanded_at(
            case.version.content, answers, level=step.level, department=step.body.key
        )
        and not Appraisal.objects.filter(case=case).exists()
    ):
        raise _not_appraised(CaseAction.FORWARD)


def _check_may_grant(case: Case, *, reason: str) -> None:
    """After an objection that was right the case is mended and shown again; against the vote only with reasons."""
    last = PublicNotice.objects.filter(case=case).order_by("-id").first()
    if (
        last is not None
        and Objection.objects.filter(notice=last, state=ObjectionState.UPHELD).exists()
    ):
        raise _objection_upheld()
    vote = Appraisal.objects.filter(case=case).order_by("-held_on", "-id").first()
    answers = answering.load_answers(case.answers)
    if vote is None and appraisals.is_demanded(case.version.content, answers):
        raise _not_appraised(CaseAction.GRANT)
    if vote is not None and not vote.is_supported and not reason.strip():
        raise NotAllowed(
            "against_appraisal", _("民主评议没有过半数同意。仍要准予的，请在决定说明里写明理由。")
        )

"""What the applicant does after filing: answer a notice, withdraw, rate. And the machine: a notice lapses."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from servicehall.cases import followers
from servicehall.cases.actions import _core
from servicehall.cases.enums import CaseAction, CaseState, StepState
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, CaseEvent, Rating
from servicehall.cases.transitions import CASE
from servicehall.catalogue import answering
from servicehall.catalogue.enums import Channel, Satisfaction
from servicehall.catalogue.models import HallLimit, RatingQuestions

RATABLE = frozenset({CaseState.COMPLETED, CaseState.DELIVERED})


def answer_supplement(
    case_id: uuid.UUID,
    *,
    answers: Mapping[str, Any],
    by: Scope,
    now: datetime,
    note: str = "",
    received: Sequence[Mapping[str, str]] = (),
) -> Case:
    """补正: corrected answers (and files attached before). The clock runs on from today.

    `received` are the things of the notice that were brought to the counter: {"key", "title"}.
    """
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.RESUBMIT, by=by)
        known = {field["key"]: field for field in case.version.questions}
        merged = answering.load_answers(case.answers or "{}")
        changed = {
            key: answering.folded(known[key], value)
            for key, value in answers.items()
            if key in known
        }
        errors = {
            key: error
            for key, value in changed.items()
            if known[key]["type"] != "file" and (error := answering.check_answer(known[key], value))
        }
        if errors:
            raise Invalid("answers_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
        merged.update(changed)
        case.answers = answering.dump_answers(merged)
        case.notices.filter(answered_at__isnull=True).update(answered_at=now)
        _resume(case, now=now)
        return _core.record(
            case,
            rule,
            CaseAction.RESUBMIT,
            by=by,
            now=now,
            to=case.resume_state,
            note=note,
            said={"received": [dict(thing) for thing in received]} if received else None,
        )


def _resume(case: Case, *, now: datetime) -> None:
    today = timezone.localdate(now)
    calendar = WorkCalendarYear.objects.calendar()
    if case.accepted_at is None:
        case.received_on = today
        case.act_by_on = calendar.add(today, HallLimit.objects.in_force(today).check_days).day
        return
    _core.resume_clock(case, today=today)


def withdraw(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str = "") -> Case:
    """撤回, any time before the decision. The data is kept, a new filing is possible."""
    with transaction.atomic(durable=True):
        return withdraw_claimed(case_id, by=by, now=now, reason=reason)


def withdraw_claimed(case_id: uuid.UUID, *, by: Scope, now: datetime, reason: str) -> Case:
    """The withdrawal itself. Called inside the transaction of an action."""
    case, rule = _core.claim(case_id, CaseAction.WITHDRAW, by=by)
    case.steps.filter(state__in=[StepState.OPEN, StepState.WAITING]).update(
        state=StepState.CANCELLED, closed_at=now
    )
    case.pauses.filter(to_on__isnull=True).update(to_on=timezone.localdate(now))
    return _core.record(case, rule, CaseAction.WITHDRAW, by=by, now=now, note=reason.strip())


def lapse(case_id: uuid.UUID, *, now: datetime) -> Case | None:
    """The machine ends a case whose notice was not answered in time. Repeats are harmless."""
    with transaction.atomic(durable=True):
        case = (
            Case.objects.filter(pk=case_id, state=CaseState.SUPPLEMENT_REQUIRED)
            .select_related("version__item", "community", "station__place", "applicant")
            .select_for_update(of=("self",), skip_locked=True)
            .first()
        )
        if case is None:
            return None
        notice = case.notices.filter(answered_at__isnull=True).last()
        if notice is None or notice.due_on >= timezone.localdate(now):
            return None
        case.steps.filter(state__in=[StepState.OPEN, StepState.WAITING]).update(
            state=StepState.CANCELLED, closed_at=now
        )
        return _core.record(
            case, CASE[CaseAction.LAPSE], CaseAction.LAPSE, by=audit.SYSTEM, now=now
        )


def rate(
    case: Case,
    *,
    level: int,
    reasons: Sequence[str] = (),
    comment: str = "",
    is_anonymous: bool = False,
    by: Scope,
    now: datetime,
    channel: Channel = Channel.ONLINE,
) -> Rating:
    """好差评: once a case, voluntary, after it is closed.

    `case` was fetched as the applicant's own or by number and query code; staff and proxies cannot rate.
    """
    if level not in Satisfaction.values:
        raise Invalid("level_unknown", _("请选择一个评价等级。"), {"level": _("请选择。")})
    if by.is_staff:
        raise NotAllowed("staff_cannot_rate", _("评价只能由申请人本人作出。"))
    with transaction.atomic(durable=True):
        case = (
            Case.objects.select_related("community", "applicant")
            .select_for_update(of=("self",))
            .get(pk=case.pk)
        )
        if by.user_id is not None and by.user_id != case.applicant.account_id:
            raise NotAllowed("proxy_cannot_rate", _("评价只能由申请人本人作出，代办的人不能评价。"))
        if case.state not in RATABLE:
            raise NotAllowed("not_closed", _("办结以后才能评价。"))
        today = timezone.localdate(now)
        days = HallLimit.objects.in_force(today).rate_days
        if case.closed_on is not None and (today - case.closed_on).days > days:
            raise NotAllowed(
                "rating_is_over", _("评价期已过。有意见请拨打服务电话，我们照样处理。")
            )
        if Rating.objects.filter(case=case).exists():
            raise Conflict("rated_once", _("本件已经评价过，谢谢您。"))
        questions = RatingQuestions.objects.in_force(today).first()
        known = dict(questions.reasons(case.channel, level)) if questions else {}
        if not known.keys() >= set(reasons):
            raise Invalid(
                "reason_unknown", _("请从选项中选择。"), {"reasons": _("请从选项中选择。")}
            )
        rating = Rating.objects.create(
            case=case,
            level=level,
            reasons=list(reasons),
            questions=questions,
            comment=comment.strip(),
            is_anonymous=is_anonymous,
            channel=channel,
            rated_at=now,
            rated_on=timezone.localdate(now),
        )
        event = CaseEvent.objects.create(
            case=case, action="rate", from_state=case.state, to_state=case.state, at=now
        )
        audit.record(
            "case.rate",
            by=by,
            target=case,
            person_id=case.applicant_id,
            place_path=case.community.path,
            now=now,
        )
        followers.tell(Happening(case, event, by, now))
    return rating

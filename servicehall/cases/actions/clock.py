"""What changes the clock of a case: an extension, a publicity, a special procedure, our own silence."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Invalid, NotAllowed
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from servicehall.cases.actions import _core, handling
from servicehall.cases.enums import (
    BEFORE_ACCEPTANCE,
    SPECIAL_REASONS,
    CaseAction,
    PauseReason,
    StepState,
)
from servicehall.cases.models import Case, ReviewStep
from servicehall.cases.transitions import CASE
from servicehall.catalogue.models import HallLimit


def extend(case_id: uuid.UUID, *, days: int, reason: str, by: Scope, now: datetime) -> Case:
    """延长审批: once, by the head of the office that has the case, within what the item allows, with a reason.

    `days` are in the unit of the statutory limit (行政许可法 42).
    """
    if not reason.strip():
        raise Invalid(
            "reason_missing", _("请写明延长的理由，申请人看得到。"), {"reason": _("请写明理由。")}
        )
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.EXTEND, by=by)
        _core.check_conflict(case, by=by)
        most = case.version.extendable
        if case.extended_by:
            raise NotAllowed("extended_once", _("本件已经延长过一次，不能再延长。"))
        if not most:
            raise NotAllowed("not_extendable", _("本事项没有规定可以延长，请按期办结。"))
        if not 0 < days <= most:
            raise Invalid(
                "too_long",
                _("延长的时间不能超过规定。"),
                {"days": _("最多延长 %(most)s。") % {"most": case.version.extendable_label}},
            )
        today = timezone.localdate(now)
        calendar = WorkCalendarYear.objects.calendar()
        before = case.promised_due_on or today
        case.extended_by = days
        _core.run_clock(case, calendar=calendar)
        _lengthen_step(case, by_workdays=calendar.between(before, case.promised_due_on or before))
        return _core.record(
            case,
            rule,
            CaseAction.EXTEND,
            by=by,
            now=now,
            note=reason.strip(),
            said={"until": (case.promised_due_on or today).isoformat()},
        )


def _lengthen_step(case: Case, *, by_workdays: int) -> None:
    step = ReviewStep.objects.filter(case=case, state=StepState.OPEN).first()
    if step is None:
        return
    step.limit_days += by_workdays
    step.save(update_fields=["limit_days"])
    _core.set_step_due(case, step, calendar=WorkCalendarYear.objects.calendar())
    case.act_by_on = step.due_on


def publicise(case_id: uuid.UUID, *, by: Scope, now: datetime, until: date) -> Case:
    """公示 begins: the clock stands still until it ends (domain 3.7). What is shown is the notice's own matter."""
    with transaction.atomic(durable=True):
        return publicise_claimed(case_id, by=by, now=now, until=until)


def publicise_claimed(
    case_id: uuid.UUID,
    *,
    by: Scope,
    now: datetime,
    until: date,
    amount: Decimal | None = None,
    shown: Mapping[str, str | int] | None = None,
) -> Case:
    """The same inside the transaction of whoever writes the notice, which may name an amount, and show more."""
    case, rule = _core.claim(case_id, CaseAction.PUBLICISE, by=by)
    _core.check_conflict(case, by=by)
    if not case.version.publicity_days:
        raise NotAllowed("not_public", _("本事项不需要公示。"))
    _core.stop_clock(case, PauseReason.PUBLICITY, today=timezone.localdate(now), expected_on=until)
    if amount is not None:
        case.amount = str(amount)
    return _core.record(
        case,
        rule,
        CaseAction.PUBLICISE,
        by=by,
        now=now,
        said={"until": until.isoformat(), **(shown or {})},
    )


def end_publicity(case_id: uuid.UUID, *, by: Scope, now: datetime, remark: str = "") -> Case:
    """公示结束 by whoever has the case: the days are over and no objection is open."""
    with transaction.atomic(durable=True):
        return end_publicity_claimed(case_id, by=by, now=now, remark=remark)


def end_publicity_claimed(
    case_id: uuid.UUID, *, by: Scope, now: datetime, remark: str = ""
) -> Case:
    """The same inside the transaction of whoever closes the notice."""
    case, _rule = _core.claim(case_id, CaseAction.END_PUBLICITY, by=by)
    return _go_on(case, CaseAction.END_PUBLICITY, by=by, now=now, remark=remark)


def end_publicity_by_itself(case_id: uuid.UUID, *, now: datetime) -> Case | None:
    """The machine ends a publicity whose days are over. Called inside the transaction that closes the notice."""
    case = (
        Case.objects.filter(pk=case_id, state__in=CASE[CaseAction.END_PUBLICITY].sources)
        .select_related("version__item", "community", "station__place", "applicant", "handler")
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if case is None:
        return None
    return _go_on(case, CaseAction.END_PUBLICITY, by=audit.SYSTEM, now=now)


def begin_special(
    case_id: uuid.UUID,
    *,
    reason: str,
    expected_on: date | None,
    note: str,
    by: Scope,
    now: datetime,
) -> Case:
    """特别程序: hearing, inspection, appraisal …; not counted, and told to the applicant in writing (行政许可法 45)."""
    errors = {}
    if reason not in SPECIAL_REASONS:
        errors["reason"] = _("请选择是哪一种特别程序。")
    today = timezone.localdate(now)
    if expected_on is None or expected_on <= today:
        errors["expected_on"] = _("请填写预计结束的日期，应在今天以后。")
    if not note.strip():
        errors["note"] = _("请写明为什么需要，申请人看得到。")
    if errors:
        raise Invalid("special_incomplete", _("特别程序的内容还没有填好。"), errors)
    with transaction.atomic(durable=True):
        case, rule = _core.claim(case_id, CaseAction.BEGIN_SPECIAL, by=by)
        _core.check_conflict(case, by=by)
        kind = PauseReason(reason)
        _core.stop_clock(case, kind, today=today, expected_on=expected_on)
        return _core.record(
            case,
            rule,
            CaseAction.BEGIN_SPECIAL,
            by=by,
            now=now,
            note=note.strip(),
            said={"pause": kind.value, "until": (expected_on or today).isoformat()},
            due_on=expected_on,
        )


def end_special(case_id: uuid.UUID, *, by: Scope, now: datetime, note: str = "") -> Case:
    """The hearing was held, the report is there: the clock runs on from today."""
    with transaction.atomic(durable=True):
        case, _rule = _core.claim(case_id, CaseAction.END_SPECIAL, by=by)
        return _go_on(case, CaseAction.END_SPECIAL, by=by, now=now, note=note)


def _go_on(
    case: Case,
    action: CaseAction,
    *,
    by: audit.Actor,
    now: datetime,
    note: str = "",
    remark: str = "",
) -> Case:
    _core.resume_clock(case, today=timezone.localdate(now))
    return _core.record(
        case,
        CASE[action],
        action,
        by=by,
        now=now,
        to=case.resume_state,
        note=note.strip(),
        remark=remark.strip(),
    )


def tacit_accept(case_id: uuid.UUID, *, now: datetime) -> Case | None:
    """Nobody answered in time: accepted as of the day of receipt (行政许可法 32). Repeats are harmless.

    The entry in the trail is what supervision counts.
    """
    with transaction.atomic(durable=True):
        case = (
            Case.objects.filter(pk=case_id, state__in=BEFORE_ACCEPTANCE)
            .select_related("version__item", "community", "station__place", "applicant", "handler")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
            .first()
        )
        if case is None:
            return None
        today = timezone.localdate(now)
        calendar = WorkCalendarYear.objects.calendar()
        silence = HallLimit.objects.in_force(today).silence_days
        if calendar.add(case.received_on, silence).day >= today:
            return None
        handling.begin(case, now=now, clock_starts_on=calendar.workday_from(case.received_on))
        return _core.record(
            case,
            CASE[CaseAction.TACIT_ACCEPT],
            CaseAction.TACIT_ACCEPT,
            by=audit.SYSTEM,
            now=now,
            said={"since": case.received_on.isoformat()},
        )

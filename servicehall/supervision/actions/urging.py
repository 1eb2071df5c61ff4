"""督办: issued by whoever watches over the place, answered by the responsible office, closed with a result."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance import watchers
from community.governance.enums import Power, Role
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from notifications import outbox
from servicehall.cases.models import Case
from servicehall.supervision.actions.climbing import WORKERS
from servicehall.supervision.actions.finding import bodies_of
from servicehall.supervision.enums import RULE_NUMBERS, FindingKind, UrgingAction, UrgingState
from servicehall.supervision.models import SupervisionRule, Urging, UrgingSerial
from servicehall.supervision.querysets import supervised_by
from servicehall.supervision.transitions import URGING

ANSWERING = (*WORKERS, Role.DATA_CLERK)


def urge(
    case_id: uuid.UUID, *, body_id: uuid.UUID, kind: str, content: str, by: Scope, now: datetime
) -> Urging:
    """Issue a letter to one of the offices of a case. Raises Case.DoesNotExist outside the viewer's places."""
    today = timezone.localdate(now)
    errors = {}
    if kind not in FindingKind.values:
        errors["kind"] = _("请选择监察情形。")
    if not content.strip():
        errors["content"] = _("请写明督办什么、要求怎样。")
    with transaction.atomic(durable=True):
        case = (
            supervised_by(by)
            .with_light(today)  # type: ignore[attr-defined]
            .select_related("community", "version")
            .get(pk=case_id)
        )
        if body_id not in bodies_of(case):
            errors["body_id"] = _("请选择办理过本件的单位。")
        if errors:
            raise Invalid("urging_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
        figures = SupervisionRule.objects.in_force(today)
        if figures is None:
            raise NotAllowed("rules_missing", _("监察参数没有载入，请联系系统管理员。"))
        row = Urging.objects.create(
            number=_next_number(today.year),
            case=case,
            body_id=body_id,
            kind=kind,
            rule_number=RULE_NUMBERS[FindingKind(kind)],
            light=case.light,
            content=content.strip(),
            issued_at=now,
            issued_by_id=by.post_id,  # type: ignore[misc]  # powers come from a post
            due_on=WorkCalendarYear.objects.calendar().add(today, figures.reply_days).day,
            counted_from=today,
            state=UrgingState.ISSUED,
        )
        _trail("urging.issued", row, case, by=by, now=now)
        _tell_office(row, case, "issued", now=now)
    return row


def _next_number(year: int) -> str:
    """督〔2026〕12号, without a gap: the row of the year is locked until the letter stands."""
    UrgingSerial.objects.bulk_create([UrgingSerial(year=year)], ignore_conflicts=True)
    serial = UrgingSerial.objects.select_for_update().get(year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    return f"督〔{year}〕{serial.last}号"


def reply_urging(urging_id: uuid.UUID, *, reply: str, by: Scope, now: datetime) -> Urging:
    """The responsible office says what it has done."""
    if not reply.strip():
        raise Invalid("reply_missing", _("请写明回复。"), {"words": _("请写明办理情况。")})
    with transaction.atomic(durable=True):
        row, case = _claim(urging_id, UrgingAction.REPLY, by=by)
        row.reply, row.replied_at, row.replied_by_id = reply.strip(), now, by.post_id
        _move(row, UrgingAction.REPLY, case, by=by, now=now)
        outbox.post(
            "supervision.replied",
            key=f"urging:{row.pk}:replied:{now.isoformat()}",
            user_id=row.issued_by.user_id,
            about=f"urging:{row.pk}",
            place_path=case.community.path,
            params={"number": row.number},
            now=now,
        )
    return row


def return_urging(urging_id: uuid.UUID, *, reason: str, by: Scope, now: datetime) -> Urging:
    """The reply is not enough: the office has the same days once more."""
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明理由。"), {"words": _("请写明哪里不够。")})
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        row, case = _claim(urging_id, UrgingAction.RETURN, by=by)
        figures = SupervisionRule.objects.in_force(today)
        days = figures.reply_days if figures else 0
        row.due_on = WorkCalendarYear.objects.calendar().add(today, days).day
        row.counted_from = today
        row.content = f"{row.content}\n{today.isoformat()}　{reason.strip()}"
        _move(row, UrgingAction.RETURN, case, by=by, now=now)
        _tell_office(row, case, f"returned:{now.isoformat()}", now=now)
    return row


def close_urging(urging_id: uuid.UUID, *, result: str, by: Scope, now: datetime) -> Urging:
    """办结, with what came of it."""
    if not result.strip():
        raise Invalid("result_missing", _("请写明督办结果。"), {"words": _("请写明督办结果。")})
    with transaction.atomic(durable=True):
        row, case = _claim(urging_id, UrgingAction.CLOSE, by=by)
        row.result, row.closed_at, row.closed_by_id = result.strip(), now, by.post_id
        _move(row, UrgingAction.CLOSE, case, by=by, now=now)
    return row


def _claim(urging_id: uuid.UUID, action: UrgingAction, *, by: Scope) -> tuple[Urging, Case]:
    row = (
        Urging.objects.visible_to(by)
        .select_related("issued_by", "case__community")
        .select_for_update(of=("self",))
        .get(pk=urging_id)
    )
    rule = URGING[action]
    if row.state not in rule.sources:
        raise Conflict("state_moved_on", _("这件督办的状态已经变化，请刷新后查看。"))
    if rule.by_office and row.body_id != by.body_id:
        raise NotAllowed("not_your_office", _("由责任单位回复。"))
    if not rule.by_office and not by.covers(Power.SUPERVISE, row.case.community.path):
        raise NotAllowed("no_power", _("您现在的岗位不能办结督办，请由监督人员办理。"))
    return row, row.case


def _move(row: Urging, action: UrgingAction, case: Case, *, by: Scope, now: datetime) -> None:
    row.state = URGING[action].to
    row.save()
    _trail(f"urging.{action.value}", row, case, by=by, now=now)


def _tell_office(row: Urging, case: Case, what: str, *, now: datetime) -> None:
    params: Mapping[str, Any] = {"number": row.number, "date": row.due_on.isoformat()}
    watchers.tell_body(
        "supervision.urged",
        key=f"urging:{row.pk}:{what}",
        body_id=row.body_id,
        roles=ANSWERING,
        about=f"urging:{row.pk}",
        place_path=case.community.path,
        params=params,
        now=now,
    )


def _trail(action: str, row: Urging, case: Case, *, by: Scope, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        target=row,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": row.number, "case": case.number},
        now=now,
    )

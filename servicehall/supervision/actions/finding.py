"""What only people can know: a complaint of a fee, a refusal at the door, a matter that was handled on paper."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.cases.models import Case, ReviewStep
from servicehall.supervision.enums import BY_PEOPLE, FindingKind
from servicehall.supervision.models import Finding
from servicehall.supervision.querysets import supervised_by


def record_finding(
    case_id: uuid.UUID, *, kind: str, body_id: uuid.UUID, note: str, by: Scope, now: datetime
) -> Finding:
    """A supervisor writes down what was complained of or found on the spot.

    Raises Case.DoesNotExist outside the places over which the post watches.
    """
    errors = {}
    if kind not in BY_PEOPLE:
        errors["kind"] = _("请选择监察情形。")
    if not note.strip():
        errors["note"] = _("请写明情况和来源。")
    with transaction.atomic(durable=True):
        case = supervised_by(by).select_related("community").get(pk=case_id)
        if body_id not in bodies_of(case):
            errors["body_id"] = _("请选择办理过本件的单位。")
        if errors:
            raise Invalid("finding_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
        row = _write(case, FindingKind(kind), body_id, note=note, evidence={}, by=by, now=now)
        _trail("finding.recorded", row, case, by=by, now=now)
    return row


def record_paper(
    case_id: uuid.UUID, *, happened_at: datetime, reason: str, by: Scope, now: datetime
) -> Finding:
    """补录: something was done on paper, with its true time and the reason. Said openly, and counted."""
    errors = {}
    if not reason.strip():
        errors["reason"] = _("请写明为什么没有在系统里办。")
    if happened_at > now:
        errors["happened_at"] = _("时间不能晚于现在。")
    if errors:
        raise Invalid("paper_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    with transaction.atomic(durable=True):
        case = Case.objects.visible_to(by).select_related("community").get(pk=case_id)
        if by.body_id is None or by.body_id not in bodies_of(case) or not by.has(Power.READ_CASES):
            raise NotAllowed("not_your_case", _("只有办理过本件的单位可以补录。"))
        true_at = happened_at.isoformat(timespec="minutes")
        row = _write(
            case,
            FindingKind.OFF_SYSTEM,
            by.body_id,
            note=reason,
            evidence={"true_at": true_at},
            by=by,
            now=now,
        )
        _trail("case.recorded_later", row, case, by=by, now=now)
    return row


def bodies_of(case: Case) -> set[uuid.UUID]:
    """The station and every office through whose hands the case goes."""
    steps = ReviewStep.objects.filter(case=case).values_list("body_id", flat=True)
    return {case.station_id, case.handler_id, *steps}


def dismiss_finding(finding_id: uuid.UUID, *, reason: str, by: Scope, now: datetime) -> Finding:
    """不计入: it was none, with the reason. It stays readable and is counted no more."""
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic(durable=True):
        row = Finding.objects.visible_to(by).select_for_update(of=("self",)).get(pk=finding_id)
        if row.dismissed_at is not None:
            raise Conflict("dismissed_already", _("这条已经标为不计入，请刷新后查看。"))
        row.dismissed_at, row.dismissed_by_id = now, by.post_id
        row.dismissal = reason.strip()
        row.save(update_fields=["dismissed_at", "dismissed_by", "dismissal"])
        case = Case.objects.select_related("community").get(pk=row.case_id)
        _trail("finding.dismissed", row, case, by=by, now=now)
    return row


def _write(
    case: Case,
    kind: FindingKind,
    body_id: uuid.UUID,
    *,
    note: str,
    evidence: dict[str, str],
    by: Scope,
    now: datetime,
) -> Finding:
    return Finding.objects.create(
        kind=kind,
        case=case,
        body_id=body_id,
        ref=f"post:{uuid.uuid4()}",
        evidence=evidence,
        note=note.strip(),
        found_at=now,
        found_on=timezone.localdate(now),
        recorded_by_id=by.post_id,
    )


def _trail(action: str, row: Finding, case: Case, *, by: Scope, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        target=row,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": case.number, "kind": row.kind},
        now=now,
    )

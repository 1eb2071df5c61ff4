"""容缺与承诺, 征求意见: what a case waits for from its applicant and from other offices."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance import watchers
from community.governance.enums import Role
from community.governance.models import Body, WorkCalendarYear
from community.governance.scopes import Scope
from notifications import outbox
from servicehall.cases.actions import _core
from servicehall.cases.enums import (
    OPEN_STATES,
    RUNNING,
    ConsultationKind,
    UndertakingKind,
)
from servicehall.cases.models import Case, Consultation, Undertaking
from servicehall.catalogue.models import HallLimit

MOST_AT_ONCE = 10
ASKED_LATELY = timedelta(hours=12)
MOST_REMINDERS = 500
# Who answers at an office that is asked: everybody there whose post opens cases.
ANSWERING = (*_core.WORKERS, Role.DISTRICT_OFFICE)


def undertake(
    case: Case, *, deferred: Collection[str], committed: Collection[str], now: datetime
) -> None:
    """Write down what the applicant promises at acceptance. Called inside the transaction of `accept`.

    Only papers that the item version marks may be deferred or replaced by a commitment; key papers never.
    """
    papers = {paper["code"]: paper for paper in case.version.materials}
    for codes, mark, kind in (
        (deferred, "deferrable", UndertakingKind.DEFERRED),
        (committed, "commitment", UndertakingKind.COMMITMENT),
    ):
        if wrong := [code for code in codes if not papers.get(code, {}).get(mark)]:
            raise Invalid(
                "not_deferrable",
                _("这些材料不能容缺或者承诺，必须先交齐。"),
                {kind.value: ", ".join(wrong)},
            )
    if twice := set(deferred) & set(committed):
        raise Invalid(
            "promised_twice",
            _("同一份材料只能选容缺或者承诺中的一种。"),
            {"deferred": ", ".join(sorted(twice))},
        )
    today = timezone.localdate(now)
    calendar = WorkCalendarYear.objects.calendar()
    due = calendar.add(today, HallLimit.objects.in_force(today).undertaking_days).day
    rows: list[tuple[str, UndertakingKind, date]] = [
        (code, UndertakingKind.DEFERRED, due) for code in sorted(deferred)
    ]
    rows += [(code, UndertakingKind.COMMITMENT, due) for code in sorted(committed)]
    Undertaking.objects.bulk_create(
        Undertaking(
            case=case,
            kind=kind,
            key=code,
            title=papers[code]["name"]["zh"],
            signed_at=now,
            due_on=day,
        )
        for code, kind, day in rows
    )


def keep_undertaking(case_id: uuid.UUID, key: str, *, by: Scope, now: datetime) -> Undertaking:
    """The paper has come, or the fact was verified, which may be after the decision. The same twice is harmless."""
    with transaction.atomic(durable=True):
        case = _locked_case(case_id, by=by)
        if not (by.has("accept_cases") or by.has("review_cases")):
            raise NotAllowed("no_power", _("您的任职没有登记材料的权限。"))
        row = case.undertakings.select_for_update().filter(key=key).first()
        if row is None:
            raise Invalid("unknown_paper", _("本件没有这项承诺，请刷新后查看。"))
        if row.kind == UndertakingKind.DEFERRED and case.state not in OPEN_STATES:
            raise Conflict("state_moved_on", _core.MOVED_ON)
        if row.kept_at is None:
            row.kept_at = now
            row.kept_with_id = by.post_id
            row.save(update_fields=["kept_at", "kept_with"])
            _trail(case, "case.undertaking_kept", by=by, now=now, key=key)
    return row


def check_nothing_owed(case: Case) -> None:
    """A decision for the applicant waits for every paper that was deferred."""
    owed = [row for row in case.undertakings.all() if row.kept_at is None]
    if titles := [row.title for row in owed if row.kind == UndertakingKind.DEFERRED]:
        raise NotAllowed(
            "papers_owed",
            _("容缺的材料还没有补齐：%(titles)s。补齐登记后再作决定。")
            % {"titles": "、".join(titles)},
        )


def check_nothing_asked(case: Case) -> None:
    """A step does not move on while an opinion that was asked for is still out."""
    waiting = [row for row in case.consultations.all() if row.is_open]
    if asked := [row for row in waiting if row.kind == ConsultationKind.OPINION]:
        names = "、".join(row.body.label for row in asked)
        raise NotAllowed(
            "opinions_open",
            _("还在等%(bodies)s的意见。等答复，或者先取消征求意见。") % {"bodies": names},
        )


def consult(
    case_id: uuid.UUID,
    *,
    bodies: Sequence[uuid.UUID],
    kind: str,
    question: str,
    due_on: date | None,
    by: Scope,
    now: datetime,
) -> list[Consultation]:
    """Ask one office or several at once; each answers for itself by the day."""
    today = timezone.localdate(now)
    if errors := _unclear(bodies, kind, question, due_on, today):
        raise Invalid("question_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    with transaction.atomic(durable=True):
        case = _open_case(case_id, by=by)
        if case.state not in RUNNING:
            raise Conflict("state_moved_on", _core.MOVED_ON)
        if case.handler_id != by.body_id or not by.has("review_cases"):
            raise NotAllowed("not_in_hand", _("只有正在办理本件的单位可以征求意见。"))
        _core.check_conflict(case, by=by)
        asked = _askable(case, bodies, today=today)
        rows = Consultation.objects.bulk_create(
            Consultation(
                case=case,
                kind=kind,
                body=body,
                question=question.strip(),
                asked_by_id=by.post_id,  # type: ignore[misc]  # powers come from a post
                asked_at=now,
                due_on=due_on,
            )
            for body in asked
        )
        for row in rows:
            _tell_asked("consultation.asked", row, case, now=now)
        _trail(case, "case.consulted", by=by, now=now, bodies=[body.code for body in asked])
    return rows


def _unclear(
    bodies: Sequence[uuid.UUID], kind: str, question: str, due_on: date | None, today: date
) -> dict[str, Any]:
    """What is still missing in a question, by field."""
    errors: dict[str, Any] = {}
    if kind not in ConsultationKind.values:
        errors["kind"] = _("请选择征求意见或者询问。")
    if not question.strip():
        errors["question"] = _("请写明要问什么。")
    if due_on is None or due_on <= today:
        errors["due_on"] = _("请填写答复期限，应在今天以后。")
    if not 0 < len(bodies) <= MOST_AT_ONCE:
        errors["bodies"] = _("请选择 1 到 %(most)s 个部门。") % {"most": MOST_AT_ONCE}
    return errors


def _askable(case: Case, bodies: Sequence[uuid.UUID], *, today: date) -> list[Body]:
    asked = list(Body.objects.public().on(today).filter(pk__in=bodies).exclude(pk=case.handler_id))
    if len(asked) != len(set(bodies)):
        raise Invalid(
            "body_unknown",
            _("有的部门不存在，或者就是本单位。"),
            {"bodies": _("请重新选择部门。")},
        )
    if Consultation.objects.open().filter(case=case, body__in=asked).exists():
        raise Conflict("asked_already", _("已经在等其中一个部门的答复，不能重复征求。"))
    return asked


def answer_consultation(
    consultation_id: uuid.UUID, *, answer: str, by: Scope, now: datetime
) -> Consultation:
    """The office that was asked answers, once. Its words are for those who handle the case only."""
    if not answer.strip():
        raise Invalid("answer_missing", _("请写明答复。"), {"answer": _("请写明答复。")})
    with transaction.atomic(durable=True):
        row = (
            Consultation.objects.asked_of(by)
            .select_for_update(of=("self",))
            .filter(pk=consultation_id)
            .first()
        )
        if row is None:
            raise Conflict("answered_already", _("这项征求意见已经答复或取消，请刷新后查看。"))
        case = Case.objects.select_related("version", "community", "applicant").get(pk=row.case_id)
        _core.check_conflict(case, by=by)
        row.answer = answer.strip()
        row.answered_at = now
        row.answered_user_id = by.user_id
        row.answered_post_id = by.post_id
        row.save(update_fields=["answer", "answered_at", "answered_user", "answered_post"])
        _tell_asker(row, case, now=now)
        _trail(case, "case.opinion_given", by=by, now=now, consultation=str(row.pk))
    return row


def remind_of_consultations(*, now: datetime) -> int:
    """Remind, once, the offices whose answer is due by the next working day; how many consultations they were.

    Who was asked only just needs no reminder yet. Repeats are harmless.
    """
    today = timezone.localdate(now)
    until = WorkCalendarYear.objects.calendar().add(today, 1).day
    with transaction.atomic(durable=True):
        rows = list(
            Consultation.objects.open()
            .filter(due_on__lte=until, reminded_on__isnull=True, case__closed_on__isnull=True)
            .filter(asked_at__lt=now - ASKED_LATELY)
            .select_related("case__version", "case__community")
            .order_by("due_on", "id")
            .select_for_update(of=("self",), skip_locked=True)[:MOST_REMINDERS]
        )
        for row in rows:
            row.reminded_on = today
            _tell_asked("consultation.due", row, row.case, now=now)
        Consultation.objects.bulk_update(rows, ["reminded_on"])
    return len(rows)


def _tell_asked(kind: str, row: Consultation, case: Case, *, now: datetime) -> None:
    watchers.tell_body(
        kind,
        key=f"{kind}:{row.pk}",
        body_id=row.body_id,
        roles=ANSWERING,
        about=f"consultation:{row.pk}",
        place_path=case.community.path,
        params={**_core.named(case), "date": row.due_on.isoformat()},
        now=now,
    )


def _tell_asker(row: Consultation, case: Case, *, now: datetime) -> None:
    """Whoever asked is told that the answer is there: his step may go on."""
    outbox.post(
        "consultation.answered",
        key=f"consultation.answered:{row.pk}",
        user_id=row.asked_by.user_id,
        about=f"case:{case.pk}",
        place_path=case.community.path,
        params={**_core.named(case), "body": row.body.name, "body_en": row.body.name_en},
        now=now,
    )


def cancel_consultation(consultation_id: uuid.UUID, *, by: Scope, now: datetime) -> None:
    """Whoever asked no longer needs the answer."""
    with transaction.atomic(durable=True):
        row = (
            Consultation.objects.asked_by(by)
            .filter(pk=consultation_id)
            .select_for_update(of=("self",))
            .first()
        )
        if row is None:
            raise Conflict("answered_already", _("这项征求意见已经答复或取消，请刷新后查看。"))
        row.cancelled_at = now
        row.save(update_fields=["cancelled_at"])
        case = Case.objects.select_related("community").get(pk=row.case_id)
        _trail(case, "case.consultation_cancelled", by=by, now=now, consultation=str(row.pk))


def _open_case(case_id: uuid.UUID, *, by: Scope) -> Case:
    case = _locked_case(case_id, by=by)
    if case.state not in OPEN_STATES:
        raise Conflict("state_moved_on", _core.MOVED_ON)
    return case


def _locked_case(case_id: uuid.UUID, *, by: Scope) -> Case:
    Case.objects.visible_to(by).only("pk").select_for_update(of=("self",), no_key=True).get(
        pk=case_id
    )
    return Case.objects.select_related("version__item", "community", "applicant", "handler").get(
        pk=case_id
    )


def _trail(case: Case, code: str, *, by: Scope, now: datetime, **detail: object) -> None:
    audit.record(
        code,
        by=by,
        target=case,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": case.number, **detail},
        now=now,
    )

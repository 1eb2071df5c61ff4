"""差评整改: what the body that follows it up does, what the body concerned answers, what a reviewer decides."""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance import watchers
from community.governance.enums import BodyKind, Role
from community.governance.models import Body, WorkCalendarYear
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.actions import raise_alarm
from residents.base.actions.guarding import guard_opening, guard_reveal
from residents.rights.relatives import close_to
from servicehall.aftercare import limits, rules
from servicehall.aftercare.enums import CallResult, RectifyAction, RectifyState
from servicehall.aftercare.models import Rectification, RectificationEvent
from servicehall.aftercare.transitions import RECTIFY, Rule
from servicehall.cases.models import Case, CaseEvent, Rating, ReviewStep

MOVED_ON = _("这一件已经有人处理过了，请刷新后查看。")
# Who follows up, reviews or mends at a body.
HANDLERS = (
    Role.STATION_DIRECTOR,
    Role.STREET_OFFICIAL,
    Role.OFFICE_HEAD,
    Role.DISTRICT_OFFICE,
)
WHOLE = ("case__version__item", "case__applicant", "case__community", "case__station", "concerned")


# --- how it begins --------------------------------------------------------------------------------
def begin(
    case: Case,
    *,
    is_rated: bool,
    is_anonymous: bool,
    complaint: str,
    by: audit.Actor,
    now: datetime,
) -> Rectification:
    """Open it at the body that follows it up. Inside the transaction of a rating or of a complaint."""
    today = timezone.localdate(now)
    concerned = concerned_body(case)
    ladder = _ladder(case, concerned, now=now)
    call_by = _next_due(RectifyState.CREATED, now=now)
    found = Rectification.objects.create(
        case=case,
        is_rated=is_rated,
        is_anonymous=is_anonymous,
        complaint=complaint or None,
        state=RectifyState.CREATED,
        concerned=concerned,
        # Without any other body it stays where it is, and is barred by person.
        handler_id=ladder[0] if ladder else concerned.pk,
        reviewer_id=ladder[1] if len(ladder) > 1 else None,
        opened_at=now,
        opened_on=today,
        act_by_on=call_by,
        call_by_on=call_by,
    )
    write_event(found, "complain" if complaint else "open", before="", by=None, note="", now=now)
    trail("complain" if complaint else "open", found, case, by=by, now=now)
    call_staff(found, RectifyState.CREATED, now=now)
    return found


def concerned_body(case: Case) -> Body:
    """谁办理谁负责: the body that decided; the station for what was finished there."""
    final = ReviewStep.objects.of_case(case.pk).filter(is_final=True).first()
    return final.body if final else case.station


def _ladder(case: Case, concerned: Body, *, now: datetime) -> list[uuid.UUID]:
    today = timezone.localdate(now)
    path = case.community.path
    bodies = Body.objects.on(today)
    above = bodies.serving_above(path).filter(kind__in=rules.LADDER)
    near = bodies.filter(kind=BodyKind.SERVICE_STATION, place__parent_id=case.community.parent_id)
    rows = {*above.values_list("pk", "kind"), *near.order_by("code").values_list("pk", "kind")[:20]}
    acted = set(
        CaseEvent.objects.filter(case=case, post__isnull=False).values_list(
            "post__body_id", flat=True
        )
    )
    candidates = [rules.Candidate(pk, kind) for pk, kind in rows]
    return rules.handlers(candidates, acted=acted, concerned=concerned.pk)


# --- what the acts share --------------------------------------------------------------------------
def open_rectification(pk: uuid.UUID, *, by: Scope, now: datetime) -> Rectification:
    """The rectification for whoever follows it up or reviews it; the look stands in the trail before."""
    with transaction.atomic(durable=True):
        history = Prefetch("events", RectificationEvent.objects.select_related("post__body"))
        found = (
            Rectification.objects.visible_to(by)
            .select_related(*WHOLE, "handler", "case__rating__questions")
            .prefetch_related(history)
            .get(pk=pk)
        )
        if not found.is_anonymous:
            guard_opening(found.case.applicant, by=by, now=now)
        entry = trail("viewed", found, found.case, by=by, now=now)
        if not found.is_anonymous:
            raise_alarm(found.case.applicant, entry, by=by, now=now)
    return found


def reveal_phone(pk: uuid.UUID, *, is_proven: bool, by: Scope, now: datetime) -> str:
    """The telephone for the call-back, once, written down; none of somebody who rated without his name."""
    with transaction.atomic(durable=True):
        found = Rectification.objects.visible_to(by).select_related(*WHOLE).get(pk=pk)
        if found.is_anonymous:
            raise NotAllowed("anonymous", _("评价人选择了匿名，不回访。"))
        if by.body_id != found.handler_id:
            raise NotAllowed("not_in_hand", _("由负责整改的单位回访。"))
        guard_reveal(found.case.applicant, is_proven=is_proven, by=by, now=now)
        entry = trail("phone", found, found.case, by=by, now=now)
        raise_alarm(found.case.applicant, entry, by=by, now=now)
    return found.case.contact_phone or found.case.applicant.phone or ""


def claim(pk: uuid.UUID, action: RectifyAction, *, by: Scope) -> tuple[Rectification, Rule]:
    """Lock it within the reach, check the act against the table and who takes it, by person."""
    rule = RECTIFY[action]
    rows = Rectification.objects
    reach = rows.to_mend(by) if rule.by == "concerned" else rows.visible_to(by)
    reach.only("pk").select_for_update(of=("self",), no_key=True).get(pk=pk)
    found = rows.select_related(*WHOLE).get(pk=pk)
    if found.state not in rule.sources:
        raise Conflict("state_moved_on", MOVED_ON)
    if refusal := refused(found, rule, by=by):
        raise refusal
    return found, rule


def refused(
    found: Rectification, rule: Rule, *, by: Scope, with_kin: bool = True
) -> NotAllowed | None:
    """Why this viewer may not take an act that the table allows; a page leaves kin to the act itself."""
    if rule.by == "handler" and by.body_id != found.handler_id:
        return NotAllowed("not_in_hand", _("由负责整改的单位处理。"))
    if rule.by == "reviewer":
        if by.body_id != (found.reviewer_id or found.handler_id):
            return NotAllowed("not_the_reviewer", _("由复核单位决定。"))
        if any(event.user_id == by.user_id for event in found.events.all()):
            return NotAllowed("same_person", _("您处理过这一件，请由另一位同事复核。"))
    if with_kin and rule.by in {"handler", "reviewer"} and by.user_id in _household(found):
        return NotAllowed("conflict_of_interest", _("这是您本人或家人的事，请回避。"))
    return None


def _household(found: Rectification) -> set[uuid.UUID | None]:
    kin = close_to(found.case.applicant_id)
    rows = kin.values_list("account_id", "staff_account_id")
    person = found.case.applicant
    return {a for row in rows for a in row} | {person.account_id, person.staff_account_id}


def record(
    found: Rectification,
    rule: Rule,
    action: RectifyAction,
    *,
    by: audit.Actor,
    note: str = "",
    now: datetime,
) -> Rectification:
    """Write state, event, trail and message. Called last, inside the transaction."""
    before = found.state
    found.state = rule.to or before
    if found.state in {RectifyState.CLOSED, RectifyState.MISJUDGED}:
        found.closed_on = timezone.localdate(now)
        found.act_by_on = None
    found.save()
    writer = None if rule.by == "rater" else by
    write_event(found, action.value, before=before, by=writer, note=note, now=now)
    trail(action.value, found, found.case, by=by, now=now)
    if rule.message:
        _tell(found, rule.message, now=now)
    if rule.to is not None or action == RectifyAction.ANSWER:
        call_staff(found, rule.to or action, now=now)
    return found


def call_staff(found: Rectification, moment: str, *, now: datetime) -> None:
    """Whoever has the next step at a body learns of it; the body concerned not whose rating it was."""
    bodies: dict[str, uuid.UUID] = {
        RectifyState.CREATED: found.handler_id,
        RectifyState.VERIFIED: found.concerned_id,
        RectifyState.IN_REVIEW: found.reviewer_id or found.handler_id,
        RectifyAction.ANSWER: found.handler_id,
    }
    if moment not in bodies:
        return
    watchers.tell_body(
        f"rectification.{moment}",
        key=f"rectification:{found.pk}:{moment}:{now.timestamp():.0f}",
        body_id=bodies[moment],
        roles=HANDLERS,
        about=f"rectification:{found.pk}",
        params={
            "number": found.reference,
            "date": (found.act_by_on or found.opened_on).isoformat(),
        },
        now=now,
    )


def write_event(
    found: Rectification,
    action: str,
    *,
    before: str,
    by: audit.Actor | None,
    note: str,
    now: datetime,
) -> None:
    """`by` is nobody for what the rater does: his account stands on no page of staff."""
    RectificationEvent.objects.create(
        rectification=found,
        action=action,
        from_state=before,
        to_state=found.state,
        at=now,
        user_id=by.user_id if by else None,
        post_id=by.post_id if by else None,
        post_label=by.post_label if by else "",
        note=note.strip() or None,
    )


def trail(
    action: str, found: Rectification, case: Case, *, by: audit.Actor, now: datetime
) -> AuditEntry:
    return audit.record(
        f"rectification.{action}",
        by=by,
        target=found,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"state": found.state},
        now=now,
    )


def _tell(found: Rectification, kind: str, *, now: datetime) -> None:
    case = found.case
    outbox.post(
        kind,
        key=f"rectification:{found.pk}:{found.state}",
        user_id=case.applicant.account_id,
        phone=case.contact_phone or case.applicant.phone or "",
        person_id=case.applicant_id,
        about=f"case:{case.pk}",
        place_path=case.community.path,
        params={
            "station": case.station.name,
            "station_en": case.station.name_en,
            "item": case.version.name.get("zh", ""),
            "item_en": case.version.name.get("en", ""),
            "hotline": case.station.phone,
        },
        now=now,
    )


def _needs(text: str, field: str, message: str | Promise) -> str:
    if not text.strip():
        raise Invalid(f"{field}_missing", message, {field: message})
    return text.strip()


def _due(days: int, *, now: datetime) -> date:
    return WorkCalendarYear.objects.calendar().add(timezone.localdate(now), days).day


def _next_due(state: RectifyState, *, now: datetime, is_complex: bool = False) -> date:
    """By when the next step is due of what comes into a state today."""
    figures = limits.in_force(timezone.localdate(now))
    return _due(getattr(figures, rules.limit_of(state, is_complex)), now=now)


# --- the handler ----------------------------------------------------------------------------------
def call_back(
    pk: uuid.UUID, *, result: str, note: str = "", by: Scope, now: datetime
) -> Rectification:
    """回访. Nobody answers: the first time it stays open, a second call on another day is enough."""
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.CALL_BACK, by=by)
        if found.is_anonymous != (result == CallResult.ANONYMOUS):
            text = _("匿名的不回访，实名的都要回访。")
            raise Invalid("result_unfit", text, {"result": text})
        if result == CallResult.NO_ANSWER and found.unanswered_on in {None, today}:
            found.unanswered_on = today
            found.act_by_on = _due(1, now=now)
            rule = Rule(rule.sources, None, rule.by)
        else:
            found.called_on = today
            found.act_by_on = _next_due(RectifyState.CALLED_BACK, now=now)
        found.call_result = CallResult(result)
        return record(found, rule, RectifyAction.CALL_BACK, by=by, note=note, now=now)


def confirm(
    pk: uuid.UUID,
    *,
    finding: str,
    task: str,
    is_complex: bool = False,
    plan: str = "",
    by: Scope,
    now: datetime,
) -> Rectification:
    """核实属实: what was found stays here; `task` is what the body concerned reads, and it names nobody."""
    finding = _needs(finding, "finding", _("请写明核实到的情况。"))
    task = _needs(task, "task", _("请写明要整改什么。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.CONFIRM, by=by)
        check_names_nobody(found, task, "task")
        found.finding, found.task = finding, task
        if is_complex:
            found.is_complex, found.plan = True, _needs(plan, "plan", _("请写明整改计划。"))
            check_names_nobody(found, plan, "plan")
        _set_due(found, now=now)
        if not found.is_rated:
            # Pressed for, so it was nobody's opinion.
            Rating.objects.filter(case_id=found.case_id).update(is_counted=False)
        return record(found, rule, RectifyAction.CONFIRM, by=by, now=now)


def check_names_nobody(found: Rectification, text: str, field: str) -> None:
    """What goes to the body concerned holds neither the applicant's name nor the number of the case."""
    case = found.case
    if case.applicant.full_name in text or case.number[-8:] in text:
        message = _("这里的话被评单位看得到，请不要写评价人的姓名和办件编号。")
        raise Invalid("names_somebody", message, {field: message})


def _set_due(found: Rectification, *, now: datetime) -> None:
    due = _next_due(RectifyState.VERIFIED, now=now, is_complex=found.is_complex)
    found.rectify_by_on = found.act_by_on = due


def doubt(pk: uuid.UUID, *, reason: str, by: Scope, now: datetime) -> Rectification:
    """The handler thinks that it is a mistake; another decides."""
    reason = _needs(reason, "reason", _("请写明为什么认为是误评。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.DOUBT, by=by)
        found.doubt = reason
        found.act_by_on = _next_due(RectifyState.IN_REVIEW, now=now)
        return record(found, rule, RectifyAction.DOUBT, by=by, note=reason, now=now)


def rectify(pk: uuid.UUID, *, note: str, by: Scope, now: datetime) -> Rectification:
    """The handler has seen that it was put right."""
    note = _needs(note, "note", _("请写明怎样整改的。"))
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.RECTIFY, by=by)
        found.rectified_on = today
        found.is_in_time = found.rectify_by_on is not None and today <= found.rectify_by_on
        found.act_by_on = _next_due(RectifyState.RECTIFIED, now=now)
        return record(found, rule, RectifyAction.RECTIFY, by=by, note=note, now=now)


def tell_rater(pk: uuid.UUID, *, words: str, by: Scope, now: datetime) -> Rectification:
    """What the rater reads on his case: what was found and put right. He may rate once more."""
    words = _needs(words, "words", _("请写给评价人：核实到什么，怎样整改的。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.TELL, by=by)
        today = timezone.localdate(now)
        found.words, found.told_at = words, now
        found.re_rate_until = today + timedelta(days=limits.in_force(today).re_rate_days)
        found.act_by_on = None
        return record(found, rule, RectifyAction.TELL, by=by, now=now)


# --- the body concerned, and the reviewer -----------------------------------------------------------
def answer(pk: uuid.UUID, *, answer: str, by: Scope, now: datetime) -> Rectification:
    """The body concerned says what it has changed."""
    answer = _needs(answer, "answer", _("请写明整改了什么。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.ANSWER, by=by)
        found.answer, found.answered_at = answer, now
        return record(found, rule, RectifyAction.ANSWER, by=by, note=answer, now=now)


def appeal(pk: uuid.UUID, *, reason: str, by: Scope, now: datetime) -> Rectification:
    """误评申诉 of the body concerned, once; the limit begins anew when it is turned down."""
    reason = _needs(reason, "reason", _("请写明为什么认为是误评。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.APPEAL, by=by)
        if found.is_appealed:
            raise Conflict("appealed_once", _("已经申诉过一次，复核的决定是最后的。"))
        found.doubt, found.is_appealed = reason, True
        found.rectify_by_on = None
        found.act_by_on = _next_due(RectifyState.IN_REVIEW, now=now)
        return record(found, rule, RectifyAction.APPEAL, by=by, note=reason, now=now)


def uphold(
    pk: uuid.UUID, *, reason: str, task: str = "", by: Scope, now: datetime
) -> Rectification:
    """The rating stands; what is to be mended is said now where nobody had said it before."""
    reason = _needs(reason, "reason", _("请写明复核的理由。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.UPHOLD, by=by)
        found.task = task.strip() or _needs(found.task, "task", _("请写明要整改什么。"))
        check_names_nobody(found, found.task, "task")
        _set_due(found, now=now)
        return record(found, rule, RectifyAction.UPHOLD, by=by, note=reason, now=now)


def set_aside(pk: uuid.UUID, *, reason: str, by: Scope, now: datetime) -> Rectification:
    """A mistake: the rating stays on record and leaves the figures; the rater reads why."""
    reason = _needs(reason, "reason", _("请写明复核的理由。"))
    with transaction.atomic(durable=True):
        found, rule = claim(pk, RectifyAction.SET_ASIDE, by=by)
        found.words = reason
        if found.is_rated:
            Rating.objects.filter(case_id=found.case_id).update(is_counted=False)
        return record(found, rule, RectifyAction.SET_ASIDE, by=by, note=reason, now=now)

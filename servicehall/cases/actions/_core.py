"""What every act on a case shares: claim the row, obey the table, leave the traces, tell the applicant."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from accounts import audit
from common.errors import Conflict, NotAllowed
from community.governance.enums import Role
from community.governance.models import Body, WorkCalendarYear
from community.governance.scopes import Scope
from community.governance.workdays import Limit, LimitUnit, WorkCalendar
from notifications import outbox
from residents.base.models import Person
from residents.rights.relatives import close_to
from servicehall.cases import deadlines, followers, rules
from servicehall.cases.enums import (
    CLOSED_STATES,
    CaseAction,
    CaseState,
    PauseReason,
    SignatureState,
    StepState,
)
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, CaseEvent, ClockPause, ReviewStep
from servicehall.cases.transitions import BY_APPLICANT, CASE, Rule
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import HallLimit, ItemVersion

# Who handles cases, at whichever office.
WORKERS = (
    Role.WINDOW_CLERK,
    Role.STATION_DIRECTOR,
    Role.STREET_OFFICIAL,
    Role.OFFICE_HEAD,
    Role.DEPARTMENT_OFFICIAL,
)
MOVED_ON = _("本件状态已经变化，请刷新后查看。")


def claim(case_id: uuid.UUID, action: CaseAction, *, by: Scope) -> tuple[Case, Rule]:
    """Lock the case as the viewer may see it and check the act against the table and the viewer's powers.

    Raises Case.DoesNotExist outside the viewer's reach, Conflict when the case has moved on,
    NotAllowed when the viewer may not do this.
    """
    # Locked by itself: joined to its handler, a case that changes hands while we wait would vanish.
    Case.objects.visible_to(by).only("pk").select_for_update(of=("self",), no_key=True).get(
        pk=case_id
    )
    case = Case.objects.select_related(
        "version__item", "community", "station__place", "handler", "applicant"
    ).get(pk=case_id)
    rule = CASE[action]
    if case.state not in rule.sources:
        raise Conflict("state_moved_on", MOVED_ON)
    check_may(case, action, rule, by=by)
    return case, rule


def check_may(case: Case, action: CaseAction, rule: Rule, *, by: Scope) -> None:
    # Whom he filed for and may still act for: the case was fetched within his reach.
    is_own = not by.is_staff and by.user_id in {case.applicant.account_id, case.filed_by_id}
    if action in BY_APPLICANT and is_own:
        return
    if action in BY_APPLICANT:
        # Somebody standing at the counter: the station that has or had the case writes it down for him.
        if by.body_id != case.station_id or not by.has("accept_cases"):
            raise NotAllowed(
                "not_yours",
                _("只有申请人本人或受理窗口可以这样做，请申请人在网上办理，或到受理的服务站。"),
            )
        return
    power = rule.power_for(is_instant=case.version.is_instant and not case.version.levels)
    if power is None or not by.has(power):
        raise NotAllowed(
            "no_power", _("您现在的岗位不能办这一步，请换到有权限的岗位，或交给有权限的同事。")
        )
    holder = _decider(case) if action == CaseAction.REOPEN else case.handler
    if holder is None or holder.pk != by.body_id:
        raise NotAllowed(
            "not_in_hand",
            _("本件现在由%(body)s办理，请等对方办完，或直接与对方联系。")
            % {"body": (holder or case.handler).label},
        )
    if not by.answers_for(case.version.item.window_id) and not by.answers_for(case.window_id):
        raise NotAllowed(
            "not_your_line",
            _(
                "本件是“%(window)s”的业务，不归您现在的岗位办，请交给负责这项业务的同事；"
                "应当归您的，请负责人调整您的业务范围。"
            )
            % {"window": case.window.label},
        )


def _decider(case: Case) -> Body | None:
    """Who decided: only that body takes its decision back."""
    step = ReviewStep.objects.of_case(case.pk).filter(is_final=True).first()
    return step.body if step else None


def check_conflict(case: Case, *, by: Scope, step: ReviewStep | None = None) -> None:
    """Own matters, kin in the base, and a second step by the same person are barred (domain 4.1, 4)."""
    reason = rules.barred(by.user_id, concerned=concerned(case), acted=acted(case, step))
    if reason is not None:
        raise NotAllowed("conflict_of_interest", reason)


def concerned(case: Case) -> Collection[uuid.UUID | None]:
    """The accounts of the applicant and of those who are close to him."""
    return accounts_of(case, [case.applicant, *close_to(case.applicant_id)])


def accounts_of(case: Case, people: Iterable[Person]) -> Collection[uuid.UUID | None]:
    """Under which accounts these people, and who filed for them, sit at home or at a counter."""
    if case.channel == Channel.ONLINE and case.filed_by_id != case.applicant.account_id:
        people = [*people, *Person.objects.of_account(case.filed_by_id)]
    rows = [(person.account_id, person.staff_account_id) for person in people]
    return {account for row in rows for account in row} - {None}


def acted(case: Case, step: ReviewStep | None) -> Collection[uuid.UUID | None]:
    """Who already moved another step of this case forward: a person opines or decides once."""
    if step is None:
        return frozenset()
    done = ReviewStep.objects.of_case(case.pk).filter(state=StepState.PASSED).exclude(pk=step.pk)
    return frozenset(done.values_list("user_id", flat=True))


def check_signed(case: Case) -> None:
    """Before an acceptance and before a decision for the applicant. Says how many are missing, not whom."""
    missing = sum(row.state != SignatureState.SIGNED for row in case.signatures.all())
    if missing:
        raise NotAllowed(
            "signatures_missing",
            ngettext_lazy(
                "还有 %(count)s 位成年家庭成员没有签字同意，签齐后再办；需要时可以一次性告知。",
                "还有 %(count)s 位成年家庭成员没有签字同意，签齐后再办；需要时可以一次性告知。",
                missing,
            )
            % {"count": missing},
        )


def record(
    case: Case,
    rule: Rule,
    action: CaseAction,
    *,
    by: audit.Actor,
    now: datetime,
    to: CaseState | str = "",
    note: str = "",
    remark: str = "",
    said: Mapping[str, Any] | None = None,
    beside: Mapping[str, str] | None = None,
    due_on: date | None = None,
) -> Case:
    """Write the new state, the event, the audit entry and the message. Called last, inside the transaction."""
    before = case.state
    case.state = to or rule.to or before
    if case.state in CLOSED_STATES and case.closed_at is None:
        close_clock(case, now=now)
    case.save()
    event = CaseEvent.objects.create(
        case=case,
        action=action.value,
        from_state=before,
        to_state=case.state,
        at=now,
        user_id=by.user_id,
        post_id=by.post_id,
        post_label=by.post_label,
        note=note,
        remark=remark,
        said=dict(said or {}),
    )
    audit.record(
        f"case.{action.value}",
        by=by,
        target=case,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": case.number, "from": before, "to": case.state},
        now=now,
    )
    if rule.message:
        tell(case, rule.message, event_id=event.pk, now=now, due_on=due_on)
    followers.tell(Happening(case, event, by, now, beside or {}))
    return case


def tell(
    case: Case, kind: str, *, event_id: int, now: datetime, due_on: date | None = None
) -> None:
    """Post the message of an event to the applicant, once. `due_on` is the day that the text names."""
    applicant = case.applicant
    today = timezone.localdate(now)
    params = {
        "station": case.station.name,
        "station_en": case.station.name_en,
        "item": case.version.name.get("zh", ""),
        "item_en": case.version.name.get("en", ""),
        "number": case.number,
        "query_code": case.query_code if kind == "case.received" else "",
        "hotline": case.station.phone,
        "date": (due_on or case.promised_due_on or today).isoformat(),
    }
    about, path = f"case:{case.pk}", case.community.path
    is_own = case.filed_by_id in {None, applicant.account_id}
    # Said to the applicant himself, on his own telephone, beside what the same event tells everybody.
    is_warning = kind == "case.filed_for_you"
    phone = None if is_warning else case.contact_phone
    outbox.post(
        kind,
        key=f"case:{case.pk}:{event_id}" + (":you" if is_warning else ""),
        user_id=applicant.account_id,
        phone=phone or applicant.phone or "",
        person_id=applicant.pk,
        about=about,
        place_path=path,
        params=params,
        now=now,
    )
    if case.channel == Channel.ONLINE and not is_own and not is_warning:
        # Who filed for him follows it in the portal.
        outbox.post(
            kind,
            key=f"case:{case.pk}:{event_id}:proxy",
            user_id=case.filed_by_id,
            about=about,
            place_path=path,
            params=params,
            now=now,
        )


def named(case: Case) -> dict[str, str]:
    """A case in a message to staff: its number and its item."""
    return {
        "number": case.number,
        "item": case.version.name.get("zh", ""),
        "item_en": case.version.name.get("en", ""),
    }


def close_clock(case: Case, *, now: datetime) -> None:
    today = timezone.localdate(now)
    case.closed_at = now
    case.closed_on = today
    if case.outcome and case.promised_due_on is not None:
        case.is_on_time = today <= case.promised_due_on
    case.act_by_on = None


def limits(version: ItemVersion) -> tuple[Limit, Limit]:
    return (
        Limit(version.promised_amount, LimitUnit(version.promised_unit)),
        Limit(version.statutory_amount, LimitUnit(version.statutory_unit)),
    )


def run_clock(case: Case, *, calendar: WorkCalendar | None = None) -> None:
    """Recompute the due days of an accepted case from its rule and its pauses; empty while it is paused."""
    calendar = calendar or WorkCalendarYear.objects.calendar()
    rows = list(case.pauses.values_list("from_on", "to_on"))
    pauses = [(start, end) for start, end in rows if end is not None]
    if case.clock_starts_on is None or len(pauses) < len(rows):
        case.promised_due_on = case.statutory_due_on = case.warn_on = None
        return
    yellow = HallLimit.objects.in_force(case.clock_starts_on).yellow_percent
    set_clock(case, case.clock_starts_on, pauses, yellow_percent=yellow, calendar=calendar)


def set_clock(
    case: Case,
    start: date,
    pauses: Sequence[deadlines.Pause],
    *,
    yellow_percent: int,
    calendar: WorkCalendar,
) -> None:
    """The due days of a case whose clock started and runs."""
    promised, statutory = limits(case.version)
    clock = deadlines.clock(
        start=start,
        promised=promised,
        statutory=statutory,
        pauses=pauses,
        yellow_percent=yellow_percent,
        calendar=calendar,
        extension=Limit(case.extended_by, statutory.unit) if case.extended_by else None,
    )
    case.promised_due_on = clock.promised_due_on
    case.statutory_due_on = clock.statutory_due_on
    case.warn_on = clock.warn_on
    case.due_is_provisional = clock.is_provisional
    case.statutory_is_provisional = clock.statutory_is_provisional


def stop_clock(
    case: Case, reason: PauseReason, *, today: date, expected_on: date | None = None
) -> ClockPause:
    """The clock stands still from today; the case comes back to the state in which it is now."""
    case.resume_state = case.state
    case.act_by_on = None
    pause = ClockPause.objects.create(
        case=case, reason=reason, from_on=today, expected_on=expected_on
    )
    run_clock(case)
    return pause


def resume_clock(case: Case, *, today: date) -> None:
    """The clock runs on from today, for the case and for its open step, by exactly the pause."""
    calendar = WorkCalendarYear.objects.calendar()
    case.pauses.filter(to_on__isnull=True).update(to_on=today)
    run_clock(case, calendar=calendar)
    step = ReviewStep.objects.filter(case=case, state=StepState.OPEN).first()
    if step is None:
        return
    set_step_due(case, step, calendar=calendar)
    case.act_by_on = step.due_on


def set_step_due(case: Case, step: ReviewStep, *, calendar: WorkCalendar) -> None:
    """The step's own day from its limit and the pauses since it was opened."""
    opened = timezone.localdate(step.opened_at)
    pauses = case.pauses.filter(to_on__gt=opened).values_list("from_on", "to_on")
    paused = sum(calendar.between(max(a, opened), b) for a, b in pauses if b is not None)
    step.due_on = calendar.add(opened, step.limit_days + paused).day
    step.save(update_fields=["due_on"])


def hand_to(case: Case, body: Body, *, act_by_on: date | None) -> None:
    case.handler = body
    case.act_by_on = act_by_on

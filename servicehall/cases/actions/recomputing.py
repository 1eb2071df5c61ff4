"""A new holiday notice moves the due days of what is open: all of it in batches, and who is concerned is told."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.audit import Touched
from community.governance import moving, watchers
from community.governance.enums import Role
from community.governance.models import WorkCalendarYear
from community.governance.workdays import WorkCalendar
from notifications import outbox
from servicehall.cases.actions import _core
from servicehall.cases.deadlines import Pause
from servicehall.cases.enums import BEFORE_ACCEPTANCE, CaseState, StepState
from servicehall.cases.models import Case, ClockPause, ReviewStep, Supplement, Undertaking
from servicehall.catalogue.models import HallLimit

CLOCK = (
    "promised_due_on",
    "statutory_due_on",
    "warn_on",
    "due_is_provisional",
    "statutory_is_provisional",
    "act_by_on",
)


def recompute_clocks(*, occasion: str, now: datetime, batch: int = moving.BATCH) -> int:
    """Bring all days of the portal, and the clock of every running case, to the calendar as it stands; how many
    moved.

    A batch is one transaction of a handful of statements, whatever its size. Repeats move nothing.
    `occasion` names the change of the calendar: an office is told of it once. Cases whose clock stands still
    are reckoned when it runs again.
    """
    moved, after = moving.move_days(occasion=occasion, now=now, batch=batch), None
    while True:
        with transaction.atomic(durable=True):
            rows = _next(after, batch)
            moved += _recompute(rows, occasion=occasion, now=now)
        if len(rows) < batch:
            return moved
        after = rows[-1].pk


# --- the days that are no clock -------------------------------------------------------------------
def _limit_days(calendar: WorkCalendar, code: str) -> Callable[[date], date]:
    limit = moving.dated(HallLimit, code)
    return lambda start: calendar.add(start, limit(start).value).day


def _answers(calendar: WorkCalendar) -> moving.Reckoned:
    day = _limit_days(calendar, "check_days")
    return lambda case: {"act_by_on": day(case.received_on)}


def _deliveries(calendar: WorkCalendar) -> moving.Reckoned:
    day = _limit_days(calendar, "deliver_days")
    return lambda case: {"deliver_by_on": day(case.closed_on)}


# A day that the applicant was given in writing is never brought forward.
def _notices(calendar: WorkCalendar) -> moving.Reckoned:
    day = _limit_days(calendar, "answer_days")
    return lambda row: {"due_on": max(row.due_on, day(timezone.localdate(row.asked_at)))}


def _papers(calendar: WorkCalendar) -> moving.Reckoned:
    day = _limit_days(calendar, "undertaking_days")
    return lambda row: {"due_on": max(row.due_on, day(timezone.localdate(row.signed_at)))}


def _tell_answer_days(rows: list[Supplement], occasion: str, now: datetime) -> None:
    for row in rows:
        row.case.pauses.filter(to_on__isnull=True).update(expected_on=row.due_on)
        _tell_answer_day(row, occasion=occasion, now=now)


def _tell_handlers(rows: list[Case], occasion: str, now: datetime) -> None:
    tell_offices({row.handler_id for row in rows}, occasion=occasion, now=now)


UNANSWERED = Q(closed_on__isnull=True, state__in=sorted(BEFORE_ACCEPTANCE))
UNDELIVERED = Q(state=CaseState.COMPLETED, deliver_by_on__isnull=False, closed_on__isnull=False)
ASKED = Q(answered_at__isnull=True, case__state=CaseState.SUPPLEMENT_REQUIRED)
OF_CASE = ("case__version", "case__community", "case__station", "case__applicant")
OWED = Q(kept_at__isnull=True, due_on__isnull=False)
DAYS = (
    moving.Days(lambda: Case.objects.filter(UNANSWERED), _answers, _tell_handlers),
    moving.Days(lambda: Case.objects.filter(UNDELIVERED), _deliveries, _tell_handlers),
    moving.Days(
        lambda: Supplement.objects.filter(ASKED).select_related(*OF_CASE),
        _notices,
        _tell_answer_days,
    ),
    moving.Days(lambda: Undertaking.objects.filter(OWED), _papers),
)


def tell_offices(
    bodies: Iterable[uuid.UUID],
    *,
    occasion: str,
    now: datetime,
    roles: Collection[Role] = _core.WORKERS,
) -> None:
    """Those who work there, once for each change of the calendar, whatever of theirs has moved."""
    for body_id in sorted(set(bodies)):
        watchers.tell_body(
            "case.due_days_moved",
            key=f"due-days:{occasion}:{body_id}",
            body_id=body_id,
            roles=roles,
            params={},
            now=now,
        )


# --- the clocks ----------------------------------------------------------------------------------
def _next(after: uuid.UUID | None, size: int) -> list[Case]:
    rows = Case.objects.filter(
        closed_on__isnull=True, clock_starts_on__isnull=False, promised_due_on__isnull=False
    )
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(
        rows.select_related("version", "community", "station", "applicant")
        .defer("version__content", "answers")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)[:size]
    )


def _recompute(rows: Sequence[Case], *, occasion: str, now: datetime) -> int:
    calendar = WorkCalendarYear.objects.calendar()
    pauses = _pauses(rows)
    percent = moving.dated(HallLimit, "yellow_percent")
    steps = {
        step.case_id: step
        for step in ReviewStep.objects.filter(case__in=rows, state=StepState.OPEN)
    }
    changed, moved, moved_steps = [], [], []
    for case in rows:
        start = case.clock_starts_on
        if start is None:  # not picked
            continue
        before = [getattr(case, name) for name in CLOCK]
        _core.set_clock(
            case,
            start,
            pauses[case.pk],
            yellow_percent=percent(start).value,
            calendar=calendar,
        )
        step = steps.get(case.pk)
        if step is not None and _move_step(step, case, pauses[case.pk], calendar):
            moved_steps.append(step)
            case.act_by_on = step.due_on
        if before != [getattr(case, name) for name in CLOCK]:
            changed.append(case)
        if before[0] != case.promised_due_on:
            moved.append((case, before[0]))
    ReviewStep.objects.bulk_update(moved_steps, ["due_on"])
    Case.objects.bulk_update(changed, CLOCK)
    _tell(moved, occasion=occasion, now=now)
    return len(moved)


def _pauses(rows: Iterable[Case]) -> Mapping[uuid.UUID, list[Pause]]:
    found: dict[uuid.UUID, list[Pause]] = defaultdict(list)
    for pause in ClockPause.objects.filter(case__in=rows, to_on__isnull=False).order_by("id"):
        if pause.to_on is not None:
            found[pause.case_id].append((pause.from_on, pause.to_on))
    return found


def _move_step(
    step: ReviewStep, case: Case, pauses: Sequence[Pause], calendar: WorkCalendar
) -> bool:
    """The own day of the open step, by the rule by which it was set; whether it moved."""
    opened = timezone.localdate(step.opened_at)
    since = [(max(start, opened), end) for start, end in pauses if end > opened]
    paused = sum(calendar.between(start, end) for start, end in since)
    due = calendar.add(opened, step.limit_days + paused).day
    if not since and case.promised_due_on is not None:
        due = min(due, max(case.promised_due_on, opened))
    if due == step.due_on:
        return False
    step.due_on = due
    return True


def _tell_answer_day(row: Supplement, *, occasion: str, now: datetime) -> None:
    """The applicant has longer to bring what is missing."""
    case = row.case
    outbox.post(
        "case.answer_day_moved",
        key=f"case:{case.pk}:answer-day:{row.due_on}:{occasion}",
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
            "date": row.due_on.isoformat(),
        },
        now=now,
    )


def _tell(moved: Sequence[tuple[Case, date | None]], *, occasion: str, now: datetime) -> None:
    """Each applicant his new day; each office, once, that days on its list have moved."""
    audit.record_many(
        "case.due_moved",
        [
            Touched(
                case,
                case.applicant_id,
                case.community.path,
                {
                    "number": case.number,
                    "from": before.isoformat() if before else "",
                    "to": case.promised_due_on.isoformat() if case.promised_due_on else "",
                },
            )
            for case, before in moved
        ],
        by=audit.SYSTEM,
        now=now,
    )
    for case, _before in moved:
        outbox.post(
            "case.due_moved",
            key=f"case:{case.pk}:due:{case.promised_due_on}:{occasion}",
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
                "date": str(case.promised_due_on),
            },
            now=now,
        )
    tell_offices({case.handler_id for case, _before in moved}, occasion=occasion, now=now)

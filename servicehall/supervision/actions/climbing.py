"""The ladder (domain 3.7): each rung is told once of a case. The sweep looks only at what is new since the last."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from community.governance import watchers
from community.governance.enums import BodyKind, Role
from community.governance.models import Body, WorkCalendarYear
from servicehall.cases.enums import RUNNING, Outcome, StepState, UndertakingKind
from servicehall.cases.models import Case, CaseEvent, Consultation, ReviewStep, Undertaking
from servicehall.supervision import rules
from servicehall.supervision.actions.writing import Seen, write
from servicehall.supervision.enums import FindingKind, RungBase, Teller
from servicehall.supervision.models import Escalation, Rung, SweepMark
from servicehall.supervision.querysets import not_told

COLUMN = {
    RungBase.WARN: "warn_on",
    RungBase.PROMISED: "promised_due_on",
    RungBase.STATUTORY: "statutory_due_on",
}
KIND = {
    RungBase.PROMISED: FindingKind.OVER_PROMISED,
    RungBase.STATUTORY: FindingKind.OVER_STATUTORY,
}
EVENTS = "events"
# Events that are being written while we look have lower numbers than those we see: looked at once more.
STILL_WRITTEN = timedelta(minutes=10)
MOST = 5000
MOST_ACTS = 20_000

WORKERS = (
    Role.WINDOW_CLERK,
    Role.STATION_DIRECTOR,
    Role.STREET_OFFICIAL,
    Role.OFFICE_HEAD,
    Role.DEPARTMENT_OFFICIAL,
)
OFFICES: dict[Teller, tuple[BodyKind, tuple[Role, ...]]] = {
    Teller.STREET: (BodyKind.STREET_OFFICE, (Role.OFFICE_HEAD, Role.STREET_OFFICIAL)),
    Teller.DISTRICT: (BodyKind.COMMUNITY_OFFICE, (Role.DISTRICT_OFFICE,)),
}


def sweep(*, now: datetime) -> int:
    """Find what has come due since the last sweep and tell it; how many rungs were told. Repeats are harmless.

    New is: what lies between the mark of a rung and today (an index of the open cases by that day), and the
    cases on which somebody acted, for their days may have moved.
    """
    today = timezone.localdate(now)
    calendar = WorkCalendarYear.objects.calendar()
    acted, seen_until = _acted_on(now)
    told = 0
    for rung in Rung.objects.public(today):
        until = rules.latest(rung.base, rung.after, today, calendar)
        new, moved = _reached(rung, until, acted)
        told += sum(climb(case_id, rung, now=now) for case_id in [*new, *moved])
        if len(new) < MOST:  # else the rest is found the next time
            _mark(rung.code, day=until)
    for watch in WATCHES:
        _look(watch, today, acted, now=now)
    _mark(EVENTS, number=seen_until)
    return told


def _acted_on(now: datetime) -> tuple[Collection[uuid.UUID], int]:
    """The cases with an act since the last sweep, and the number up to which all acts are in."""
    mark = SweepMark.objects.filter(pk=EVENTS).first()
    settled = (
        CaseEvent.objects.filter(at__lt=now - STILL_WRITTEN)
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )
    if mark is None or mark.number is None:
        return (), settled or 0
    rows = CaseEvent.objects.filter(id__gt=mark.number).order_by("id")
    acts = list(rows.values_list("id", "case_id")[:MOST_ACTS])
    until = acts[-1][0] if len(acts) == MOST_ACTS else max(settled or 0, mark.number)
    return {case_id for _id, case_id in acts}, until


def _reached(
    rung: Rung, until: date, acted: Collection[uuid.UUID]
) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The cases that came to a rung since its mark, and those whose days moved behind it."""
    column = COLUMN[RungBase(rung.base)]
    mark = SweepMark.objects.filter(pk=rung.code).values_list("day", flat=True).first()
    open_cases = Case.objects.filter(
        not_told(rung.code), closed_on__isnull=True, **{f"{column}__lte": until}
    )
    new = open_cases.filter(**{f"{column}__gt": mark}) if mark else open_cases
    found = list(new.order_by(column, "id").values_list("pk", flat=True)[:MOST])
    if not (mark and acted):
        return found, []
    moved = open_cases.filter(pk__in=acted, **{f"{column}__lte": mark})
    return found, list(moved.order_by("id").values_list("pk", flat=True))


def _mark(code: str, *, day: date | None = None, number: int | None = None) -> None:
    SweepMark.objects.update_or_create(code=code, defaults={"day": day, "number": number})


def climb(case_id: uuid.UUID, rung: Rung, *, now: datetime) -> bool:
    """Tell one rung of one case, if it is still reached and nobody told it. Whoever comes second does nothing."""
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        case = (
            Case.objects.filter(pk=case_id, closed_on__isnull=True)
            .select_related("version__item", "community", "station", "handler")
            .defer("version__content", "answers")
            .select_for_update(of=("self",), no_key=True)
            .first()
        )
        day = getattr(case, COLUMN[RungBase(rung.base)], None)
        calendar = WorkCalendarYear.objects.calendar()
        if case is None or day is None:
            return False
        if not rules.is_reached(rung.base, rung.after, day, today, calendar):
            return False
        row, is_new = Escalation.objects.get_or_create(
            case=case, code=rung.code, defaults={"rung": rung, "day": day, "told_at": now}
        )
        if not is_new:
            return False
        row.told = sum(_tell(teller, case, rung, now=now) for teller in rung.tells)
        row.save(update_fields=["told"])
        if (kind := KIND.get(RungBase(rung.base))) is not None:
            write([_late(kind, case, day)], now=now)
    return True


def _late(kind: FindingKind, case: Case, day: date) -> Seen:
    return Seen(kind, case.pk, case.handler_id, "clock", evidence={"due_on": day.isoformat()})


def _tell(teller: str, case: Case, rung: Rung, *, now: datetime) -> int:
    """Tell those of one teller; how many they were."""
    kind, key = "supervision.rung", f"rung:{case.pk}:{rung.code}:{teller}"
    about, path = f"case:{case.pk}", case.community.path
    params = {
        "number": case.number,
        "item": case.version.name.get("zh", ""),
        "item_en": case.version.name.get("en", ""),
        "rung": rung.name.get("zh", ""),
        "rung_en": rung.name.get("en", ""),
        "body": case.handler.name,
        "body_en": case.handler.name_en,
    }
    if teller == Teller.SUPERVISION:
        return watchers.tell(
            kind, key=key, roles=(Role.AUDITOR,), path=path, about=about, params=params, now=now
        )
    bodies, roles = _of_teller(teller, case, day=timezone.localdate(now))
    return sum(
        watchers.tell_body(
            kind,
            key=key,
            body_id=body,
            roles=roles,
            line="" if teller == Teller.DISTRICT else case.version.item.window_id,
            about=about,
            place_path=path,
            params=params,
            now=now,
        )
        for body in bodies
    )


def _of_teller(teller: str, case: Case, *, day: date) -> tuple[Sequence[uuid.UUID], Sequence[Role]]:
    """The offices that a teller means for this case, and who is told there."""
    if teller == Teller.HANDLER:
        return [case.handler_id], WORKERS
    if teller == Teller.DIRECTOR:
        return [case.station_id], (Role.STATION_DIRECTOR,)
    kind, roles = OFFICES[Teller(teller)]
    return _bodies_above(case, kind, day), roles


def _bodies_above(case: Case, kind: BodyKind, day: date) -> list[uuid.UUID]:
    rows = Body.objects.on(day).serving_above(case.community.path).filter(kind=kind)
    return list(rows.order_by("code").values_list("pk", flat=True))


# --- what comes due beside the clock of the case ------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Watch:
    """A row with a day of its own: which rows are open, and what it means when the day is past."""

    code: str
    rows: Callable[[], "QuerySet[Model]"]
    seen: Callable[[Model], Seen]


def _steps() -> "QuerySet[Model]":
    # While the clock stands still the day of the step is not its day: the pause is added when it runs on.
    return ReviewStep.objects.filter(state=StepState.OPEN, case__state__in=sorted(RUNNING))


def _step_seen(step: ReviewStep) -> Seen:
    evidence = {"due_on": str(step.due_on), "step": step.level}
    return Seen(FindingKind.STEP_LATE, step.case_id, step.body_id, str(step.pk), step.pk, evidence)


def _undertakings() -> "QuerySet[Model]":
    # What was only promised is verified, also after a decision for the applicant.
    owed = Q(kind=UndertakingKind.DEFERRED, case__closed_on__isnull=True)
    still = Q(case__closed_on__isnull=True) | Q(case__outcome=Outcome.GRANTED)
    promised = Q(kind=UndertakingKind.COMMITMENT) & still
    return Undertaking.objects.filter(owed | promised, kept_at__isnull=True).select_related("case")


def _undertaking_seen(row: Undertaking) -> Seen:
    evidence = {"due_on": str(row.due_on), "paper": row.title, "kind": row.kind}
    return Seen(
        FindingKind.UNDERTAKING_LATE, row.case_id, row.case.station_id, row.key, None, evidence
    )


def _consultations() -> "QuerySet[Model]":
    return Consultation.objects.open().filter(case__closed_on__isnull=True)


def _consultation_seen(row: Consultation) -> Seen:
    evidence = {"due_on": str(row.due_on)}
    return Seen(
        FindingKind.CONSULTATION_LATE, row.case_id, row.body_id, str(row.pk), None, evidence
    )


WATCHES = (
    Watch("steps", _steps, _step_seen),  # type: ignore[arg-type]
    Watch("undertakings", _undertakings, _undertaking_seen),  # type: ignore[arg-type]
    Watch("consultations", _consultations, _consultation_seen),  # type: ignore[arg-type]
)


def _look(watch: Watch, today: date, acted: Collection[uuid.UUID], *, now: datetime) -> None:
    """Write down what has passed its day since the mark; all of it in one statement."""
    until = today - timedelta(days=1)
    mark = SweepMark.objects.filter(pk=watch.code).values_list("day", flat=True).first()
    late = watch.rows().filter(due_on__lte=until)
    new = late.filter(due_on__gt=mark) if mark else late
    with transaction.atomic(durable=True):
        found = [watch.seen(row) for row in new.order_by("due_on", "id")]
        if mark and acted:
            moved = late.filter(case_id__in=acted, due_on__lte=mark).order_by("id")
            found += [watch.seen(row) for row in moved]
        write(found, now=now)
        _mark(watch.code, day=until)

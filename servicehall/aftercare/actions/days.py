"""The days of rectifications and of what came due for a benefit follow a new holiday notice."""

from datetime import date, datetime

from django.utils import timezone

from community.governance import moving
from community.governance.workdays import WorkCalendar
from servicehall.aftercare import limits, rules
from servicehall.aftercare.actions.clockwork import STATES, TASK_DAYS
from servicehall.aftercare.actions.rectifying import HANDLERS
from servicehall.aftercare.enums import RectifyState
from servicehall.aftercare.models import BenefitTask, Rectification
from servicehall.cases import actions as cases
from servicehall.catalogue.models import HallLimit


def _steps(calendar: WorkCalendar) -> moving.Reckoned:
    """The day of the next step; with it the one that stands in the figures."""
    figures = {name: moving.dated(HallLimit, name) for name in limits.NAMES}

    def due(row: Rectification) -> date:
        since = max(
            (
                event.at
                for event in row.events.all()
                if event.to_state == row.state != event.from_state
            ),
            default=row.opened_at,
        )
        start = timezone.localdate(since)
        limit = figures[rules.limit_of(row.state, row.is_complex)](start)
        return calendar.add(start, limit.value).day

    def reckoned(row: Rectification) -> dict[str, date | None]:
        day = due(row)
        if row.state == RectifyState.VERIFIED:
            return {"act_by_on": day, "rectify_by_on": day}
        if row.state != RectifyState.CREATED:
            return {"act_by_on": day}
        again = calendar.add(row.unanswered_on, 1).day if row.unanswered_on else day
        return {"act_by_on": again, "call_by_on": day}

    return reckoned


def _tell(rows: list[Rectification], occasion: str, now: datetime) -> None:
    bodies = {row.handler_id for row in rows}
    bodies |= {row.concerned_id for row in rows if row.state == RectifyState.VERIFIED}
    bodies |= {
        row.reviewer_id or row.handler_id for row in rows if row.state == RectifyState.IN_REVIEW
    }
    cases.tell_offices(bodies, occasion=occasion, roles=HANDLERS, now=now)


def _tasks(calendar: WorkCalendar) -> moving.Reckoned:
    return lambda row: {"due_on": calendar.add(row.opened_on, TASK_DAYS).day}


# Re-checks and proofs have days of the calendar; only what was found about a person is counted in working days.
DAYS = (
    moving.Days(
        lambda: Rectification.objects.filter(act_by_on__isnull=False).prefetch_related("events"),
        _steps,
        _tell,
    ),
    moving.Days(
        lambda: BenefitTask.objects.open().filter(kind__in=sorted(STATES.values())), _tasks
    ),
)

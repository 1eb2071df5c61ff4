"""The days of letters of 督办 follow a new holiday notice."""

from datetime import datetime

from community.governance import moving
from community.governance.workdays import WorkCalendar
from servicehall.cases import actions as cases
from servicehall.supervision.actions.urging import ANSWERING
from servicehall.supervision.enums import UrgingState
from servicehall.supervision.models import SupervisionRule, Urging


def _replies(calendar: WorkCalendar) -> moving.Reckoned:
    limit = moving.dated(SupervisionRule, "reply_days")
    return lambda row: {"due_on": calendar.add(row.counted_from, limit(row.counted_from).value).day}


def _tell(rows: list[Urging], occasion: str, now: datetime) -> None:
    bodies = {row.body_id for row in rows}
    cases.tell_offices(bodies, occasion=occasion, roles=ANSWERING, now=now)


DAYS = moving.Days(
    lambda: Urging.objects.filter(state=UrgingState.ISSUED, counted_from__isnull=False),
    _replies,
    _tell,
)

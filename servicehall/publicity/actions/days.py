"""The days of notices and objections follow a new holiday notice; a day that people were given is never brought
forward."""

from datetime import datetime

from django.utils import timezone

from community.governance import moving
from community.governance.workdays import WorkCalendar
from servicehall.cases import actions as cases
from servicehall.cases.models import ClockPause
from servicehall.publicity.actions.objecting import INVESTIGATORS
from servicehall.publicity.actions.publishing import last_day
from servicehall.publicity.enums import UNSETTLED, NoticeState
from servicehall.publicity.models import Objection, PublicityRule, PublicNotice


def _ends(calendar: WorkCalendar) -> moving.Reckoned:
    def reckoned(row: PublicNotice) -> dict[str, object]:
        days = row.case.version.publicity_days
        return {"until_on": max(row.until_on, last_day(days, row.from_on, calendar))}

    return reckoned


def _tell_ends(rows: list[PublicNotice], occasion: str, now: datetime) -> None:
    for row in rows:
        pauses = ClockPause.objects.filter(case_id=row.case_id, to_on__isnull=True)
        pauses.update(expected_on=row.until_on)
    cases.tell_offices({row.body_id for row in rows}, occasion=occasion, now=now)


def _answers(calendar: WorkCalendar) -> moving.Reckoned:
    limit = moving.dated(PublicityRule, "objection_days")

    def reckoned(row: Objection) -> dict[str, object]:
        filed = timezone.localdate(row.filed_at)
        return {"due_on": max(row.due_on, calendar.add(filed, limit(filed).value).day)}

    return reckoned


def _tell_answers(rows: list[Objection], occasion: str, now: datetime) -> None:
    bodies = {row.notice.body_id for row in rows}
    cases.tell_offices(bodies, occasion=occasion, roles=INVESTIGATORS, now=now)


ENDS = moving.Days(
    lambda: PublicNotice.objects.filter(state=NoticeState.OPEN).select_related("case__version"),
    _ends,
    _tell_ends,
)
ANSWERS = moving.Days(
    lambda: Objection.objects.filter(state__in=sorted(UNSETTLED)).select_related("notice"),
    _answers,
    _tell_answers,
)

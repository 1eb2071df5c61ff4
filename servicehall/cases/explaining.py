"""The clock in words: what the light means today, and why a due day is the day it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from community.governance.workdays import WorkCalendar
from servicehall.cases import deadlines
from servicehall.cases.enums import BEFORE_ACCEPTANCE, STANDING_STILL, CaseState, Light
from servicehall.cases.models import Case


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light with its words; `colour` is one of the component's."""

    colour: str
    label: str


def light_of(case: Case, today: date) -> Light:
    return deadlines.light(
        today,
        is_open=case.closed_on is None,
        is_accepted=case.state not in BEFORE_ACCEPTANCE,
        promised_due_on=case.promised_due_on,
        statutory_due_on=case.statutory_due_on,
        warn_on=case.warn_on,
        act_by_on=case.act_by_on,
    )


def lamp(case: Case, today: date, calendar: WorkCalendar | None = None) -> Lamp | None:
    """The light of a case in words, with a calendar also how many working days are left or over.

    None where nothing burns: a filing that still has its day for an answer.
    """
    light = light_of(case, today)
    if case.closed_on is not None:
        return Lamp("done", str(case.get_state_display()))
    if case.state == CaseState.SUPPLEMENT_REQUIRED:
        return Lamp("paused", _("等待补正"))
    if case.state in STANDING_STILL:
        return Lamp("paused", str(case.get_state_display()))
    if case.state in BEFORE_ACCEPTANCE:
        return Lamp("yellow", _("已过答复期限")) if light == Light.YELLOW else None
    if light == Light.GREY:
        return None
    words = _days(case, light, today, calendar) if calendar else str(light.label)
    return Lamp(light.value, words)


def _days(case: Case, light: Light, today: date, calendar: WorkCalendar) -> str:
    promised, statutory = case.promised_due_on or today, case.statutory_due_on or today
    if light == Light.RED:
        days = calendar.between(promised, today)
        return ngettext("超承诺 %(count)s 个工作日", "超承诺 %(count)s 个工作日", days) % {
            "count": days
        }
    if light == Light.DOUBLE_RED:
        days = calendar.between(statutory, today)
        return ngettext("超法定 %(count)s 个工作日", "超法定 %(count)s 个工作日", days) % {
            "count": days
        }
    if case.act_by_on is not None and case.act_by_on < today:
        return _("本环节已超期")
    days = calendar.between(today, promised)
    left = ngettext("还剩 %(count)s 个工作日", "还剩 %(count)s 个工作日", days) % {"count": days}
    return left if days else _("今天到期")


# --- why this day ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Skipped:
    """A run of days of one name that were not counted, or a weekend that was."""

    first: date
    last: date
    name: str
    is_worked: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Where a due day comes from: everything that was counted and everything that was not."""

    case: Case
    is_after_hours: bool
    skipped: list[Skipped]
    weekends: int
    pauses: list[tuple[str, date, date | None, int]]
    is_by_silence: bool = False


def why(case: Case, calendar: WorkCalendar, names: Mapping[date, str], today: date) -> Why | None:
    """The days between acceptance and the promised day one by one; None before the clock runs.

    `names` are the names of the days that a notice or the statute sets apart.
    """
    start = case.clock_starts_on
    if start is None or case.accepted_at is None:
        return None
    pauses = list(case.pauses.all())
    end = case.promised_due_on or today
    skipped, weekends = _skipped(start, end, calendar, names)
    return Why(
        case=case,
        is_after_hours=start > timezone.localdate(case.accepted_at),
        skipped=skipped,
        weekends=weekends,
        pauses=[
            (
                str(p.get_reason_display()),
                p.from_on,
                p.to_on,
                calendar.between(p.from_on, p.to_on or today),
            )
            for p in pauses
        ],
        is_by_silence=start < timezone.localdate(case.accepted_at),
    )


def _skipped(
    start: date, end: date, calendar: WorkCalendar, names: Mapping[date, str]
) -> tuple[list[Skipped], int]:
    """Holidays and worked weekends after `start` up to `end` in runs; ordinary weekends only counted."""
    runs: list[Skipped] = []
    weekends = 0
    for number in range(start.toordinal() + 1, end.toordinal() + 1):
        day = date.fromordinal(number)
        is_weekend, is_worked = day.weekday() > 4, calendar.is_workday(day)
        if is_weekend and not is_worked and not names.get(day):
            weekends += 1
        elif is_weekend == is_worked or (is_weekend and names.get(day)):
            name = names.get(day, "")
            last = runs[-1] if runs else None
            if (
                last
                and last.last.toordinal() == number - 1
                and last.is_worked == is_worked
                and last.name == name
            ):
                runs[-1] = Skipped(last.first, day, name, is_worked)
            else:
                runs.append(Skipped(day, day, name, is_worked))
    return runs, weekends

"""When a rung of the ladder is reached, and what makes a finding. Pure: days and texts in, verdicts out."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from community.governance.workdays import WorkCalendar
from servicehall.supervision.enums import RungBase

ONE_DAY = timedelta(days=1)
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class SupervisionRules:
    """The figures on a day (models.SupervisionRule).

    reply_days: working days to reply to 督办; quick_minutes: how fast a step may be passed on before anybody can
    have read it; stock_chars: an opinion of at most so many characters says nothing; bounces: how often a case
    may be sent back; reason_chars: the least that a reason has; elsewhere_days: how long after a refusal an
    acceptance elsewhere shows that it was wrong.
    """

    reply_days: int
    quick_minutes: int
    stock_chars: int
    bounces: int
    reason_chars: int
    elsewhere_days: int


def is_reached(base: str, after: int, day: date, today: date, calendar: WorkCalendar) -> bool:
    """Whether a rung that counts `after` working days from `day` is reached today."""
    return day <= latest(base, after, today, calendar)


def latest(base: str, after: int, today: date, calendar: WorkCalendar) -> date:
    """The latest day of the clock for which the rung is reached today.

    A warning is reached on its day, a limit on the day after it; with `after`, once so many working days
    have begun since.
    """
    if not after:
        return today if base == RungBase.WARN else today - ONE_DAY
    day = today
    left = after
    while left:
        left -= calendar.is_workday(day)
        day -= ONE_DAY
    return day


def bare(text: str) -> str:
    """The words of an opinion without spaces and marks, as they are compared."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_passed_on(opinion: str, before: str, minutes: float, rules: SupervisionRules) -> bool:
    """传话筒: passed on within minutes with the words of the step before, or with a phrase that says nothing."""
    if minutes > rules.quick_minutes:
        return False
    words = bare(opinion)
    return words == bare(before) or len(words) <= rules.stock_chars


def is_no_reason(reason: str, rules: SupervisionRules) -> bool:
    """A reason that names neither fact nor rule: too short to be one."""
    return len(bare(reason)) < rules.reason_chars

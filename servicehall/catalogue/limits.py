"""How long things may take, as plain rows: the limit of a step, the hall's own limits on a day."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from servicehall.catalogue.enums import ReviewLevel


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A review level as the item names it; `department` is the key of the deciding body, where it names one;
    `has_appraisal`: the community votes on every case before it is passed on (appraisals.py)."""

    level: ReviewLevel
    limit_days: int
    department: str = ""
    has_appraisal: bool = False

    @property
    def label(self) -> str:
        name = str(ReviewLevel(self.level).label)
        return _("%(step)s（含民主评议）") % {"step": name} if self.has_appraisal else name


@dataclass(frozen=True, slots=True)
class HallLimits:
    """The hall's own limits in force on a day (models.HallLimit).

    check_days: working days to answer an online filing; answer_days: working days to answer a notice;
    yellow_percent: share of the promise that remains when the light turns yellow; rate_days: calendar
    days after completion in which a case can be rated; silence_days: working days of silence after which
    a filing counts as accepted; undertaking_days: working days for papers that were deferred, and to verify
    what was promised instead of a paper;
    reopen_days: calendar days after completion in which a decision can be taken back; deliver_days:
    working days to hand over a result.
    """

    check_days: int
    answer_days: int
    yellow_percent: int
    rate_days: int
    silence_days: int
    undertaking_days: int
    reopen_days: int
    deliver_days: int

"""Why a case goes where it goes, and why a step has its day: reckoned anew from the item version, the tree and
the calendar, and compared with what stands on the case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext as _, ngettext

from community.governance.models import Body
from community.governance.workdays import WorkCalendar
from servicehall.cases import routing
from servicehall.cases.enums import BEFORE_ACCEPTANCE, StepState, Way
from servicehall.cases.models import Case, ReviewStep
from servicehall.cases.routing import Directory
from servicehall.catalogue.enums import ReviewLevel
from servicehall.catalogue.limits import LevelRule
from servicehall.catalogue.models import HallLimit

Reroute = Mapping[str, Any]  # of an event: {from_state, said}


def _shown(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of the way of a case: what it is, who has it, and why; a level that is skipped has nobody."""

    title: str
    body: str
    why: list[str]


def legs(case: Case, calendar: WorkCalendar) -> list[Leg]:
    """The station that took it in, then each step as the item demands it. `case` was read `with_reroutes`."""
    steps: list[ReviewStep] = []
    if case.accepted_at:
        steps = list(case.steps.select_related("body__place").order_by("sequence"))
    day = timezone.localdate(case.accepted_at or case.filed_at)
    found = routing.directory(case.community, day)
    rerouted: list[Reroute] = case.reroutes  # type: ignore[attr-defined]  # read with `with_reroutes`
    return [_taken_in(case, found, rerouted), *_Legs(case, steps, found, calendar, rerouted).all()]


def _taken_in(case: Case, found: Directory, rerouted: Sequence[Reroute]) -> Leg:
    names = {"community": case.community.label, "body": case.station.label}
    if found.home is not None and found.home.pk == case.station_id:
        why = [_("%(community)s由%(body)s服务。") % names]
    elif case.version.any_station:
        why = [_("本事项通办，在哪个服务站提交就由哪个服务站收件。")]
    else:
        why = [_("提交的那天由它收件。")]
    why += [_stood_back(row) for row in rerouted if row["from_state"] in BEFORE_ACCEPTANCE]
    if case.state in BEFORE_ACCEPTANCE and case.act_by_on:
        days = HallLimit.objects.in_force(case.received_on).check_days
        why.append(
            ngettext(
                "%(day)s收到材料，%(days)s个工作日内受理或者告知。",
                "%(day)s收到材料，%(days)s个工作日内受理或者告知。",
                days,
            )
            % {"day": _shown(case.received_on), "days": days}
        )
    return Leg(_("受理"), case.station.label, why)


def _stood_back(row: Reroute) -> str:
    said = row["said"]["rerouted"]
    is_english = get_language() == "en"
    return _("%(left)s能办的人都应回避，按规则转给%(way)s：%(body)s。") % {
        "left": (is_english and said["left_en"]) or said["left_zh"],
        "body": (is_english and said["en"]) or said["zh"],
        "way": Way(said["way"]).label,
    }


@dataclass(frozen=True, slots=True)
class _Legs:
    case: Case
    steps: Sequence[ReviewStep]
    found: Directory
    calendar: WorkCalendar
    rerouted: Sequence[Reroute]

    def all(self) -> Iterator[Leg]:
        left = list(self.steps)
        for rule in self.case.version.levels:
            if left and left[0].level == rule.level:
                step = left.pop(0)
                yield Leg(rule.label, step.body.label, self._because(step, rule))
            elif self.steps:
                yield Leg(rule.label, "", [_("这里没有这一级的机构，跳过。")])
        for step in left:
            yield Leg(step.get_level_display(), step.body.label, self._because(step, None))

    def _because(self, step: ReviewStep, rule: LevelRule | None) -> list[str]:
        usual = self.found.of_level(rule, self.case.version.item.window_id) if rule else None
        why = [] if usual and usual.pk == step.body_id else self._handed(step)
        if not why:
            why = [self._whose(step, rule, usual)]
        if step.is_final:
            why.append(_("这是最后一个环节，由它作决定。"))
        if step.state == StepState.OPEN and step.due_on and self.case.act_by_on:
            why.append(_day_of(self.case, step, self.calendar))
        return why

    def _handed(self, step: ReviewStep) -> list[str]:
        """Each time that it went on by itself until it lay where the step is done."""
        bodies = [row["said"]["rerouted"]["body"] for row in self.rerouted]
        if str(step.body_id) not in bodies:
            return []
        return [_stood_back(self.rerouted[bodies.index(str(step.body_id))])]

    def _whose(self, step: ReviewStep, rule: LevelRule | None, usual: Body | None) -> str:
        names = {
            "community": self.case.community.label,
            "place": step.body.place.label,
            "body": step.body.label,
        }
        if rule is None and not self.case.version.levels:
            return _("本事项由受理的服务站办，不用逐级审核。")
        if rule is None:
            return _("该作决定的一级在这里没有机构，由%(place)s决定。") % names
        if usual is not None and usual.pk != step.body_id:
            return _("本来由%(usual)s办，已转交%(body)s。") % {**names, "usual": usual.label}
        if step.level == ReviewLevel.COMMUNITY:
            return _("%(community)s由%(body)s服务。") % names
        if step.level == ReviewLevel.STREET:
            return _("%(community)s属于%(place)s。") % names
        if rule.department:
            return _("本事项写明由这个部门办。")
        return _("这项业务在%(place)s由%(body)s负责。") % names


def _day_of(case: Case, step: ReviewStep, calendar: WorkCalendar) -> str:
    """The own day of the open step: its limit, the pauses since, never past the promise."""
    opened = timezone.localdate(step.opened_at)
    ended = [(row.from_on, row.to_on) for row in case.pauses.all() if row.to_on]
    paused = sum(calendar.between(max(a, opened), b) for a, b in ended if b > opened)
    names = {
        "opened": _shown(opened),
        "days": step.limit_days,
        "paused": paused,
        "due": _shown(step.due_on or opened),
    }
    if paused:
        return (
            _("%(opened)s转到，本环节限%(days)s个工作日，暂停%(paused)s个工作日，到%(due)s。")
            % names
        )
    if calendar.add(opened, step.limit_days).day != step.due_on:
        return (
            _("%(opened)s转到，本环节限%(days)s个工作日，但不晚于承诺办结日，到%(due)s。") % names
        )
    return _("%(opened)s转到，本环节限%(days)s个工作日，到%(due)s。") % names

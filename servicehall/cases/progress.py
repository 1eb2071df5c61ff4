"""Where a case stands, as its applicant reads it: what happened, who has it now, what is next and by when.

Bodies are named, staff are not. What goes on inside (a step sent back) is not told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy as _

from servicehall.cases.enums import (
    CLOSED_STATES,
    STANDING_STILL,
    CaseAction,
    CaseState,
    DeliveryWay,
    Outcome,
    PauseReason,
    StepState,
)
from servicehall.cases.models import Case, CaseEvent, ClockPause, ReviewStep, Supplement
from servicehall.catalogue.enums import Channel, ReviewLevel

Text = str | Promise

TITLES: dict[str, Text] = {
    "file": _("申请已提交"),
    CaseAction.ACCEPT: _("已受理"),
    CaseAction.TACIT_ACCEPT: _("到期没有答复，已视为受理"),
    CaseAction.DECLINE: _("不予受理"),
    CaseAction.SUPPLEMENT: _("请您补正材料"),
    CaseAction.RESUBMIT: _("您已补正"),
    CaseAction.LAPSE: _("过期没有补正，已终止"),
    CaseAction.WITHDRAW: _("您已撤回"),
    CaseAction.GRANT: _("已办成"),
    CaseAction.REFUSE: _("没有办成"),
    CaseAction.DELIVER: _("结果已送达"),
    CaseAction.EXTEND: _("延长了办理期限"),
    CaseAction.PUBLICISE: _("开始公示"),
    CaseAction.END_PUBLICITY: _("公示结束"),
    CaseAction.BEGIN_SPECIAL: _("进入特别程序"),
    CaseAction.END_SPECIAL: _("特别程序结束"),
    CaseAction.REOPEN: _("决定已撤销，重新办理"),
    CaseAction.ASSIGN: _("转到其他单位办理"),
    CaseAction.REROUTE: _("转到其他单位办理"),
}
PASSED: dict[str, Text] = {
    ReviewLevel.COMMUNITY: _("社区核查完成"),
    ReviewLevel.STREET: _("街道初审完成"),
    ReviewLevel.DISTRICT: _("区级审核完成"),
}
STOPS = frozenset({CaseAction.DECLINE, CaseAction.LAPSE, CaseAction.WITHDRAW, CaseAction.REFUSE})
BY_APPLICANT = frozenset({CaseAction.RESUBMIT, CaseAction.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. state: done | now | paused | next | stopped; due: by when, the day included."""

    title: Text
    state: str = "done"
    who: Text = ""
    at: datetime | None = None
    due: date | None = None
    note: Text = ""
    is_provisional: bool = False


def timeline(
    case: Case,
    *,
    events: Sequence[CaseEvent],
    steps: Sequence[ReviewStep],
    notice: Supplement | None,
    pause: ClockPause | None = None,
) -> list[Entry]:
    """`case` with station and handler, `events` with post and body, `steps` with body; `notice` and `pause` are
    the open ones.
    """
    present = _present(case, steps, notice, pause)
    if case.state in STANDING_STILL:
        present += _standing_still(steps, pause)
    return [*_past(case, events, steps), *present, *_future(case, steps)]


def _past(case: Case, events: Sequence[CaseEvent], steps: Sequence[ReviewStep]) -> list[Entry]:
    entries = [_event(case, event) for event in _told(events) if event.action in TITLES]
    entries += [
        Entry(PASSED[step.level], who=step.body.label, at=step.closed_at)
        for step in steps
        if step.state == StepState.PASSED
    ]
    return sorted(entries, key=lambda entry: entry.at or case.filed_at)


def _told(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    """Without what was told before: where all must stand back, each step passes its office by in the same way."""
    found: list[CaseEvent] = []
    for event in events:
        before = [one.said for one in found if one.action == event.action]
        if event.action != CaseAction.REROUTE or event.said not in before:
            found.append(event)
    return found


def _event(case: Case, event: CaseEvent) -> Entry:
    who: Text = event.post.body.label if event.post else ""
    if event.action == "file" and case.channel == Channel.ONLINE:
        who = _("本人网上提交")
    elif event.action in BY_APPLICANT and event.post is None:
        who = _("本人")
    state = "stopped" if event.action in STOPS else "done"
    return Entry(TITLES[event.action], state=state, who=who, at=event.at, note=note(case, event))


def note(case: Case, event: CaseEvent) -> str:
    """What is told below an event: its codes in the reader's language, then the words that somebody wrote."""
    lines = [say(case, event.said[key]) for key, say in SAID.items() if event.said.get(key)]
    return "\n".join([*lines, event.note] if event.note else lines)


def _day(text: str) -> str:
    return formats.date_format(date.fromisoformat(text), "DATE_FORMAT")


def _papers(case: Case, codes: Sequence[str]) -> str:
    titles = case.version.shown_titles
    return str(_("、")).join(titles.get(code, code) for code in codes)


def _received(case: Case, things: Sequence[Mapping[str, str]]) -> str:
    titles = case.version.shown_titles
    named = [titles.get(thing["key"]) or thing["title"] for thing in things]
    return str(_("窗口收到：%(things)s")) % {"things": str(_("、")).join(named)}


def _taker(_case: Case, names: Mapping[str, str]) -> str:
    name = names.get("en") if get_language() == "en" else ""
    return str(_("转给：%(body)s")) % {"body": name or names["zh"]}


def _rerouted(_case: Case, said: Mapping[str, str]) -> str:
    is_english = get_language() == "en"
    names = {
        "left": (is_english and said["left_en"]) or said["left_zh"],
        "body": (is_english and said["en"]) or said["zh"],
    }
    return str(_("%(left)s能办的人都应回避，转给：%(body)s")) % names


# What an event says in codes, in the order in which it is read: how each is put.
SAID: dict[str, Callable[[Case, Any], str]] = {
    "received": _received,
    "since": lambda _c, day: str(_("从收到材料的%(day)s起算。")) % {"day": _day(day)},
    "deferred": lambda c, codes: (
        str(_("先受理，以后补交：%(papers)s")) % {"papers": _papers(c, codes)}
    ),
    "committed": lambda c, codes: str(_("申请人承诺：%(papers)s")) % {"papers": _papers(c, codes)},
    "pause": lambda _c, reason: str(PauseReason(reason).label),
    "until": lambda _c, day: str(_("到%(day)s")) % {"day": _day(day)},
    "taker": _taker,
    "rerouted": _rerouted,
    "delivered": lambda _c, way: str(DeliveryWay(way).label),
}


def _present(
    case: Case,
    steps: Sequence[ReviewStep],
    notice: Supplement | None,
    pause: ClockPause | None,
) -> list[Entry]:
    if case.state == CaseState.SUPPLEMENT_REQUIRED:
        due = notice.due_on if notice else None
        return [
            Entry(
                _("等您补正"), state="now", who=_("您"), due=due, note=_("补正期间不计办理时间。")
            )
        ]
    if case.state in STANDING_STILL:
        return [
            Entry(
                case.get_state_display(),
                state="now",
                who=case.handler.label,
                due=pause.expected_on if pause else None,
                note=_("这段时间不计入办理时间。"),
            )
        ]
    if case.state in {CaseState.SUBMITTED, CaseState.RESUBMITTED}:
        return [
            Entry(
                _("服务站看材料"),
                state="now",
                who=case.handler.label,
                due=case.act_by_on,
                note=_("材料齐了就受理；缺什么，一次告诉您。"),
            )
        ]
    if case.state in {CaseState.ACCEPTED, CaseState.IN_REVIEW}:
        step = next((step for step in steps if step.state == StepState.OPEN), None)
        title = ReviewLevel(step.level).label if step else case.get_state_display()
        return [Entry(title, state="now", who=case.handler.label, due=case.act_by_on)]
    if case.state == CaseState.COMPLETED and case.outcome == Outcome.GRANTED:
        return [Entry(_("把结果送到您手里"), state="now", who=case.station.label)]
    return []


def _standing_still(steps: Sequence[ReviewStep], pause: ClockPause | None) -> list[Entry]:
    """The step that waits with the applicant: it has not gone away, and its days are not counted."""
    note = paused(pause) if pause else ""
    return [
        Entry(ReviewLevel(step.level).label, state="paused", who=step.body.label, note=note)
        for step in steps
        if step.state == StepState.OPEN
    ]


def paused(pause: ClockPause) -> str:
    """Since when the clock stands still, and why."""
    words = _("计时从%(day)s起暂停，原因：%(reason)s；结束以后接着计时。")
    if pause.reason == PauseReason.SUPPLEMENT:
        words = _("计时从%(day)s起暂停，原因：%(reason)s；补正以后接着计时。")
    return words % {
        "day": formats.date_format(pause.from_on, "DATE_FORMAT"),
        "reason": pause.get_reason_display(),
    }


def _future(case: Case, steps: Sequence[ReviewStep]) -> list[Entry]:
    if case.state in CLOSED_STATES:
        return []
    later = [
        Entry(ReviewLevel(step.level).label, state="next", who=step.body.label)
        for step in steps
        if step.state == StepState.WAITING
    ]
    return [
        *later,
        Entry(
            _("出结果"),
            state="next",
            due=case.promised_due_on,
            is_provisional=case.due_is_provisional and case.promised_due_on is not None,
        ),
    ]

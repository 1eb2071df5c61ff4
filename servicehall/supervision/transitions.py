"""The life of a letter of 督办 as a table. Actions obey it, buttons are read from it, tests walk it."""

from dataclasses import dataclass

from servicehall.supervision.enums import UrgingAction, UrgingState

S, A = UrgingState, UrgingAction


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states and where to; `by_office` is what the responsible office does, else the supervisor."""

    sources: frozenset[UrgingState]
    to: UrgingState
    by_office: bool = False


URGING: dict[UrgingAction, Rule] = {
    A.REPLY: Rule(frozenset({S.ISSUED}), S.REPLIED, by_office=True),
    A.RETURN: Rule(frozenset({S.REPLIED}), S.ISSUED),
    A.CLOSE: Rule(frozenset({S.ISSUED, S.REPLIED}), S.CLOSED),
}


def available(state: UrgingState | str, *, by_office: bool) -> tuple[UrgingAction, ...]:
    return tuple(
        action
        for action, rule in URGING.items()
        if state in rule.sources and rule.by_office == by_office
    )

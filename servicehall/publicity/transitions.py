"""The life of an objection as a table. Actions obey it, buttons are read from it, tests walk it."""

from dataclasses import dataclass

from servicehall.publicity.enums import ObjectionAction, ObjectionState

S, A = ObjectionState, ObjectionAction


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states an act may be taken and where it leads; `by_machine` where nobody presses a button."""

    sources: frozenset[ObjectionState]
    to: ObjectionState
    by_machine: bool = False


OBJECTION: dict[ObjectionAction, Rule] = {
    A.REFER: Rule(frozenset({S.OPEN}), S.IN_APPRAISAL),
    A.APPRAISED: Rule(frozenset({S.IN_APPRAISAL}), S.OPEN, by_machine=True),
    A.UPHOLD: Rule(frozenset({S.OPEN}), S.UPHELD),
    A.DISMISS: Rule(frozenset({S.OPEN}), S.NOT_UPHELD),
    A.CLOSE: Rule(frozenset({S.OPEN, S.IN_APPRAISAL}), S.CLOSED, by_machine=True),
}


def allowed(action: ObjectionAction, state: ObjectionState | str) -> bool:
    return state in OBJECTION[action].sources


def available(state: ObjectionState | str) -> tuple[ObjectionAction, ...]:
    """What whoever investigates may do with an objection in this state."""
    return tuple(
        action
        for action, rule in OBJECTION.items()
        if state in rule.sources and not rule.by_machine
    )

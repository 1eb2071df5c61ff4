"""The life of an import as data: what people press, and what the machine reports (domain 4.11)."""

from dataclasses import dataclass
from enum import StrEnum

from residents.exchange.enums import BatchState as S


class Act(StrEnum):
    MAP = "map"  # say what the columns are
    CHECK = "check"
    DECIDE = "decide"  # say who somebody is
    APPLY = "apply"
    UNDO = "undo"
    DISCARD = "discard"
    FINISH = "finish"  # the machine is done
    GIVE_UP = "give_up"  # the machine cannot do it


@dataclass(frozen=True, slots=True)
class Rule:
    """From where an act leads where; without an end the state stays."""

    ways: dict[S, S]


_OPEN = (S.RECEIVED, S.CHECKED)
IMPORT: dict[Act, Rule] = {
    Act.MAP: Rule(dict.fromkeys(_OPEN, S.RECEIVED)),
    Act.CHECK: Rule({S.RECEIVED: S.CHECKING}),
    Act.DECIDE: Rule({S.CHECKED: S.CHECKED}),
    Act.APPLY: Rule({S.CHECKED: S.APPLYING}),
    Act.UNDO: Rule({S.APPLIED: S.UNDOING}),
    Act.DISCARD: Rule(dict.fromkeys(_OPEN, S.DISCARDED)),
    Act.FINISH: Rule({S.CHECKING: S.CHECKED, S.APPLYING: S.APPLIED, S.UNDOING: S.UNDONE}),
    Act.GIVE_UP: Rule({S.CHECKING: S.RECEIVED, S.APPLYING: S.CHECKED, S.UNDOING: S.APPLIED}),
}


def next_state(act: Act, state: str) -> S | None:
    """Where an act leads from a state; None when it is not allowed there."""
    return IMPORT[act].ways.get(S(state))


def available(state: str) -> set[Act]:
    return {act for act in Act if next_state(act, state) is not None}

"""The life of a version as a table: actions obey it, pages draw their buttons from it, tests walk it."""

from dataclasses import dataclass

from servicehall.catalogue.enums import Verb, VersionState

S, V = VersionState, Verb


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a verb leads to which; `to` is "" where the version is gone.

    `second`: only somebody else than who changed or proposed it. `before_day`: only before it is in force.
    """

    sources: frozenset[str]
    to: str
    second: bool = False
    before_day: bool = False


VERSION: dict[Verb, Rule] = {
    V.SAVE: Rule(frozenset({S.DRAFT}), S.DRAFT),
    V.PROPOSE: Rule(frozenset({S.DRAFT}), S.WAITING),
    V.SEND_BACK: Rule(frozenset({S.WAITING}), S.DRAFT, second=True),
    V.PUBLISH: Rule(frozenset({S.WAITING}), S.PUBLISHED, second=True),
    V.TAKE_BACK: Rule(frozenset({S.WAITING, S.PUBLISHED}), S.DRAFT, before_day=True),
    V.DISCARD: Rule(frozenset({S.DRAFT}), ""),
}

"""The lives of a rectification and of a benefit as tables (domain 4.14, 4.1): actions obey them, tests walk them."""

from collections.abc import Mapping
from dataclasses import dataclass

from servicehall.aftercare.enums import BenefitAction, BenefitState, RectifyAction, RectifyState

S, A = RectifyState, RectifyAction
B, D = BenefitState, BenefitAction


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states an act may be taken, where it leads (None: nowhere), who takes it, who is told.

    `by` of a rectification: "handler", the body that follows it up; "reviewer", another person or body;
    "concerned", the body that it is about; "rater"; "machine". Of a benefit: "station" or "decider".
    """

    sources: frozenset[str]
    to: str | None
    by: str
    message: str = ""


RECTIFY: dict[RectifyAction, Rule] = {
    A.CALL_BACK: Rule(frozenset({S.CREATED}), S.CALLED_BACK, "handler"),
    A.CONFIRM: Rule(frozenset({S.CALLED_BACK}), S.VERIFIED, "handler"),
    A.DOUBT: Rule(frozenset({S.CALLED_BACK}), S.IN_REVIEW, "handler"),
    A.APPEAL: Rule(frozenset({S.VERIFIED}), S.IN_REVIEW, "concerned"),
    A.UPHOLD: Rule(frozenset({S.IN_REVIEW}), S.VERIFIED, "reviewer"),
    A.SET_ASIDE: Rule(frozenset({S.IN_REVIEW}), S.MISJUDGED, "reviewer", "rating.misjudged"),
    A.ANSWER: Rule(frozenset({S.VERIFIED}), None, "concerned"),
    A.RECTIFY: Rule(frozenset({S.VERIFIED}), S.RECTIFIED, "handler"),
    A.TELL: Rule(frozenset({S.RECTIFIED}), S.TOLD, "handler", "rating.rectified"),
    A.RE_RATE: Rule(frozenset({S.TOLD}), S.CLOSED, "rater"),
    A.CLOSE: Rule(frozenset({S.TOLD}), S.CLOSED, "machine"),
}

STANDING = frozenset({B.ACTIVE, B.SUSPENDED})
BENEFIT: dict[BenefitAction, Rule] = {
    D.SET_AMOUNT: Rule(STANDING, None, "decider"),
    D.RECHECK: Rule(STANDING, None, "station"),
    D.PROVE: Rule(STANDING, None, "station"),
    D.REPORT: Rule(STANDING, None, "station"),
    D.CHANGE: Rule(STANDING, None, "decider", "benefit.changed"),
    D.SUSPEND: Rule(frozenset({B.ACTIVE}), B.SUSPENDED, "decider", "benefit.suspended"),
    D.RESUME: Rule(frozenset({B.SUSPENDED}), B.ACTIVE, "decider", "benefit.resumed"),
    D.STOP: Rule(STANDING, B.STOPPED, "decider", "benefit.stopped"),
}

OPEN = frozenset({S.CREATED, S.CALLED_BACK, S.IN_REVIEW, S.VERIFIED, S.RECTIFIED, S.TOLD})
# When the body concerned hears of it at all: what is to be mended, never whose rating it was.
SHOWN_TO_CONCERNED = frozenset({S.VERIFIED, S.IN_REVIEW, S.RECTIFIED, S.TOLD, S.CLOSED})


def available(table: Mapping[str, Rule], state: str, by: set[str]) -> list[str]:
    """The acts that the table offers those who are `by`, in its order."""
    return [action for action, rule in table.items() if state in rule.sources and rule.by in by]

"""The life of a case as a table (domain 4.1). Actions obey it, buttons are read from it, tests walk it."""

from collections.abc import Iterable
from dataclasses import dataclass

from community.governance.enums import Power
from servicehall.cases.enums import OPEN_STATES, CaseAction, CaseState

S, A = CaseState, CaseAction


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states an action may be taken and where it leads.

    `to` is None where the case stays in its state, or returns to where it was when it was paused.
    `power` is None for what the applicant does, or the machine (BY_MACHINE).
    `message` is the kind of message the applicant gets, if any.
    `instant_power` replaces `power` for items that the station finishes on the spot.
    """

    sources: frozenset[CaseState]
    to: CaseState | None
    power: Power | None = None
    message: str = ""
    instant_power: Power | None = None

    def power_for(self, *, is_instant: bool) -> Power | None:
        """Instant items without review are registrations: whoever accepts may finish them."""
        return self.instant_power if is_instant and self.instant_power else self.power


CASE: dict[CaseAction, Rule] = {
    A.ACCEPT: Rule(
        frozenset({S.SUBMITTED, S.RESUBMITTED}), S.ACCEPTED, Power.ACCEPT_CASES, "case.accepted"
    ),
    A.TACIT_ACCEPT: Rule(
        frozenset({S.SUBMITTED, S.RESUBMITTED}), S.ACCEPTED, None, "case.accepted"
    ),
    A.DECLINE: Rule(
        frozenset({S.SUBMITTED, S.RESUBMITTED}),
        S.NOT_ACCEPTED,
        Power.ACCEPT_CASES,
        "case.not_accepted",
    ),
    A.SUPPLEMENT: Rule(
        frozenset({S.SUBMITTED, S.RESUBMITTED, S.ACCEPTED, S.IN_REVIEW}),
        S.SUPPLEMENT_REQUIRED,
        Power.READ_CASES,
        "case.supplement",
    ),
    A.RESUBMIT: Rule(frozenset({S.SUPPLEMENT_REQUIRED}), None),
    A.LAPSE: Rule(frozenset({S.SUPPLEMENT_REQUIRED}), S.TERMINATED, None, "case.terminated"),
    A.WITHDRAW: Rule(
        frozenset(OPEN_STATES),
        S.WITHDRAWN,
    ),
    A.FORWARD: Rule(frozenset({S.ACCEPTED, S.IN_REVIEW}), S.IN_REVIEW, Power.REVIEW_CASES),
    A.SEND_BACK: Rule(frozenset({S.IN_REVIEW}), S.IN_REVIEW, Power.REVIEW_CASES),
    A.GRANT: Rule(
        frozenset({S.ACCEPTED, S.IN_REVIEW}),
        S.COMPLETED,
        Power.DECIDE_CASES,
        "case.decided",
        Power.ACCEPT_CASES,
    ),
    A.REFUSE: Rule(
        frozenset({S.ACCEPTED, S.IN_REVIEW}),
        S.COMPLETED,
        Power.DECIDE_CASES,
        "case.decided",
        Power.ACCEPT_CASES,
    ),
    A.DELIVER: Rule(frozenset({S.COMPLETED}), S.DELIVERED, Power.ACCEPT_CASES, "case.delivered"),
    A.EXTEND: Rule(frozenset({S.ACCEPTED, S.IN_REVIEW}), None, Power.EXTEND_CASES, "case.extended"),
    A.PUBLICISE: Rule(frozenset({S.ACCEPTED, S.IN_REVIEW}), S.PUBLICISED, Power.REVIEW_CASES),
    A.END_PUBLICITY: Rule(frozenset({S.PUBLICISED}), None, Power.REVIEW_CASES),
    A.BEGIN_SPECIAL: Rule(
        frozenset({S.ACCEPTED, S.IN_REVIEW}), S.SPECIAL, Power.REVIEW_CASES, "case.special"
    ),
    A.END_SPECIAL: Rule(frozenset({S.SPECIAL}), None, Power.REVIEW_CASES),
    A.REOPEN: Rule(
        frozenset({S.COMPLETED, S.DELIVERED}), S.IN_REVIEW, Power.DECIDE_CASES, "case.reopened"
    ),
    A.ASSIGN: Rule(
        frozenset({S.SUBMITTED, S.RESUBMITTED, S.ACCEPTED, S.IN_REVIEW}), None, Power.ASSIGN_CASES
    ),
    A.REROUTE: Rule(
        frozenset({S.SUBMITTED, S.RESUBMITTED, S.ACCEPTED, S.IN_REVIEW}),
        None,
    ),
}

BY_APPLICANT = frozenset({A.RESUBMIT, A.WITHDRAW})
BY_MACHINE = frozenset({A.LAPSE, A.TACIT_ACCEPT, A.REROUTE})


def allowed(action: CaseAction, state: CaseState | str) -> bool:
    return state in CASE[action].sources


def available(
    state: CaseState | str, powers: Iterable[str], *, is_instant: bool = False
) -> tuple[CaseAction, ...]:
    """The acts that the table offers staff holding these powers, in the order of the table."""
    held = frozenset(powers)
    return tuple(
        action
        for action, rule in CASE.items()
        if state in rule.sources and rule.power_for(is_instant=is_instant) in held
    )


def available_to_applicant(state: CaseState | str) -> tuple[CaseAction, ...]:
    return tuple(action for action in CASE if action in BY_APPLICANT and allowed(action, state))

"""The ways of a request and of an allowance in the family, as tables: actions obey them, tests walk them."""

from dataclasses import dataclass

from residents.rights.enums import FamilyAction, FamilyState, RequestAction, RequestState

S, A = RequestState, RequestAction
F, B = FamilyState, FamilyAction


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states an act may be taken, where it leads, and who takes it.

    `by`: "office" who reviews, "asker" who asked, "asked" the member who was asked, "either" of the two.
    """

    sources: frozenset[str]
    to: str
    by: str


REQUEST: dict[RequestAction, Rule] = {
    A.ACCEPT: Rule(frozenset({S.PROPOSED}), S.ACCEPTED, "office"),
    A.REFUSE: Rule(frozenset({S.PROPOSED}), S.REFUSED, "office"),
    A.WITHDRAW: Rule(frozenset({S.PROPOSED}), S.WITHDRAWN, "asker"),
}

FAMILY: dict[FamilyAction, Rule] = {
    B.GIVE: Rule(frozenset({F.ASKED}), F.GIVEN, "asked"),
    B.DECLINE: Rule(frozenset({F.ASKED}), F.DECLINED, "asked"),
    B.CANCEL: Rule(frozenset({F.ASKED}), F.ENDED, "asker"),
    B.END: Rule(frozenset({F.GIVEN}), F.ENDED, "either"),
}

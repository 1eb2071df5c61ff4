"""Why a proposal was made: the rule of the item on the facts of its person, as the base has them now."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.masking import mask_name
from residents.base.eligibility import Explained, explain, facts_of
from residents.base.eligibility.tree import tests_of
from residents.base.models import Person
from servicehall.cases.models import Proposal


@dataclass(frozen=True, slots=True)
class Line:
    """A proposal with the reasons of today."""

    proposal: Proposal
    why: Explained
    name: str = ""


def explained(rows: Sequence[Proposal], today: date) -> list[Line]:
    """The reasons of each, from the base as it is now; one query for all."""
    rules_of: dict[uuid.UUID, Any] = {row.version_id: row.version.eligibility for row in rows}
    keys = {test.fact for rule in rules_of.values() if rule for test in tests_of(rule)}
    persons = Person.objects.filter(pk__in=[row.person_id for row in rows])
    facts = facts_of(persons, keys, today)
    return [
        Line(row, explain(rule, facts[row.person_id]), mask_name(row.person.full_name))
        for row in rows
        if (rule := rules_of[row.version_id]) is not None
    ]

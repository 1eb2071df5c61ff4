"""How long an answer to a proposal stands, and for which children somebody has asked already.

Whoever has said no, or has asked and got nothing, is left alone until the rule changes or a fact that matters: a
code, a yes or no, a figure that crosses the line of the rule, a child who was not there.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet

from common.crypto import blind_index
from residents.base.eligibility import FACTS, Rule, facts_of
from residents.base.eligibility.ages import Span, whole
from residents.base.eligibility.children import BORN, CHILD, parents
from residents.base.eligibility.tree import COMPARES, Test, tests_of
from residents.base.models import HouseholdMember, Person
from servicehall.cases.enums import OPEN_STATES, Outcome
from servicehall.cases.models import Case
from servicehall.catalogue.models import ItemVersion

Basis: TypeAlias = dict[str, Any]  # {"facts": keyed digest, "children": ids}
_PER_CHILD = "youngest_child"


_ended: list[Callable[[], QuerySet[Any, Any]]] = []


def declare_ended(cases: Callable[[], QuerySet[Any, Any]]) -> None:
    """An app above tells of which granted cases nothing is left: ids, made anew for each query."""
    if cases not in _ended:
        _ended.append(cases)


def holding(code: str) -> Q:
    """Cases of those who have an item, or have asked for it; not of those whose benefit has ended."""
    has = Q(state__in=sorted(OPEN_STATES)) | Q(outcome=Outcome.GRANTED)
    for cases in _ended:
        has &= ~Q(pk__in=cases())
    return Q(version__item_id=code) & has


def is_per_child(rule: Rule) -> bool:
    """Whether each child is a claim of its own, which one of the parents makes."""
    return any(test.fact == _PER_CHILD for test in tests_of(rule))


# --- answers --------------------------------------------------------------------------------------
def bases(version: ItemVersion, persons: Collection[UUID], today: date) -> dict[UUID, Basis]:
    """On what an answer of each person would stand today; empty where the item has no rule."""
    rule = version.eligibility
    if rule is None or not persons:
        return {}
    keys = sorted({test.fact for test in tests_of(rule)})
    children: dict[UUID, list[str]] = {}
    if is_per_child(rule):
        for parent, child, born in _families(Q(person__in=persons)):
            if _is_young(rule, born, today):
                children.setdefault(parent, []).append(str(child))
    words = json.dumps(version.content["eligibility"]["rule"], sort_keys=True)
    found: dict[UUID, Basis] = {}
    facts = facts_of(Person.objects.filter(pk__in=persons), keys, today)
    for person, values in facts.items():
        text = f"{words} {_what_matters(rule, values)}"
        found[person] = {
            "facts": blind_index(text, field="proposal:basis").hex()[:32],
            "children": sorted(children.get(person, [])),
        }
    return found


def _what_matters(rule: Rule, values: Mapping[str, Any]) -> str:
    tests = tests_of(rule)
    return json.dumps([_outcome(test, values[test.fact]) for test in tests], ensure_ascii=False)


def _outcome(test: Test, value: Any) -> Any:
    if value is None or FACTS[test.fact].kind is not int:
        return value
    return COMPARES[test.op](value, test.value)


def has_changed(before: Basis, now: Basis) -> bool:
    return before["facts"] != now["facts"] or not set(now["children"]) <= set(before["children"])


# --- children -------------------------------------------------------------------------------------
def claimed_for(version: ItemVersion, rule: Rule, today: date) -> set[UUID]:
    """Parents for all of whose children of that age somebody has asked."""
    cases = Case.objects.filter(holding(version.item_id)).order_by()
    named = Q(person__in=cases.filter(about__isnull=False).values("about"))
    homes = HouseholdMember.objects.current().filter(
        named | Q(person__in=cases.values("applicant"))
    )
    rows = list(_families(Q(household__in=homes.values("household"))))
    children: dict[UUID, list[tuple[UUID, date | None]]] = {}
    for parent, child, born in rows:
        children.setdefault(parent, []).append((child, born))
    taken: set[UUID | None] = set()
    claims: Iterable[tuple[UUID, UUID | None, date]] = cases.values_list(
        "applicant", "about", "filed_on"
    )
    for applicant, about, filed_on in claims:
        # Where nobody wrote down for whom: for every child who was there.
        there = [c for c, born in children.get(applicant, ()) if born and born <= filed_on]
        taken.update(there if about is None else [about])
    free = {
        parent
        for parent, child, born in rows
        if child not in taken and _is_young(rule, born, today)
    }
    return set(children) - free


def _families(where: Q) -> Any:
    """Parent, child and its birth."""
    columns = "person_id", f"{CHILD}__person_id", BORN
    return parents().filter(where).values_list(*columns)


def _is_young(rule: Rule, born: date | None, today: date) -> bool:
    if born is None:
        return False
    months = whole(Span.MONTHS, born, today)
    tests = [test for test in tests_of(rule) if test.fact == _PER_CHILD]
    return all(COMPARES[test.op](months, test.value) for test in tests)


def child_of(version: ItemVersion, applicant_id: UUID, answers: Mapping[str, Any]) -> UUID | None:
    """For which child of the household an application is, where the item is one for each."""
    rule = version.eligibility
    if rule is None or not is_per_child(rule):
        return None
    keys = [q["key"] for q in version.questions if q["type"] == "household_member"]
    given = answers.get(keys[0]) if keys else None
    wanted = given if isinstance(given, list) else [given]
    members = HouseholdMember.objects.living_with(applicant_id)
    return (
        members.filter(person__in=[pk for pk in wanted if pk])
        .values_list("person", flat=True)
        .first()
    )

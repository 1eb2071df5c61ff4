"""Whom a form is about, and what it says of them: a few questions for any number of persons."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet

from residents.base.addresses import is_same_door
from residents.base.attributes import ATTRIBUTES, ON_PERSON
from residents.base.enums import OccupancyKind, PersonState, Relation
from residents.base.models import HouseholdMember, Occupancy, Person
from residents.exchange.layouts import ANSWER, Persons

Texts: TypeAlias = dict[str, str]
Answers: TypeAlias = Mapping[UUID, Mapping[str, str]]
OF_HOUSEHOLD = {"household_number", "head_name", "head_number", "head_phone", "relation"}
SAID_ON = "registered_address_on"  # the day for which the register says it; leaves no table
ADDRESSES = {"registered_address", "actual_address", "lives_where_registered"}


def chosen(persons: Persons, place_path: str, today: date) -> QuerySet[Person]:
    """Those who live in the place, are on the books and fit the form's conditions."""
    here = Q(community__path__startswith=place_path, state=PersonState.ACTIVE)
    return Person.objects.filter(here, _fits(persons, today))


def _fits(persons: Persons, today: date) -> Q:
    condition = Q()
    for key, values in persons.where.items():
        column = key if key in ON_PERSON else f"detail__{key}"
        condition &= Q(**{f"{column}__in": values})
    first, last = persons.ages
    if first is not None:
        condition &= Q(birth_on__lte=years_before(today, first))
    if last is not None:
        condition &= Q(birth_on__gt=years_before(today, last + 1))
    if persons.any:
        condition &= functools.reduce(operator.or_, (_fits(each, today) for each in persons.any))
    return condition


def years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def values_of(
    ids: Sequence[UUID], keys: Collection[str], *, today: date, answers: Answers | None = None
) -> dict[UUID, Texts]:
    """Canonical texts by person, in the order of `ids`: attributes, what is derived, and answers in reports."""
    persons = Person.objects.filter(pk__in=ids).select_related("community", "detail").in_bulk()
    wanted = set(keys)
    found = {pk: _own(persons[pk], wanted, today) for pk in ids if pk in persons}
    homes = _homes(found) if wanted & (OF_HOUSEHOLD | ADDRESSES) else {}
    for pk, values in found.items():
        values.update(homes.get(pk, {}))
        for key, text in (answers or {}).get(pk, {}).items():
            values[f"{ANSWER}{key}"] = text
    if wanted & ADDRESSES:
        _add_addresses(found)
    return found


def _own(person: Person, wanted: set[str], today: date) -> Texts:
    detail = getattr(person, "detail", None)
    values: Texts = {
        "community_name": person.community.name,
        "community_code": person.community.code,
    }
    for key in wanted | (ADDRESSES if wanted & ADDRESSES else set()):
        if key in ATTRIBUTES:
            holder = person if key in ON_PERSON else detail
            value = getattr(holder, key, None) if holder is not None else None
            values[key] = value.isoformat() if isinstance(value, date) else str(value or "")
    if detail is not None and wanted & ADDRESSES:
        values[SAID_ON] = detail.provenance.get("registered_address", ["", ""])[1]
    if "age" in wanted and person.birth_on:
        born = person.birth_on
        had = (today.month, today.day) >= (born.month, born.day)
        values["age"] = str(today.year - born.year - (not had))
    return values


def _homes(ids: Collection[UUID]) -> dict[UUID, Texts]:
    members = list(
        HouseholdMember.objects.current()
        .filter(person_id__in=ids)
        .select_related("household")
        .order_by("from_on", "id")
    )
    heads = {
        head.household_id: head.person
        for head in HouseholdMember.objects.current()
        .filter(household_id__in={m.household_id for m in members}, relation=Relation.HEAD)
        .select_related("person")
    }
    found: dict[UUID, Texts] = {}
    for member in members:
        head = heads.get(member.household_id)
        found[member.person_id] = {
            "household_number": member.household.number,
            "household_address": member.household.registered_address,
            "relation": member.relation,
            "head_name": head.full_name if head else "",
            "head_number": (head.id_number or "") if head else "",
            "head_phone": (head.phone or "") if head else "",
        }
    return found


def _add_addresses(found: dict[UUID, Texts]) -> None:
    """Where somebody is registered says the register's text for him, unless he was registered at a door later; then
    that door says it, else the text for the household. Where he lives says his door, else what sources wrote."""
    ties: dict[tuple[UUID, str], tuple[UUID, str, str]] = {}
    current = Occupancy.objects.current().filter(person_id__in=found, dwelling__isnull=False)
    for tie in current.select_related("dwelling").order_by("from_on", "id"):
        kind = "registered" if tie.kind == OccupancyKind.REGISTERED else "actual"
        door = tie.dwelling
        if door is not None:
            ties[tie.person_id, kind] = door.pk, door.address, tie.from_on.isoformat()
    for pk, values in found.items():
        registered, actual = ties.get((pk, "registered")), ties.get((pk, "actual"))
        said_on = values.pop(SAID_ON, "")
        written = values.get("registered_address") or values.get("household_address", "")
        is_later = registered is not None and said_on < registered[2]
        if registered and (is_later or not written):
            written = registered[1]
        values["registered_address"] = written
        values["actual_address"] = actual[1] if actual else values.get("actual_address", "")
        if values["registered_address"] and values["actual_address"]:
            is_same = (
                registered[0] == actual[0]
                if registered and actual
                else is_same_door(values["registered_address"], values["actual_address"])
            )
            values["lives_where_registered"] = "1" if is_same else "0"

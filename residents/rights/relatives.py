"""For whom somebody may see and act: himself, his wards, and grown-ups who have allowed it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from community.governance.scopes import Scope
from residents.base.enums import PersonState, Relation
from residents.base.models import HouseholdMember, Person
from residents.rights import deadlines
from residents.rights.enums import FamilyKind
from residents.rights.models import FamilyConsent, Guardianship, RightsFigure

CHILDREN = frozenset(code for code in Relation.values if "20" <= code <= "39") - {
    Relation.SON_IN_LAW,
    Relation.DAUGHTER_IN_LAW,
}
SPOUSES = frozenset({Relation.SPOUSE, Relation.HUSBAND, Relation.WIFE})
PARENTS = frozenset({Relation.FATHER, Relation.MOTHER, Relation.STEPFATHER, Relation.STEPMOTHER})
HEADS = frozenset({Relation.HEAD, Relation.SELF})


def seen_by(scope: Scope, day: date) -> QuerySet[Person]:
    """Whose data a resident may read."""
    return _reach(scope, day, FamilyKind.values)


def acted_for_by(scope: Scope, day: date) -> QuerySet[Person]:
    """For whom a resident may ask and answer."""
    return _reach(scope, day, [FamilyKind.ACT])


def wards_of(scope: Scope, day: date) -> QuerySet[Person]:
    if scope.is_nobody or scope.is_staff:
        return Person.objects.none()
    rows = Guardianship.objects.in_force(day).filter(guardian__account_id=scope.user_id)
    return Person.objects.filter(pk__in=rows.values("ward_id"), state=PersonState.ACTIVE)


def standing(scope: Scope, person_id: UUID, day: date) -> tuple[bool, bool]:
    """Whether a resident may act for this person, and whether it is his ward."""
    ward = Exists(wards_of(scope, day).filter(pk=OuterRef("pk")))
    rows = acted_for_by(scope, day).filter(pk=person_id).annotate(is_ward=ward)
    found = list(rows.values_list("is_ward", flat=True))
    return bool(found), any(found)


def _reach(scope: Scope, day: date, kinds: Iterable[str]) -> QuerySet[Person]:
    if scope.is_nobody or scope.is_staff:
        return Person.objects.none()
    allowed = FamilyConsent.objects.in_force(day).filter(
        receiver__account_id=scope.user_id, kind__in=list(kinds)
    )
    return Person.objects.filter(
        Q(account_id=scope.user_id)
        | Q(pk__in=wards_of(scope, day).values("pk"))
        | Q(pk__in=allowed.values("giver_id"))
    )


def grown_ups(persons: Iterable[Person], day: date) -> list[Person]:
    """Those of age on a day; whose birthday nobody knows counts as grown up."""
    age = RightsFigure.objects.in_force(day)["adult_age"].value
    return [person for person in persons if not deadlines.is_under(person.birth_on, age, day)]


def close_to(person: UUID | QuerySet[Person]) -> QuerySet[Person]:
    """Whose matter it is as well, so that they stand back from it: who shares the household now, relatives who
    shared one before, guardian and ward, also of earlier days. Of several: who is close to one of them."""
    ids: Iterable[Any] = person.values("pk") if isinstance(person, QuerySet) else [person]
    members = HouseholdMember.objects
    guards = Guardianship.objects.all()
    near: tuple[QuerySet[Any, Any], ...] = (
        members.living_with(person).values_list("person_id"),
        members.related_to(person).values_list("person_id"),
        guards.filter(ward__in=ids).values_list("guardian_id"),
        guards.filter(guardian__in=ids).values_list("ward_id"),
    )
    first, *rest = (rows.order_by() for rows in near)
    near_ids = first.union(*rest)
    found = Person.objects.filter(pk__in=near_ids)
    return found if isinstance(person, QuerySet) else found.exclude(pk=person)


def relation_between(person_id: UUID, member_id: UUID) -> str:
    """The member's relation to the head in a household that both share; "" without one."""
    row = HouseholdMember.objects.living_with(person_id).filter(person_id=member_id).first()
    return row.relation if row else ""


def likely_guardians(ward: Person) -> list[HouseholdMember]:
    """The parents whom the register shows in the ward's household; a person confirms them at the counter."""
    rows = list(HouseholdMember.objects.living_with(ward.pk).order_by("relation", "pk"))
    own = {row.household_id: row.relation for row in rows if row.person_id == ward.pk}
    return [
        row
        for row in rows
        if row.person_id != ward.pk and _is_parent(own[row.household_id], row.relation)
    ]


def _is_parent(ward: str, other: str) -> bool:
    """By the relations of both to the head (GB/T 4761); grandchildren and the like are left to the documents."""
    if ward in CHILDREN:
        return other in HEADS | SPOUSES
    return ward in HEADS and other in PARENTS

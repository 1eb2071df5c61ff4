"""The reads of the resident base. Nobody browses it: a search needs the power, and a look is logged."""

from __future__ import annotations

import functools
import operator
import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Now

from common.crypto import blind_index
from common.names import pinyin_key
from community.governance.enums import BodyKind, PlaceLevel, Power
from community.governance.models import Place
from residents.base import searching
from residents.base.enums import PersonState, Relation, TicketState

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.base.models import (  # noqa: F401
        AccountClaim,
        Canary,
        ConflictTicket,
        Household,
        HouseholdMember,
        Occupancy,
        Person,
        SourceRank,
        SourceRecord,
        Visit,
    )

ID_TAIL = 6  # the last six characters of an ID number, searched inside one community only

_M = TypeVar("_M", bound=Model)


class PublicQuerySet(QuerySet[_M]):
    """What anybody may know."""

    def public(self) -> Self:
        return self.all()


class PersonQuerySet(QuerySet["Person"]):
    def visible_to(self, scope: Scope, power: Power = Power.READ_PERSONS) -> Self:
        """A resident sees himself; staff see persons where their post holds the power."""
        if scope.is_nobody:
            return self.none()
        if not scope.is_staff:
            return self.standing().filter(account_id=scope.user_id)
        reach = scope.within(power, "community__path")
        if power == Power.READ_PERSONS and scope.has(power) and scope.post_id:
            # 通办: who came to this counter from elsewhere is served here, for this visit.
            visiting = self.model.objects.filter(
                pk=OuterRef("pk"), visits__post_id=scope.post_id, visits__until__gt=Now()
            )
            reach |= Q(Exists(visiting))
        return self.standing().filter(reach)

    def instead_of(self, person_id: uuid.UUID) -> Self:
        """The person to whom an entry leads that was merged."""
        return self.filter(absorbed=person_id)

    def standing(self) -> Self:
        """Without the entries that were merged into another."""
        return self.filter(merged_into__isnull=True)

    def standing_here(self, scope: Scope, number: str) -> Self:
        """Whoever shows the document at this counter, wherever he lives: by the full number only."""
        return self.with_number(number) if scope.has(Power.FIND_PERSONS) else self.none()

    def of_account(self, user_id: object) -> Self:
        """The person behind an account; nobody's account is nobody."""
        return self.filter(account_id=user_id) if user_id else self.none()

    def with_disputed(self) -> Self:
        """With `disputed`: the attributes about which the sources disagree."""
        tickets = apps.get_model("residents", "ConflictTicket").objects.open()
        keys = tickets.filter(person=OuterRef("pk")).order_by("attribute").values("attribute")
        return self.annotate(disputed=ArraySubquery(keys))

    def of_staff(self, user_id: object) -> Self:
        """The person who a member of staff is."""
        return self.filter(staff_account_id=user_id) if user_id else self.none()

    def behind(self, user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        """Whose the accounts of staff are, {account: person}; of merged entries the one that stays."""
        rows = self.filter(staff_account__in=user_ids)
        return dict(rows.values_list("staff_account_id", Coalesce("merged_into_id", "id")))

    def claimable(
        self, number: str, full_name: str, phone: str, *, has_account: bool, settled_before: date
    ) -> Self:
        """Who may claim an account: number, name and the phone on file all fit, and the person is in the base.

        A phone that a counter wrote down lately opens nothing: whoever wrote it could be the one who calls.
        One condition in one statement, so that whoever fits and whoever does not cost the same. Takes
        the three as `common` normalises them.
        """
        fits = self.filter(
            id_index=blind_index(number, field="id_number"),
            full_name=full_name,
            phone_index=blind_index(phone, field="phone"),
            state=PersonState.ACTIVE,
        )
        settled = (
            Q(provenance__phone__isnull=True)
            | ~Q(provenance__phone__0="counter")
            | Q(provenance__phone__1__lte=settled_before.isoformat())
        )
        return fits.filter(settled, account__isnull=not has_account)

    def with_number(self, number: str) -> Self:
        return self.filter(searching.has_number(number))

    def called(self, name: str) -> Self:
        """Whoever bears just this name."""
        return self.filter(pinyin=pinyin_key(name).replace(" ", ""), full_name=name)

    def matching(self, text: str) -> Self:
        """Persons by full ID number, its last six, phone, address, name (any part), pinyin or initials.

        One guess by the shape of the text (searching.py). An unclear text matches nobody.
        """
        ways = [way.fits() for way in searching.ways(text)]
        return self.standing().filter(functools.reduce(operator.or_, ways)) if ways else self.none()

    def search(self, text: str, scope: Scope, power: Power, *, size: int) -> Self:
        """The first `size`, by name, of `visible_to(scope, power).matching(text)`.

        Where many may fit, an index has them in the order of names (searching.py). Only who was found is then read.
        The last six of a number are looked for where a post serves single communities.
        """
        visible = self.visible_to(scope, power)
        paths = scope.paths_for(power)
        if searching.is_tail(text):
            places = Place.objects.visible_to(scope, power).filter(level=PlaceLevel.COMMUNITY)
            if places.count() > len(paths):
                return self.none()
        if searching.is_number(text):
            return visible.matching(text).order_by("pinyin", "id")[:size]
        found = searching.first_by_name(searching.ways(text), paths, size)
        return (
            visible.filter(pk__in=found).order_by("pinyin", "id")[:size] if found else self.none()
        )


class VisitQuerySet(QuerySet["Visit"]):
    def open_for(self, scope: Scope, person_id: uuid.UUID, now: datetime) -> Self:
        """The visit under which the acting post may look at a person's file, if there is one."""
        if scope.post_id is None:
            return self.none()
        return self.filter(post_id=scope.post_id, person_id=person_id, until__gt=now)

    def visible_to(self, scope: Scope, now: datetime) -> Self:
        """The visits that the acting post is making."""
        if scope.post_id is None:
            return self.none()
        return self.filter(post_id=scope.post_id, until__gt=now)

    def over(self, now: datetime) -> Self:
        return self.filter(until__lte=now)


class CanaryQuerySet(QuerySet["Canary"]):
    def of_person(self, person_id: uuid.UUID) -> Self:
        """For the guard at the files; pages never ask."""
        return self.filter(person_id=person_id)

    def visible_to(self, scope: Scope) -> Self:
        """Who guards the rights at a place knows the canaries there; whoever opens files never does."""
        return self.filter(scope.within(Power.GRANT, "person__community__path"))


class HouseholdQuerySet(QuerySet["Household"]):
    def visible_to(self, scope: Scope) -> Self:
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.READ_PERSONS, "community__path"))
        return self.filter(members__person__account_id=scope.user_id, members__to_on__isnull=True)


def _ids(person: uuid.UUID | QuerySet[Person]) -> Iterable[Any]:
    return person.values("pk") if isinstance(person, QuerySet) else [person]


class HouseholdMemberQuerySet(QuerySet["HouseholdMember"]):
    def current(self) -> Self:
        return self.filter(to_on__isnull=True)

    def on(self, day: date) -> Self:
        return self.filter(Q(from_on__lte=day) & (Q(to_on__isnull=True) | Q(to_on__gt=day)))

    def of_household(self, household_id: object) -> Self:
        """The current members of a household that was read in scope."""
        return self.current().filter(household_id=household_id)

    def living_with(self, person: uuid.UUID | QuerySet[Person]) -> Self:
        """The current members of the households to which the person, or one of several, belongs now."""
        mine = self.model.objects.filter(person__in=_ids(person), to_on__isnull=True).values(
            "household_id"
        )
        return self.current().filter(household_id__in=mine).select_related("person")

    def related_to(self, person: uuid.UUID | QuerySet[Person]) -> Self:
        """Relatives who lived in one household with the person at some time, where ever they live now."""
        kin = self.model.objects.exclude(relation=Relation.NOT_RELATED)
        mine = kin.filter(person__in=_ids(person))
        met = mine.filter(
            Q(to_on__isnull=True) | Q(to_on__gt=OuterRef("from_on")),
            household_id=OuterRef("household_id"),
            from_on__lt=Coalesce(OuterRef("to_on"), Value(date.max)),
        )
        # The first condition finds the few rows by their index; the second looks at their days.
        return self.filter(household_id__in=mine.values("household_id")).filter(
            Exists(met), ~Q(relation=Relation.NOT_RELATED)
        )

    def visible_to(self, scope: Scope) -> Self:
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.READ_PERSONS, "household__community__path"))
        mine = self.model.objects.filter(
            person__account_id=scope.user_id, to_on__isnull=True
        ).values("household_id")
        return self.filter(household_id__in=mine)


class OccupancyQuerySet(QuerySet["Occupancy"]):
    def current(self) -> Self:
        return self.filter(to_on__isnull=True)

    def visible_to(self, scope: Scope) -> Self:
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.READ_PERSONS, "person__community__path"))
        return self.filter(person__account_id=scope.user_id)

    def of(self, person_id: uuid.UUID) -> Self:
        """Where somebody lives and is registered, for whoever may read his file."""
        return self.current().filter(person_id=person_id).select_related("dwelling", "community")


class AccountClaimQuerySet(QuerySet["AccountClaim"]):
    def underway(self, claim_id: str | None, now: datetime) -> AccountClaim | None:
        """The claim that this session made, while it may still come to something."""
        if not claim_id:
            return None
        return self.filter(pk=claim_id, used_at__isnull=True, keep_until__gt=now).first()

    def spent(self, now: datetime) -> Self:
        return self.filter(keep_until__lte=now)


class SourceRankQuerySet(PublicQuerySet["SourceRank"]):
    def on(self, day: date) -> dict[tuple[str, str], int]:
        """{(source, attribute): rank} in force on a day. A source without a rank comes after all that have one."""
        rows = self.filter(
            Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        )
        return {
            (source, attribute): rank
            for source, attribute, rank in rows.values_list("source_id", "attribute", "rank")
        }


class SourceRecordQuerySet(QuerySet["SourceRecord"]):
    def visible_to(self, scope: Scope) -> Self:
        """What was said of the persons whom the viewer may see."""
        if scope.is_nobody:
            return self.none()
        if scope.is_staff:
            return self.filter(scope.within(Power.READ_PERSONS, "person__community__path"))
        return self.filter(person__account_id=scope.user_id)


class ConflictTicketQuerySet(QuerySet["ConflictTicket"]):
    def open(self) -> Self:
        return self.filter(state=TicketState.OPEN)

    def that_count_last(self) -> Self:
        """Of one attribute the open one comes last, else the newest: a merge can lay a newer one beside it that is
        closed."""
        is_open = ExpressionWrapper(Q(state=TicketState.OPEN), output_field=BooleanField())
        return self.order_by(is_open, "opened_at", "id")

    def visible_to(self, scope: Scope) -> Self:
        """A department sees what it answers for; a station what it answers for itself; the community office all."""
        if scope.is_nobody or not scope.is_staff:
            return self.none()
        reach = self.filter(scope.within(Power.SETTLE_CONFLICTS, "person__community__path"))
        if scope.body_kind == BodyKind.COMMUNITY_OFFICE:
            return reach
        if scope.body_kind == BodyKind.DEPARTMENT:
            return reach.filter(answers=scope.body_key)
        return reach.filter(answers="")

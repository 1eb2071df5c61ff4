"""One act on persons and their households: ties are closed and opened, and the difference becomes events.

Nothing else writes Occupancy, HouseholdMember, the state or the place of a person. What an event says before and
after is read off the ties themselves, so statement, history and ties cannot tell different stories.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid
from common.ids import uuid7
from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.actions.correcting import enter_earlier
from residents.base.enums import EventKind, OccupancyKind, PersonState, Relation
from residents.base.models import (
    Dwelling,
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonEvent,
)

LIVES = frozenset({OccupancyKind.ACTUAL, OccupancyKind.RENTED})


def community_of(place: Place) -> Place:
    """The community in which a place lies."""
    if place.level == PlaceLevel.COMMUNITY:
        return place
    return Place.objects.at_level_of(place.path, PlaceLevel.COMMUNITY).get()


@dataclass(frozen=True, slots=True)
class Side:
    """Where and what a person is at one moment; empty is nowhere in the city."""

    household_id: UUID | None = None
    dwelling_id: UUID | None = None
    place: str = ""
    lives_in: UUID | None = None
    registered_in: UUID | None = None
    is_head: bool = False
    state: str = PersonState.MOVED_OUT


@dataclass(slots=True)
class Act:
    """Locked persons and households with their open ties. `open` it, say what changes, `write` it."""

    on: date
    by: audit.Actor
    now: datetime
    paper: str
    reason: str
    source: str
    persons: dict[UUID, Person]
    homes: dict[UUID, Household]
    ties: dict[UUID, list[Occupancy]]
    members: dict[UUID, list[HouseholdMember]]
    id: UUID = field(default_factory=uuid7)
    before: dict[UUID, Side] = field(default_factory=dict)
    stood: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    ended: list[Occupancy | HouseholdMember] = field(default_factory=list)
    begun: list[Occupancy | HouseholdMember] = field(default_factory=list)
    homes_before: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    details: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        person_ids: Iterable[UUID],
        *,
        homes: Iterable[UUID] = (),
        on: date,
        paper: str = "",
        reason: str = "",
        source: str = "counter",
        new: Collection[UUID] = (),
        by: audit.Actor,
        now: datetime,
    ) -> "Act":
        """Lock the households, then the persons, each in the order of their ids. `new` were nobody before."""
        if on > timezone.localdate(now):
            text = _("发生日期不能晚于今天。")
            raise Invalid("date_ahead", text, {"on": text})
        ids = sorted(set(person_ids))
        theirs = HouseholdMember.objects.current().filter(person_id__in=ids)
        wanted = set(homes) | set(theirs.values_list("household_id", flat=True))
        locked = {
            home.pk: home
            for home in Household.objects.filter(pk__in=wanted)
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
        }
        persons = {
            person.pk: person
            for person in Person.objects.filter(pk__in=ids)
            .select_related("place", "community")
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
        }
        act = cls(
            on=on,
            by=by,
            now=now,
            paper=paper.strip(),
            reason=reason.strip(),
            source=source,
            persons=persons,
            homes=locked,
            ties={pk: [] for pk in ids},
            members={pk: [] for pk in ids},
        )
        act._read(new)
        return act

    def _read(self, new: Collection[UUID]) -> None:
        self._not_before_the_last()
        ties = Occupancy.objects.current().filter(person_id__in=self.persons)
        for tie in ties.select_related("community", "dwelling").order_by("pk"):
            self.ties[tie.person_id].append(tie)
        for member in (
            HouseholdMember.objects.current().filter(person_id__in=self.persons).order_by("pk")
        ):
            if member.household_id not in self.homes:
                raise Conflict("moved_on", _("家庭成员刚刚有变动，请刷新后再办。"))
            self.members[member.person_id].append(member)
        for pk, person in self.persons.items():
            self.before[pk] = Side() if pk in new else self.side(pk)
            self.stood[pk] = person.place_id, person.community_id
        for pk, home in self.homes.items():
            self.homes_before[pk] = _home_values(home)

    def _not_before_the_last(self) -> None:
        """An event comes after all that stands of the person; what was late in between is a correction.

        Of an entry into the base the day only says since when he is known: whatever happened before that takes
        the entry along to its own day.
        """
        for person in self.persons.values():
            if person.birth_on and self.on < person.birth_on:
                text = _("这个日期早于出生日期，请核对。")
                raise Invalid("date_before_birth", text, {"on": text})
        later = list(
            PersonEvent.objects.standing()
            # What was late before two entries became one is as late as before.
            .exclude(kind=EventKind.MERGED)
            .filter(person_id__in=self.persons, on__gt=self.on)
            .order_by("on", "pk")
        )
        if any(event.kind != EventKind.ENTERED for event in later):
            self.refuse_day(later[-1].on)
        if later:
            for event in later:
                event.person = self.persons[event.person_id]
            enter_earlier(later, on=self.on, by=self.by, now=self.now)

    def refuse_day(self, last: date) -> None:
        text = format_lazy(
            _("这个日期早于上一次变动({day})。请核对日期；上一次登记有误的，先更正它。"), day=last
        )
        raise Invalid("date_before_last", text, {"on": text})

    # --- reading what is -----------------------------------------------------------------------
    def side(self, pk: UUID) -> Side:
        person = self.persons[pk]
        home = self.home_of(pk)
        lives, registered = self.residence(pk), self.registration(pk)
        return Side(
            household_id=home.household_id if home else None,
            dwelling_id=lives.dwelling_id if lives else None,
            place=person.place.path if lives else "",
            lives_in=lives.community_id if lives else None,
            registered_in=registered.community_id if registered else None,
            is_head=any(each.relation == Relation.HEAD for each in self.members[pk]),
            state=person.state,
        )

    def residence(self, pk: UUID) -> Occupancy | None:
        return next((tie for tie in self.ties[pk] if tie.kind in LIVES), None)

    def registration(self, pk: UUID) -> Occupancy | None:
        return next((tie for tie in self.ties[pk] if tie.kind not in LIVES), None)

    def home_of(self, pk: UUID, household_id: UUID | None = None) -> HouseholdMember | None:
        """The membership in a household, or the first there is."""
        found = self.members[pk]
        return next((m for m in found if household_id in (None, m.household_id)), None)

    # --- saying what changes -------------------------------------------------------------------
    def live(
        self, pk: UUID, place: Place, dwelling: Dwelling | None, kind: str = OccupancyKind.ACTUAL
    ) -> None:
        """From the day on the person lives there, and nowhere else."""
        self.stop_living(pk)
        person = self.persons[pk]
        person.place = dwelling.place if dwelling is not None else place
        person.community = community_of(place)
        self._begin_tie(pk, person.community, dwelling, kind)

    def stop_living(self, pk: UUID) -> None:
        if (tie := self.residence(pk)) is not None:
            self._end(tie, self.ties[pk])

    def register(self, pk: UUID, community: Place, dwelling: Dwelling | None) -> None:
        """From the day on the household register has the person there (落户)."""
        self.deregister(pk)
        self._begin_tie(pk, community, dwelling, OccupancyKind.REGISTERED)

    def deregister(self, pk: UUID) -> None:
        if (tie := self.registration(pk)) is not None:
            self._end(tie, self.ties[pk])

    def _begin_tie(self, pk: UUID, community: Place, dwelling: Dwelling | None, kind: str) -> None:
        tie = Occupancy(
            person=self.persons[pk],
            community=community,
            dwelling=dwelling,
            kind=kind,
            from_on=self.on,
        )
        self.ties[pk].append(tie)
        self.begun.append(tie)

    def join(self, pk: UUID, home: Household, relation: str) -> None:
        member = HouseholdMember(
            household=home, person=self.persons[pk], relation=relation, from_on=self.on
        )
        self.members[pk].append(member)
        self.begun.append(member)

    def leave(self, pk: UUID, household_id: UUID | None = None) -> None:
        """Leave a household, or all of them."""
        for member in list(self.members[pk]):
            if household_id in (None, member.household_id):
                self._end(member, self.members[pk])

    def relate(self, pk: UUID, home: Household, relation: str) -> None:
        """The person's relation to the head from the day on."""
        member = self.home_of(pk, home.pk)
        if member is not None and member.relation != relation:
            self.leave(pk, home.pk)
            self.join(pk, home, relation)

    def _end(self, row: Any, among: list[Any]) -> None:
        if row.from_on > self.on:
            self.refuse_day(row.from_on)
        row.to_on = self.on
        among.remove(row)
        self.ended.append(row)

    # --- writing -------------------------------------------------------------------------------
    def write(self, kind: str, others: str = "", *, only: Collection[UUID] = ()) -> UUID:
        """Write rows and events; returns the id of the act. `only` names whose event is of `kind` where it
        concerns not everybody alike; all others who changed get `others`."""
        for row in self.ended:
            row.save(update_fields=["to_on"])
        for row in self.begun:
            row.save(force_insert=True)
        self._write_homes()
        events = []
        for pk, person in self.persons.items():
            after = self.side(pk)
            is_named = not only or pk in only
            if not is_named and not self._concerns(pk) and after == self.before[pk]:
                continue
            person.changed_at = self.now
            person.save(update_fields=["state", "place", "community", "changed_at"])
            events.append(self._event(pk, kind if is_named else others or kind, after))
        PersonEvent.objects.bulk_create(events)
        audit.record_many(
            f"life.{kind}",
            [
                audit.Touched(
                    target=self.persons[event.person_id],
                    person_id=event.person_id,
                    place_path=self.persons[event.person_id].community.path,
                    detail={"day": self.on.isoformat(), "source": self.source},
                )
                for event in events
            ],
            reason=self.reason,
            by=self.by,
            now=self.now,
        )
        return self.id

    def _write_homes(self) -> None:
        for pk, home in self.homes.items():
            if _home_values(home) != self.homes_before[pk]:
                home.save(update_fields=["community", "lives_at", "registered_at"])

    def _concerns(self, pk: UUID) -> bool:
        return any(row.person_id == pk for row in (*self.ended, *self.begun))

    def _event(self, pk: UUID, kind: str, after: Side) -> PersonEvent:
        before = self.before[pk]
        return PersonEvent(
            act_id=self.id,
            kind=kind,
            person_id=pk,
            on=self.on,
            recorded_at=self.now,
            **sides(before, after),
            source=self.source,
            user_id=self.by.user_id,
            post_id=self.by.post_id,
            post_label=self.by.post_label,
            paper=self.paper,
            reason=self.reason,
            effects=self._effects(pk),
        )

    def _effects(self, pk: UUID) -> dict[str, Any]:
        place, community = self.stood[pk]
        return {
            "ended": _named(row for row in self.ended if row.person_id == pk),
            "begun": _named(row for row in self.begun if row.person_id == pk),
            "stood": [str(place), str(community)],
            "homes": {
                str(home): values
                for home, values in self.homes_before.items()
                if values != _home_values(self.homes[home])
            },
            **self.details.get(pk, {}),
        }


def sides(before: Side, after: Side) -> dict[str, Any]:
    """The columns of an event that say where its person came from and where he went."""
    return {
        "household_before_id": before.household_id,
        "household_after_id": after.household_id,
        "dwelling_before_id": before.dwelling_id,
        "dwelling_after_id": after.dwelling_id,
        "place_before": before.place,
        "place_after": after.place,
        "lived_in_id": before.lives_in,
        "lives_in_id": after.lives_in,
        "was_registered_in_id": before.registered_in,
        "registered_in_id": after.registered_in,
        "was_head": before.is_head,
        "is_head": after.is_head,
        "state_before": before.state,
        "state_after": after.state,
    }


def _home_values(home: Household) -> dict[str, Any]:
    keys = ("community_id", "lives_at_id", "registered_at_id")
    return {key: str(value) if (value := getattr(home, key)) else None for key in keys}


def _named(rows: Iterable[Occupancy | HouseholdMember]) -> dict[str, list[int]]:
    found: Mapping[str, list[int]] = {"ties": [], "members": []}
    for row in rows:
        found["ties" if isinstance(row, Occupancy) else "members"].append(row.pk)
    return dict(found)


def entered(
    person: Person,
    home: HouseholdMember | None,
    *,
    on: date,
    source: str,
    batch: UUID | None = None,
    by: audit.Actor,
    now: datetime,
) -> tuple[Occupancy, PersonEvent]:
    """Rows, not saved, for somebody whom a list brings into the base: he lives in his community from that day."""
    tie = Occupancy(
        person=person, community_id=person.community_id, kind=OccupancyKind.ACTUAL, from_on=on
    )
    after = Side(
        household_id=home.household_id if home else None,
        place=person.place.path,
        lives_in=person.community_id,
        is_head=home is not None and home.relation == Relation.HEAD,
        state=person.state,
    )
    event = PersonEvent(
        kind=EventKind.ENTERED,
        person=person,
        on=on,
        recorded_at=now,
        **sides(Side(), after),
        source=source,
        batch_id=batch,
        user_id=by.user_id,
        post_id=by.post_id,
        post_label=by.post_label,
    )
    return tie, event

"""What happened in a community since it was drawn up: children, deaths, departures, moves; and the events that tell it.

The events are read off the finished rows, so that ties, states and the monthly statement say the same.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.audit import SYSTEM
from community.governance.models import Place
from dashboards.demo.places import new_id
from residents.base.actions.bulk import Batch
from residents.base.actions.ledger import LIVES, Side, sides
from residents.base.enums import EventKind, OccupancyKind, PersonState, Relation, Sex
from residents.base.kinship import CHILDREN, proposed
from residents.base.models import (
    Dwelling,
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonEvent,
)

YEAR = 365.2425
# Yearly chances: of a child by a woman of 22 to 36, of grown-up children to leave the city, of a household to move
# within the community; of dying by age.
BIRTHS, DEPARTURES, MOVES = 0.035, 0.03, 0.012
DEATHS = ((88, 0.16), (80, 0.075), (70, 0.028), (60, 0.009))


@dataclass(slots=True)
class Home:
    """A household with the current rows of its members."""

    household: Household
    dwelling: Dwelling
    members: list[HouseholdMember] = field(default_factory=list)

    def head(self) -> HouseholdMember:
        return next(row for row in self.members if row.relation == Relation.HEAD)


@dataclass(slots=True)
class Years:
    """The time from the day of the place file to the day of loading, lived by the people of one community."""

    rng: random.Random
    batch: Batch
    as_of: date
    until: date
    kept: frozenset[UUID]  # persons whom the demonstration knows by name: nothing happens to them
    ties: dict[UUID, list[Occupancy]] = field(default_factory=lambda: defaultdict(list))

    def pass_by(self, homes: Iterable[Home], spare: Iterator[Dwelling]) -> list[tuple[Home, date]]:
        """Change the rows; returns the households that a child is born into, with the day."""
        for tie in self.batch.occupancies:
            if tie.to_on is None:
                self.ties[tie.person_id].append(tie)
        share = (self.until - self.as_of).days / YEAR
        born: list[tuple[Home, date]] = []
        for home in homes:
            if any(row.person_id in self.kept for row in home.members):
                continue
            if self.rng.random() < BIRTHS * share * self._mothers(home):
                born.append((home, self._day()))
            self._losses(home, share)
            if self.rng.random() < MOVES * share and (door := next(spare, None)) is not None:
                self._move(home, door, self._day())
        return born

    def _day(self) -> date:
        return self.as_of + timedelta(days=self.rng.randint(1, (self.until - self.as_of).days - 1))

    def _mothers(self, home: Home) -> int:
        couple = {Relation.HEAD, Relation.SPOUSE}
        rows = [row for row in home.members if row.relation in couple]
        return (
            4
            * any(
                row.person.sex == Sex.FEMALE and 22 <= self._age(row.person) <= 36 for row in rows
            )
            * (len(rows) == 2)
        )

    def _age(self, person: Person) -> float:
        return (self.as_of - (person.birth_on or self.as_of)).days / YEAR

    def _losses(self, home: Home, share: float) -> None:
        for row in list(home.members):
            if row not in home.members:
                continue  # a death made another row of it
            age = self._age(row.person)
            deadly = next((chance for low, chance in DEATHS if age >= low), 0)
            if self.rng.random() < deadly * share:
                self._leave(home, row, PersonState.DECEASED)
            elif (
                row.relation in CHILDREN
                and 19 < age < 33
                and self.rng.random() < DEPARTURES * share
            ):
                self._leave(home, row, PersonState.MOVED_OUT)

    def _leave(self, home: Home, row: HouseholdMember, state: PersonState) -> None:
        """Nobody leaves a household without a head: the spouse follows, else the head stays alive."""
        on = max(self._day(), row.from_on + timedelta(days=1))
        spouse = next((each for each in home.members if each.relation == Relation.SPOUSE), None)
        if row.relation == Relation.HEAD:
            if spouse is None or spouse.from_on >= on:
                return
            self._end(home, row, on)
            self._relate(home, spouse, on)
        else:
            self._end(home, row, on)
        row.person.state, row.person.place_id = state, home.household.community_id
        row.person.phone = row.person.phone_index = None
        for tie in self.ties[row.person_id]:
            tie.to_on = max(on, tie.from_on)

    def _end(self, home: Home, row: HouseholdMember, on: date) -> None:
        row.to_on = on
        home.members.remove(row)

    def _relate(self, home: Home, head: HouseholdMember, on: date) -> None:
        """The widow heads the household, and the others are related to her."""
        for row in list(home.members):
            is_head = row is head
            relation = (
                Relation.HEAD
                if is_head
                else proposed(head.relation, head.person.sex, row.relation, row.person.sex)
            )
            if row.from_on > on or (relation == row.relation and not is_head):
                continue
            self._end(home, row, on)
            fresh = HouseholdMember(
                household=home.household, person=row.person, relation=relation, from_on=on
            )
            home.members.append(fresh)
            self.batch.members.append(fresh)

    def _move(self, home: Home, door: Dwelling, on: date) -> None:
        people = [row.person for row in home.members]
        ties = [tie for each in people for tie in self.ties[each.pk] if tie.kind in LIVES]
        if any(tie.from_on >= on or tie.to_on is not None for tie in ties):
            return
        home.household.lives_at = home.dwelling = door
        for tie in ties:
            tie.to_on = on
            tie.person.place_id = door.place_id
            fresh = Occupancy(
                person=tie.person,
                community_id=tie.community_id,
                dwelling=door,
                kind=tie.kind,
                from_on=on,
            )
            self.ties[tie.person_id].append(fresh)
            self.batch.occupancies.append(fresh)


# --- the events ------------------------------------------------------------------------------------
Row = Occupancy | HouseholdMember


def chronicle(
    batch: Batch, community: Place, *, since: date, rng: random.Random
) -> list[PersonEvent]:
    """An event for every day since then on which something of a person changed; what happened in a household on one
    day was one act."""
    rows: dict[UUID, list[Row]] = defaultdict(list)
    for member in batch.members:
        rows[member.person_id].append(member)
    for tie in batch.occupancies:
        rows[tie.person_id].append(tie)
    events: list[PersonEvent] = []
    acts: dict[tuple[date, UUID | None], UUID] = {}
    for person in batch.persons:
        own = [row for row in rows[person.pk] if row.from_on != row.to_on]
        days = {day for row in own for day in (row.from_on, row.to_on) if day and day >= since}
        for day in sorted(days):
            before = _side(person, community, [row for row in own if _holds(row, day, -1)])
            after = _side(person, community, [row for row in own if _holds(row, day, 0)])
            if before != after:
                event = _event(person, before, after, day, rng)
                home = before.household_id or after.household_id
                event.act_id = acts.setdefault((day, home), event.act_id)
                events.append(event)
    return events


def _holds(row: Row, day: date, shift: int) -> bool:
    day += timedelta(days=shift)
    return row.from_on <= day and (row.to_on is None or row.to_on > day)


def _side(person: Person, community: Place, rows: Sequence[Row]) -> Side:
    member = next((row for row in rows if isinstance(row, HouseholdMember)), None)
    ties = [row for row in rows if isinstance(row, Occupancy)]
    lives = next((tie for tie in ties if tie.kind in LIVES), None)
    is_registered = any(tie.kind == OccupancyKind.REGISTERED for tie in ties)
    door = lives.dwelling if lives else None
    return Side(
        household_id=member.household_id if member else None,
        dwelling_id=lives.dwelling_id if lives else None,
        place=door.place.path if door else community.path if lives else "",
        lives_in=community.pk if lives else None,
        registered_in=community.pk if is_registered else None,
        is_head=member is not None and member.relation == Relation.HEAD,
        state=PersonState.ACTIVE if rows else PersonState.MOVED_OUT,
    )


def _event(person: Person, before: Side, after: Side, on: date, rng: random.Random) -> PersonEvent:
    columns: dict[str, Any] = sides(before, after)
    if not after.household_id:
        columns["state_after"] = person.state
    at = datetime.combine(on, time(10, 30), tzinfo=timezone.get_default_timezone())
    return PersonEvent(
        id=new_id(rng),
        act_id=new_id(rng),
        kind=_kind(person, before, after, on),
        person=person,
        on=on,
        recorded_at=at,
        **columns,
        source="police",
        post_label=SYSTEM.post_label,
    )


def _kind(person: Person, before: Side, after: Side, on: date) -> EventKind:
    if not before.household_id:
        return EventKind.BIRTH if person.birth_on == on else EventKind.MOVE_IN
    if not after.household_id:
        is_dead = person.state == PersonState.DECEASED
        return EventKind.DEATH if is_dead else EventKind.MOVE_OUT
    if before.dwelling_id != after.dwelling_id:
        return EventKind.MOVE
    return EventKind.HEAD

"""Where two entries lived and belonged, when they become one: nobody is counted twice from that day on.

The months before stay as they were told. What both had at the same time stays with the entry that leads on and ends
on the day of the merge; the difference becomes events, as in every act, and undoing the merge corrects them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from common.ids import uuid7
from community.governance.scopes import Scope
from residents.base.actions.correcting import mirror
from residents.base.actions.ledger import LIVES, Act, sides
from residents.base.enums import EventKind, OccupancyKind, PersonState, Relation
from residents.base.models import HouseholdMember, Occupancy, Person, PersonEvent
from residents.base.snapshots import Shot, model_of, put, shot

Row = Occupancy | HouseholdMember
HERE = frozenset({PersonState.ACTIVE, PersonState.MISSING})
REGISTERED = frozenset({OccupancyKind.REGISTERED})


# --- ties -----------------------------------------------------------------------------------------
def settle(survivor: Person, absorbed: Person, *, on: date) -> list[dict[str, Shot | str]]:
    """End what only one of two entries can have, before the rest goes over; the rows as they were and are."""
    rows: list[Row] = []
    for kinds in (LIVES, REGISTERED):
        rows += _residences(survivor, absorbed, kinds, on)
    rows += _memberships(survivor, absorbed, on)
    return list(_saved(rows))


def _residences(
    survivor: Person, absorbed: Person, kinds: frozenset[str], on: date
) -> Iterator[Row]:
    row = Occupancy.objects.current().filter(person=absorbed, kind__in=kinds).first()
    if row is None:
        return
    own = list(Occupancy.objects.filter(person=survivor, kind__in=kinds).filter(_reaches(row)))
    twin = next((each for each in own if _same_door(each, row)), None)
    if not own and survivor.state in HERE:
        return  # it goes over
    if twin is not None and row.from_on < twin.from_on and len(own) == 1:
        # He has lived there since the earlier day. The two rows exchange it, so that no day gains or loses anybody.
        row.from_on, twin.from_on = twin.from_on, row.from_on
        yield twin
    row.to_on = on
    yield row


def _reaches(row: Occupancy) -> Q:
    """Rows that say something of a day of this one, which is open."""
    return Q(to_on__isnull=True) | Q(to_on__gt=row.from_on)


def _same_door(one: Occupancy, other: Occupancy) -> bool:
    same = ("community_id", "dwelling_id", "kind", "to_on")
    return all(getattr(one, name) == getattr(other, name) for name in same)


def _memberships(survivor: Person, absorbed: Person, on: date) -> Iterator[Row]:
    current = HouseholdMember.objects.current()
    mine = {row.household_id: row for row in current.filter(person=survivor)}
    for row in current.filter(person=absorbed).order_by("pk"):
        own = mine.get(row.household_id)
        if own is None and survivor.state in HERE:
            continue
        # Whoever was the head in one entry stays the head.
        ends = own if own is not None and row.relation == Relation.HEAD else row
        ends.to_on = on
        yield ends


def _saved(rows: Iterable[Row]) -> Iterator[dict[str, Shot | str]]:
    """Those that end first: the others take their place."""
    for row in sorted(rows, key=lambda row: row.to_on is None):
        names = ["from_on", "to_on"]
        before = shot(type(row)._default_manager.get(pk=row.pk), names)
        row.save(update_fields=names)
        yield {
            "model": row._meta.label,
            "pk": str(row.pk),
            "before": before,
            "after": shot(row, names),
        }


def unsettle(changed: Iterable[dict[str, Any]]) -> None:
    """The rows as they were, unless somebody has changed them since."""
    for each in reversed(list(changed)):
        row = model_of(each["model"])._default_manager.filter(pk=each["pk"]).first()
        if row is not None and shot(row, each["after"]) == each["after"]:
            row.save(update_fields=put(row, each["before"]))


# --- events ---------------------------------------------------------------------------------------
def lock(survivor_id: UUID, absorbed_id: UUID, *, on: date, by: Scope, now: datetime) -> Act:
    """Both with their households, locked in the order of every act; it knows where they stood."""
    return Act.open([survivor_id, absorbed_id], on=on, by=by, now=now)


def tell(act: Act, merge_id: UUID, *, reason: str) -> None:
    """What the merge changed becomes events: of the entry that goes always, of the other if it gained something."""
    after = Act.open(act.persons, on=act.on, by=act.by, now=act.now).before
    PersonEvent.objects.bulk_create(
        PersonEvent(
            act_id=merge_id,
            kind=EventKind.MERGED,
            person_id=pk,
            on=act.on,
            recorded_at=act.now,
            **sides(before, after[pk]),
            source=act.source,
            user_id=act.by.user_id,
            post_id=act.by.post_id,
            post_label=act.by.post_label,
            reason=reason,
        )
        for pk, before in act.before.items()
        if before != after[pk]
    )


def untell(merge_id: UUID, *, reason: str, by: Scope, now: datetime) -> None:
    events = PersonEvent.objects.standing().filter(act_id=merge_id, kind=EventKind.MERGED)
    act_id = uuid7()
    PersonEvent.objects.bulk_create(mirror(event, act_id, reason, by, now) for event in events)

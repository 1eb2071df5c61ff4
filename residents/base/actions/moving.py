"""Moving in, out and within the city. Whoever registers persons at the target takes them in; the old place sees it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.base.actions.ledger import LIVES, Act, community_of
from residents.base.actions.life import ALIVE, depart, hand_over, household_of, in_state, may
from residents.base.actions.people import enter
from residents.base.enums import EventKind, OccupancyKind, PersonState, Relation
from residents.base.models import Dwelling, Household, HouseholdMember, Person


def move_in_new(
    *,
    full_name: str,
    place: Place,
    on: date,
    dwelling: Dwelling | None = None,
    kind: str = OccupancyKind.ACTUAL,
    with_registration: bool = False,
    paper: str = "",
    by: Scope,
    now: datetime,
    **facts: Any,
) -> Person:
    """Somebody from outside who is not in the base yet; `facts` are those of register_person."""
    may(by, place)
    with transaction.atomic():
        person = enter(full_name=full_name, place=place, source="counter", by=by, now=now, **facts)
        act = Act.open([person.pk], on=on, paper=paper, new=[person.pk], by=by, now=now)
        _arrive(act, person.pk, place, dwelling, kind, with_registration=with_registration)
        act.write(EventKind.MOVE_IN)
    return person


def move_in(
    person_id: UUID,
    *,
    place: Place,
    on: date,
    dwelling: Dwelling | None = None,
    kind: str = OccupancyKind.ACTUAL,
    with_registration: bool = False,
    paper: str = "",
    by: Scope,
    now: datetime,
) -> UUID:
    """Somebody known moves here by himself: back from outside, or from elsewhere in the city, leaving his household
    if it does not live here."""
    may(by, place)
    with transaction.atomic():
        act = Act.open([person_id], on=on, paper=paper, by=by, now=now)
        person = act.persons[person_id]
        in_state(person, PersonState.ACTIVE, PersonState.MISSING, PersonState.MOVED_OUT)
        was_here = act.residence(person_id) is not None
        _stays_as_head(act, person_id)
        act.leave(person_id)
        _arrive(act, person_id, place, dwelling, kind, with_registration=with_registration)
        person.state = PersonState.ACTIVE
        return act.write(EventKind.MOVE if was_here else EventKind.MOVE_IN)


def _stays_as_head(act: Act, person_id: UUID) -> None:
    for home in act.homes.values():
        member = act.home_of(person_id, home.pk)
        others = (
            HouseholdMember.objects.current().filter(household=home).exclude(person_id=person_id)
        )
        if member is not None and member.relation == Relation.HEAD and others.exists():
            raise Conflict(
                "is_head", _("此人是户主：全家迁移请用“整户迁移”，单独迁出请先变更户主。")
            )


def _arrive(
    act: Act,
    person_id: UUID,
    place: Place,
    dwelling: Dwelling | None,
    kind: str,
    *,
    with_registration: bool,
) -> None:
    if kind not in LIVES:
        raise Invalid("kind", _("请选择现住或租住。"), {"kind": _("请选择现住或租住。")})
    lies_within(dwelling, place)
    act.live(person_id, place, dwelling, kind)
    if with_registration:
        act.register(person_id, community_of(place), dwelling)


def lies_within(dwelling: Dwelling | None, place: Place) -> None:
    if dwelling is not None and not dwelling.place.path.startswith(place.path):
        text = _("这个房屋不在所选的社区里。")
        raise Invalid("dwelling_elsewhere", text, {"dwelling": text})


def move_out(
    person_id: UUID,
    *,
    on: date,
    keeps_registration: bool = False,
    successor: UUID | None = None,
    paper: str = "",
    reason: str = "",
    by: Scope,
    now: datetime,
) -> UUID:
    """Leaves the city. With `keeps_registration` only the body goes: the person stays in the register and in his
    household (人户分离)."""
    with transaction.atomic():
        act = Act.open(household_of(person_id), on=on, paper=paper, reason=reason, by=by, now=now)
        person = act.persons[person_id]
        may(by, person.community)
        in_state(person, *ALIVE)
        if keeps_registration:
            if act.registration(person_id) is None:
                text = _("此人的户籍不在本市，没有可以保留的户籍。")
                raise Invalid("not_registered", text, {"keeps_registration": text})
            act.stop_living(person_id)
        else:
            hand_over(act, [person_id], successor)
            depart(act, person_id, PersonState.MOVED_OUT)
            act.deregister(person_id)
        return act.write(EventKind.MOVE_OUT, EventKind.HEAD, only=[person_id])


def move_household(
    household_id: UUID,
    *,
    place: Place,
    on: date,
    dwelling: Dwelling | None = None,
    is_rented: bool = False,
    with_registration: bool = False,
    paper: str = "",
    by: Scope,
    now: datetime,
) -> UUID:
    """The whole household in one act: everybody who lives with it, the household itself, on request the register.

    Members who live elsewhere stay there. Officers, stations and routes hang on the place and follow by themselves.
    """
    may(by, place)
    lies_within(dwelling, place)
    with transaction.atomic():
        act = Act.open(members_of(household_id), homes=[household_id], on=on, paper=paper, by=by, now=now)  # fmt: skip
        home = act.homes[household_id]
        moving = [pk for pk in act.persons if _lives_with(act, pk, home)]
        if not moving:
            raise Conflict("nobody_moves", _("这一户没有人住在一起，请逐人登记迁移。"))
        kind = OccupancyKind.RENTED if is_rented else OccupancyKind.ACTUAL
        for pk in moving:
            act.live(pk, place, dwelling, kind)
            if with_registration:
                act.register(pk, community_of(place), dwelling)
        home.community = community_of(place)
        home.lives_at = dwelling
        if with_registration:
            home.registered_at = dwelling
        return act.write(EventKind.MOVE)


def members_of(household_id: UUID) -> list[UUID]:
    members = HouseholdMember.objects.current().filter(household_id=household_id)
    return list(members.values_list("person_id", flat=True))


def _lives_with(act: Act, pk: UUID, home: Household) -> bool:
    """At the household's door, or without a door of his own in its community."""
    lives = act.residence(pk)
    if lives is None or act.persons[pk].state not in ALIVE:
        return False
    if lives.dwelling_id and home.lives_at_id:
        return lives.dwelling_id == home.lives_at_id
    return lives.community_id == home.community_id


def new_household(number: str, community: Place, lives_at: Dwelling | None) -> Household:
    """A household under a number that none has, or that stands empty since a correction."""
    number = number.strip()
    if not number:
        text = _("请填写户号。")
        raise Invalid("number_missing", text, {"number": text})
    held = HouseholdMember.objects.filter(household=OuterRef("pk")).exclude(to_on=F("from_on"))
    empty = Household.objects.filter(~Exists(held), number=number).first()
    try:
        with transaction.atomic():
            home = empty or Household(number=number)
            home.community, home.lives_at, home.registered_at = community, lives_at, None
            home.save()
    except IntegrityError:
        text = _("这个户号已有人使用，请核对户口簿。")
        raise Invalid("number_taken", text, {"number": text}) from None
    return home

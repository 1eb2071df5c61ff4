"""Birth, death, missing and found: what happens to one person, and what follows from it in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actions.users import shut_account
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.base.actions.ledger import Act
from residents.base.actions.people import enter
from residents.base.documents import read_document
from residents.base.enums import DocumentType, EventKind, OccupancyKind, PersonState, Relation
from residents.base.kinship import CHILDREN, GRANDCHILDREN, proposed
from residents.base.models import Household, HouseholdMember, Occupancy, Person

ALIVE = frozenset({PersonState.ACTIVE, PersonState.MISSING})


def may(by: Scope, place: Place) -> None:
    """Whoever registers persons at a place writes down what happens there."""
    if not by.covers(Power.REGISTER_PERSONS, place.path):
        raise NotAllowed("no_power", _("您的任职不能登记这个社区的人口变动。"))


def in_state(person: Person, *states: str) -> None:
    if person.state not in states:
        raise Conflict(
            "wrong_state",
            format_lazy(
                _("此人现在是“{state}”，不能登记这项变动。"), state=person.get_state_display()
            ),
        )


def register_birth(
    household_id: UUID,
    *,
    full_name: str,
    sex: str,
    born_on: date,
    relation: str,
    parents: Sequence[UUID] = (),
    certificate: str = "",
    ethnic_group: str = "",
    by: Scope,
    now: datetime,
) -> Person:
    """A newborn joins a household: no ID number yet, the birth certificate is the document.

    The child lives where the household lives and is registered where a parent is. Raises Conflict when the
    household has this child already, InvalidIdNumber when the certificate's number has no such shape.
    """
    if certificate and read_document(certificate).type != DocumentType.BIRTH_CERTIFICATE:
        text = _("请填写出生医学证明编号：1个字母加9位数字。")
        raise Invalid("no_certificate", text, {"certificate": text})
    with transaction.atomic():
        # Locked before anybody looks who is in it, so that two counters do not enter one child.
        home = Household.objects.select_for_update(of=("self",), no_key=True).get(pk=household_id)
        kin = HouseholdMember.objects.current().filter(household=home).select_related("person")
        head = next((each for each in kin if each.relation == Relation.HEAD), None)
        if head is None or not set(parents) <= {each.person_id for each in kin}:
            raise Conflict("moved_on", _("家庭成员刚刚有变动，请刷新后再办。"))
        if any((m.person.full_name, m.person.birth_on) == (full_name, born_on) for m in kin):
            raise Conflict("born_already", _("这一户已有同名、同日出生的成员，不要重复登记。"))
        _younger_than_parents(kin, parents, relation, born_on)
        # Whose door the child shares: a parent's, else the head's.
        carer = parents[0] if parents else head.person_id
        place = next(each.person for each in kin if each.person_id == carer).place
        may(by, place)
        child = enter(
            full_name=full_name,
            place=place,
            id_number=certificate,
            sex=sex,
            birth_on=born_on,
            ethnic_group=ethnic_group,
            source="counter",
            by=by,
            now=now,
        )
        act = Act.open([child.pk], homes=[home.pk], on=born_on, new=[child.pk], by=by, now=now)
        act.details[child.pk] = {"parents": [str(parent) for parent in parents]}
        _share_door(act, child.pk, carer, place)
        act.join(child.pk, act.homes[home.pk], relation)
        act.write(EventKind.BIRTH)
    return child


def _younger_than_parents(
    kin: Iterable[HouseholdMember], parents: Sequence[UUID], relation: str, born_on: date
) -> None:
    for each in kin:
        is_above = each.relation == Relation.HEAD and relation in CHILDREN | GRANDCHILDREN
        born = each.person.birth_on
        if (is_above or each.person_id in parents) and born and born_on <= born:
            text = _("孩子的出生日期早于长辈的出生日期，请核对日期、父母和与户主关系。")
            raise Invalid("older_than_parent", text, {"born_on": text, "on": text})


def _share_door(act: Act, child: UUID, carer: UUID, place: Place) -> None:
    ties = (
        Occupancy.objects.current().filter(person_id=carer).select_related("dwelling", "community")
    )
    kinds = {tie.kind == OccupancyKind.REGISTERED: tie for tie in ties}
    lives, registered = kinds.get(False), kinds.get(True)
    act.live(
        child,
        place,
        lives.dwelling if lives else None,
        lives.kind if lives else OccupancyKind.ACTUAL,
    )
    if registered is not None:
        act.register(child, registered.community, registered.dwelling)


def register_death(
    person_id: UUID,
    *,
    on: date,
    paper: str = "",
    successor: UUID | None = None,
    by: Scope,
    now: datetime,
) -> UUID:
    """A death closes memberships and addresses and shuts the account. Returns the id of the act.

    If the person was the head of others, `successor` is the new head: Invalid asks for one.
    """
    with transaction.atomic():
        act = Act.open(household_of(person_id), on=on, paper=paper, by=by, now=now)
        person = act.persons[person_id]
        may(by, person.community)
        in_state(person, *ALIVE)
        hand_over(act, [person_id], successor)
        depart(act, person_id, PersonState.DECEASED)
        act.deregister(person_id)
        if person.account is not None and person.account.is_active:
            act.details[person_id] = {"shut": str(person.account.pk)}
            shut_account(person.account, reason="death", by=by, now=now)
        return act.write(EventKind.DEATH, EventKind.HEAD, only=[person_id])


def report_missing(
    person_id: UUID, *, on: date, paper: str = "", reason: str = "", by: Scope, now: datetime
) -> UUID:
    """Nobody knows where the person is; all ties stay as they are."""
    with transaction.atomic():
        act = Act.open([person_id], on=on, paper=paper, reason=reason, by=by, now=now)
        may(by, act.persons[person_id].community)
        in_state(act.persons[person_id], PersonState.ACTIVE)
        act.persons[person_id].state = PersonState.MISSING
        return act.write(EventKind.MISSING)


def report_found(
    person_id: UUID, *, on: date, paper: str = "", reason: str = "", by: Scope, now: datetime
) -> UUID:
    with transaction.atomic():
        act = Act.open([person_id], on=on, paper=paper, reason=reason, by=by, now=now)
        may(by, act.persons[person_id].community)
        in_state(act.persons[person_id], PersonState.MISSING)
        act.persons[person_id].state = PersonState.ACTIVE
        return act.write(EventKind.FOUND)


# --- shared with the other acts -----------------------------------------------------------------
def household_of(person_id: UUID) -> list[UUID]:
    """The person and everybody in his household: a head's going concerns them all."""
    kin = HouseholdMember.objects.living_with(person_id).values_list("person_id", flat=True)
    return list({person_id, *kin})


def hand_over(act: Act, leaving: Sequence[UUID], successor: UUID | None) -> None:
    """If a head leaves others behind, another of them becomes head; who is what to whom follows by kinship."""
    for home in act.homes.values():
        rows = {pk: row for pk in act.persons if (row := act.home_of(pk, home.pk)) is not None}
        head = next(
            (pk for pk in leaving if pk in rows and rows[pk].relation == Relation.HEAD), None
        )
        staying = {pk: row for pk, row in rows.items() if pk not in leaving}
        if head is None or not staying:
            continue
        if successor not in staying:
            text = _("此人是户主，请选择新户主。")
            raise Invalid("successor_missing", text, {"successor": text})
        act.leave(head, home.pk)
        restate(act, home, successor, staying)


def restate(
    act: Act,
    home: Household,
    head: UUID,
    rows: Mapping[UUID, HouseholdMember],
    relations: Mapping[UUID, str] | None = None,
) -> None:
    """`head` heads the household; the others are related to him as `relations` says, else as kinship proposes."""
    old = Relation(rows[head].relation)
    sex = act.persons[head].sex
    act.relate(head, home, Relation.HEAD)
    for pk, row in rows.items():
        if pk != head:
            kin = proposed(old, sex, row.relation, act.persons[pk].sex)
            stated = (relations or {}).get(pk, "")
            act.relate(pk, home, stated if stated in _BUT_HEAD else kin)


_BUT_HEAD = frozenset(Relation.values) - {Relation.HEAD}


def depart(act: Act, person_id: UUID, state: str) -> None:
    """Nobody lives or belongs anywhere who is dead or gone."""
    act.leave(person_id)
    act.stop_living(person_id)
    act.persons[person_id].state = state

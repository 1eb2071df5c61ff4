"""人口变动: acts, what they close and open, who may, and how a mistake is taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, Session
from common.errors import Conflict, Invalid, NotAllowed
from common.identity import InvalidIdNumber
from community.governance.enums import Role
from residents.base.actions import correcting, households, life, moving
from residents.base.actions.people import register_person
from residents.base.enums import DocumentType, EventKind, OccupancyKind, PersonState, Relation, Sex
from residents.base.models import Household, HouseholdMember, Occupancy, Person, PersonEvent
from tests.factories.governance import CommunityFactory, StationFactory, UnitFactory, staff
from tests.factories.residents import DwellingFactory, PersonFactory, household, years_ago
from tests.signing_in import open_session
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
MAY, JUNE, JULY = date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 10)


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def family(station):
    """Father, mother and son behind one door, all of them registered there."""
    community = station.place
    father = PersonFactory(full_name="周海军", community=community, birth_on=date(1980, 1, 1))
    mother = PersonFactory(
        full_name="马玉梅", community=community, sex=Sex.FEMALE, birth_on=date(1982, 1, 1)
    )
    son = PersonFactory(full_name="周小军", community=community, birth_on=date(2010, 1, 1))
    home = household(father, spouse=mother, son=son)
    for person in (father, mother, son):
        Occupancy.objects.create(
            person=person,
            community=community,
            dwelling=home.lives_at,
            kind=OccupancyKind.REGISTERED,
            from_on=date(2024, 6, 3),
        )
    return home, father, mother, son


def relations(home):
    rows = home.members.filter(to_on=None).order_by("relation")
    return {row.person.full_name: Relation(row.relation) for row in rows}


def open_ties(person):
    return {tie.kind: tie for tie in person.occupancies.filter(to_on=None)}


# --- birth ----------------------------------------------------------------------------------------
@sweeps(life.register_birth)
def test_a_newborn_joins_the_household_with_the_certificate_as_document(clerk, family):
    home, father, mother, _son = family
    child = life.register_birth(
        home.pk, full_name="周新", sex=Sex.FEMALE, born_on=MAY, relation=Relation.DAUGHTER,
        parents=[mother.pk, father.pk], certificate="o150302001", by=clerk, now=NOW,
    )  # fmt: skip
    assert child.document_type == DocumentType.BIRTH_CERTIFICATE
    assert list(Person.objects.all().matching("O150302001")) == [child]
    assert relations(home)["周新"] == Relation.DAUGHTER
    ties = open_ties(child)
    assert {tie.dwelling for tie in ties.values()} == {home.lives_at}
    assert set(ties) == {OccupancyKind.ACTUAL, OccupancyKind.REGISTERED}
    event = PersonEvent.objects.get(person=child)
    assert (event.kind, event.on, event.lived_in, event.lives_in) == (
        EventKind.BIRTH, MAY, None, child.community,
    )  # fmt: skip
    assert event.effects["parents"] == [str(mother.pk), str(father.pk)]


def test_a_child_is_entered_once(clerk, family):
    home, father, *_rest = family
    born: dict[str, Any] = {
        "full_name": "周新",
        "sex": Sex.MALE,
        "born_on": MAY,
        "relation": Relation.SON,
    }
    life.register_birth(home.pk, **born, parents=[father.pk], by=clerk, now=NOW)
    with pytest.raises(Conflict):
        life.register_birth(home.pk, **born, parents=[father.pk], by=clerk, now=NOW)
    with pytest.raises(Invalid):
        life.register_birth(
            home.pk, **born | {"full_name": "周二"}, certificate="150302", by=clerk, now=NOW
        )


def test_a_child_is_younger_than_its_parents_and_its_head(clerk, family):
    home, father, mother, _son = family
    born: dict[str, Any] = {"full_name": "周新", "sex": Sex.MALE, "by": clerk, "now": NOW}
    for relation, parents, on in (
        (Relation.SON, [], father.birth_on),
        (Relation.OTHER_RELATIVE, [mother.pk], mother.birth_on - timedelta(days=1)),
    ):
        with pytest.raises(Invalid) as refused:
            life.register_birth(home.pk, **born, born_on=on, relation=relation, parents=parents)
        assert refused.value.code == "older_than_parent"


# --- death ----------------------------------------------------------------------------------------
def test_a_death_closes_everything_and_shuts_the_account(clerk, family):
    _home, _father, mother, _son = family
    mother.account = PersonFactory(account=True).account
    Person.objects.filter(account=mother.account).update(account=None)
    mother.save()
    life.register_death(mother.pk, on=JUNE, paper="死亡证明", by=clerk, now=NOW)
    mother.refresh_from_db()
    assert mother.state == PersonState.DECEASED
    assert not open_ties(mother)
    assert not mother.memberships.filter(to_on=None).exists()
    assert set(mother.occupancies.values_list("to_on", flat=True)) == {JUNE}
    assert not mother.account.is_active
    assert not Session.objects.filter(user_id=mother.account_id).exists()
    assert AuditEntry.objects.filter(action="life.death", person_id=mother.pk).exists()


def test_the_death_of_a_head_asks_for_another(clerk, family):
    home, father, mother, _son = family
    with pytest.raises(Invalid) as asked:
        life.register_death(father.pk, on=JUNE, by=clerk, now=NOW)
    assert "successor" in asked.value.fields
    life.register_death(father.pk, on=JUNE, successor=mother.pk, by=clerk, now=NOW)
    assert relations(home) == {"马玉梅": Relation.HEAD, "周小军": Relation.SON}
    kinds = set(PersonEvent.objects.values_list("person__full_name", "kind"))
    assert kinds == {("周海军", "death"), ("马玉梅", "head")}


@sweeps(life.register_death)
def test_nobody_dies_twice_or_tomorrow(clerk, family):
    _home, _father, _mother, son = family
    with pytest.raises(Invalid):
        life.register_death(son.pk, on=date(2026, 11, 26), by=clerk, now=NOW)
    life.register_death(son.pk, on=JUNE, by=clerk, now=NOW)
    with pytest.raises(Conflict):
        life.register_death(son.pk, on=JULY, by=clerk, now=LATER)


# --- moving ---------------------------------------------------------------------------------------
def test_a_household_moves_in_one_act_and_addresses_follow(station, family):
    home, father, mother, son = family
    target = StationFactory(place=CommunityFactory(parent=station.place.parent))
    there = staff(Role.WINDOW_CLERK, target)
    door = DwellingFactory(place=UnitFactory(community=target.place))
    phone = father.phone
    act = moving.move_household(
        home.pk, place=target.place, dwelling=door, on=JUNE, by=there, now=NOW
    )
    home.refresh_from_db()
    assert (home.community, home.lives_at) == (target.place, door)
    for person in (father, mother, son):
        person.refresh_from_db()
        assert (person.community, person.place) == (target.place, door.place)
        ties = open_ties(person)
        assert ties[OccupancyKind.ACTUAL].dwelling == door
        assert ties[OccupancyKind.REGISTERED].community == station.place  # 人户分离
    assert father.phone == phone
    events = PersonEvent.objects.filter(act_id=act)
    assert {event.kind for event in events} == {EventKind.MOVE}
    assert len(events) == 3
    # The old community sees where they went, the new one where they came from.
    for scope in (staff(Role.WINDOW_CLERK, station), there):
        assert PersonEvent.objects.visible_to(scope).filter(act_id=act).count() == 3
    stranger = staff(Role.WINDOW_CLERK, StationFactory())
    assert not PersonEvent.objects.visible_to(stranger).exists()


def test_who_lives_elsewhere_does_not_move_with_the_household(clerk, station, family):
    home, _father, _mother, son = family
    flat = DwellingFactory(place=UnitFactory(community=station.place))
    moving.move_in(son.pk, place=station.place, dwelling=flat, on=MAY, by=clerk, now=NOW)
    HouseholdMember.objects.create(household=home, person=son, relation="20", from_on=MAY)
    door = DwellingFactory(place=UnitFactory(community=station.place))
    moving.move_household(home.pk, place=station.place, dwelling=door, on=JUNE, by=clerk, now=LATER)
    assert open_ties(son)[OccupancyKind.ACTUAL].dwelling == flat


def test_only_the_target_takes_somebody_in(clerk, family):
    home, *_people = family
    elsewhere = CommunityFactory()
    with pytest.raises(NotAllowed):
        moving.move_household(home.pk, place=elsewhere, on=JUNE, by=clerk, now=NOW)
    assert not PersonEvent.objects.exists()


def test_a_door_outside_the_community_is_refused(clerk, station, family):
    home, *_people = family
    with pytest.raises(Invalid) as refused:
        moving.move_household(
            home.pk, place=station.place, dwelling=DwellingFactory(), on=JUNE, by=clerk, now=NOW
        )
    assert "dwelling" in refused.value.fields


def test_leaving_the_city_ends_all_ties_or_keeps_the_registration(clerk, family):
    home, _father, mother, son = family
    moving.move_out(son.pk, on=MAY, keeps_registration=True, by=clerk, now=NOW)
    son.refresh_from_db()
    assert son.state == PersonState.ACTIVE
    assert set(open_ties(son)) == {OccupancyKind.REGISTERED}
    assert "周小军" in relations(home)
    moving.move_out(mother.pk, on=MAY, by=clerk, now=NOW)
    mother.refresh_from_db()
    assert mother.state == PersonState.MOVED_OUT
    assert not open_ties(mother)
    assert "马玉梅" not in relations(home)


def test_somebody_new_comes_from_outside_to_rent(clerk, station):
    person = moving.move_in_new(
        full_name="林慧敏", place=station.place, on=MAY, kind=OccupancyKind.RENTED,
        id_number="", sex=Sex.FEMALE, birth_on=date(1990, 1, 1), by=clerk, now=NOW,
    )  # fmt: skip
    assert set(open_ties(person)) == {OccupancyKind.RENTED}
    event = PersonEvent.objects.get(person=person)
    assert (event.kind, event.state_before, event.state_after) == ("move_in", "moved_out", "active")


def test_who_went_away_comes_back(clerk, station, family):
    _home, _father, _mother, son = family
    moving.move_out(son.pk, on=MAY, by=clerk, now=NOW)
    moving.move_in(
        son.pk, place=station.place, on=JUNE, with_registration=True, by=clerk, now=LATER
    )
    son.refresh_from_db()
    assert son.state == PersonState.ACTIVE
    assert set(open_ties(son)) == {OccupancyKind.ACTUAL, OccupancyKind.REGISTERED}


def test_a_head_does_not_leave_others_without_one(clerk, station, family):
    _home, father, mother, _son = family
    with pytest.raises(Conflict):
        moving.move_in(father.pk, place=station.place, on=JUNE, by=clerk, now=NOW)
    with pytest.raises(Invalid):
        moving.move_out(father.pk, on=JUNE, by=clerk, now=NOW)
    moving.move_out(father.pk, on=JUNE, successor=mother.pk, by=clerk, now=NOW)


def test_a_date_before_the_last_change_is_refused(clerk, family):
    _home, _father, _mother, son = family
    for day in (date(2024, 6, 2), date(1999, 1, 1)):  # the ties began on 2024-06-03
        with pytest.raises(Invalid) as refused:
            moving.move_out(son.pk, on=day, by=clerk, now=NOW)
        assert "on" in refused.value.fields


# --- households -----------------------------------------------------------------------------------
def test_members_split_off_with_a_number_and_a_head_of_their_own(clerk, station, family):
    home, _father, mother, son = family
    door = DwellingFactory(place=UnitFactory(community=station.place))
    households.split_household(
        home.pk, relations={mother.pk: Relation.HEAD, son.pk: Relation.SON}, number="H2",
        dwelling=door, on=JUNE, by=clerk, now=NOW,
    )  # fmt: skip
    new = Household.objects.get(number="H2")
    assert relations(new) == {"马玉梅": Relation.HEAD, "周小军": Relation.SON}
    assert relations(home) == {"周海军": Relation.HEAD}
    assert open_ties(son)[OccupancyKind.ACTUAL].dwelling == door
    son.refresh_from_db()
    assert son.place == door.place


def test_a_split_needs_one_head_a_free_number_and_somebody_who_stays(clerk, family):
    home, father, mother, son = family
    everybody = {father.pk: "02", mother.pk: "10", son.pk: "20"}
    for leaving, number in (
        (everybody, "H2"), ({son.pk: "20"}, "H2"), ({mother.pk: "02", son.pk: "02"}, "H2"),
        ({son.pk: "02"}, home.number), ({son.pk: "02"}, " "), ({father.pk: "02"}, "H2"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            households.split_household(
                home.pk, relations=leaving, number=number, on=JUNE, by=clerk, now=NOW
            )
    assert not PersonEvent.objects.exists()


@sweeps(households.change_head)
def test_another_head_and_everybody_is_related_to_him(clerk, family):
    home, _father, mother, son = family
    households.change_head(home.pk, head=mother.pk, on=MAY, by=clerk, now=NOW)
    assert relations(home) == {
        "马玉梅": Relation.HEAD, "周海军": Relation.SPOUSE, "周小军": Relation.SON,
    }  # fmt: skip
    households.change_head(
        home.pk,
        head=son.pk,
        relations={mother.pk: Relation.STEPMOTHER},
        on=JUNE,
        by=clerk,
        now=LATER,
    )
    assert relations(home) == {
        "周小军": Relation.HEAD, "周海军": Relation.FATHER, "马玉梅": Relation.STEPMOTHER,
    }  # fmt: skip
    with pytest.raises(Invalid):
        households.change_head(home.pk, head=son.pk, on=JULY, by=clerk, now=LATER)


@sweeps(households.join_household)
def test_a_bride_joins_the_household_and_lives_there(clerk, station, family):
    home, *_people = family
    bride = PersonFactory(full_name="苏日娜", community=station.place, sex=Sex.FEMALE)
    household(bride)
    act = households.join_household(
        bride.pk, home.pk, relation=Relation.DAUGHTER_IN_LAW, on=JUNE, kind=EventKind.MARRIAGE,
        with_registration=True, by=clerk, now=NOW,
    )  # fmt: skip
    assert relations(home)["苏日娜"] == Relation.DAUGHTER_IN_LAW
    assert {tie.dwelling for tie in open_ties(bride).values()} == {home.lives_at}
    assert PersonEvent.objects.get(act_id=act).kind == EventKind.MARRIAGE


def test_missing_and_found_change_the_state_and_no_tie(clerk, family):
    _home, _father, _mother, son = family
    before = set(open_ties(son))
    life.report_missing(son.pk, on=MAY, by=clerk, now=NOW)
    son.refresh_from_db()
    assert (son.state, set(open_ties(son))) == (PersonState.MISSING, before)
    with pytest.raises(Invalid):
        life.report_found(son.pk, on=date(2026, 5, 9), by=clerk, now=NOW)
    life.report_found(son.pk, on=JUNE, by=clerk, now=LATER)
    son.refresh_from_db()
    assert son.state == PersonState.ACTIVE


# --- correcting -----------------------------------------------------------------------------------
def test_a_wrong_death_is_taken_back_by_an_event_and_nothing_is_edited(clerk, family):
    home, father, mother, son = family
    before = relations(home), {p.pk: set(open_ties(p)) for p in (father, mother, son)}
    account = father.account = PersonFactory(account=True).account
    Person.objects.filter(account=account).update(account=None)
    father.save()
    act = life.register_death(father.pk, on=JUNE, successor=mother.pk, by=clerk, now=NOW)
    account.refresh_from_db()
    assert not account.is_active
    written = list(PersonEvent.objects.order_by("pk").values())
    correcting.correct_event(act, reason="同名", by=clerk, now=LATER)
    father.refresh_from_db()
    assert (father.state, father.account.is_active) == (PersonState.ACTIVE, True)
    assert (relations(home), {p.pk: set(open_ties(p)) for p in (father, mother, son)}) == before
    assert list(PersonEvent.objects.filter(corrects=None).order_by("pk").values()) == written
    assert not PersonEvent.objects.standing().exists()
    with pytest.raises(Conflict):
        correcting.correct_event(act, reason="同名", by=clerk, now=LATER)


@sweeps(correcting.correct_event)
def test_a_wrong_day_is_mended_and_the_event_stands_again(clerk, family):
    home, father, mother, son = family
    act = life.register_death(father.pk, on=JUNE, successor=mother.pk, by=clerk, now=NOW)
    new = correcting.correct_event(act, reason="日期写错", on=MAY, by=clerk, now=LATER)
    standing = PersonEvent.objects.standing()
    assert {(event.act_id, event.on) for event in standing} == {(new, MAY)}
    assert set(father.occupancies.values_list("to_on", flat=True)) == {MAY}
    head = home.members.get(to_on=None, relation=Relation.HEAD)
    assert (head.person, head.from_on) == (mother, MAY)
    again = correcting.correct_event(new, reason="其实活着", by=clerk, now=LATER.replace(hour=4))
    assert PersonEvent.objects.filter(act_id=again, kind=EventKind.CORRECTION).exists()
    assert relations(home)["周海军"] == Relation.HEAD
    assert son.state == PersonState.ACTIVE


@sweeps(moving.move_in)
def test_only_the_last_act_can_be_corrected(clerk, station, family):
    home, *_people, son = family
    act = moving.move_out(son.pk, on=MAY, by=clerk, now=NOW)
    moving.move_in(son.pk, place=station.place, on=JUNE, by=clerk, now=LATER)
    with pytest.raises(Conflict):
        correcting.correct_event(act, reason="错", by=clerk, now=LATER)
    with pytest.raises(Invalid):
        correcting.correct_event(act, reason=" ", by=clerk, now=LATER)
    assert home.pk


@sweeps(moving.move_household)
def test_a_move_taken_back_brings_household_and_place_back(clerk, station, family):
    home, father, *_rest = family
    old_door, old_place = home.lives_at, father.place
    door = DwellingFactory(place=UnitFactory(community=station.place))
    act = moving.move_household(
        home.pk, place=station.place, dwelling=door, on=JUNE, by=clerk, now=NOW
    )
    correcting.correct_event(act, reason="没搬", by=clerk, now=LATER)
    home.refresh_from_db()
    father.refresh_from_db()
    assert (home.lives_at, father.place) == (old_door, old_place)
    assert open_ties(father)[OccupancyKind.ACTUAL].dwelling == old_door


@sweeps(moving.move_out)
def test_another_station_corrects_nothing(clerk, family):
    *_rest, son = family
    act = moving.move_out(son.pk, on=MAY, by=clerk, now=NOW)
    with pytest.raises(NotAllowed):
        correcting.correct_event(
            act, reason="错", by=staff(Role.WINDOW_CLERK, StationFactory()), now=LATER
        )


# --- the database keeps the promise ----------------------------------------------------------------
def test_nobody_lives_in_two_places_on_one_day(family):
    _home, father, *_rest = family
    for kind in (OccupancyKind.ACTUAL, OccupancyKind.RENTED, OccupancyKind.REGISTERED):
        with pytest.raises(IntegrityError), transaction.atomic():
            Occupancy.objects.create(
                person=father, community=father.community, kind=kind, from_on=date(2025, 1, 1)
            )


def test_a_household_has_one_head_on_every_day(family):
    home, _father, _mother, _son = family
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdMember.objects.create(
            household=home, person=PersonFactory(), relation=Relation.HEAD,
            from_on=date(2025, 1, 1), to_on=date(2025, 2, 1),
        )  # fmt: skip


# --- documents ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "document"),
    [
        ("150302198501010011", DocumentType.RESIDENT_ID),
        ("830000199001010010", DocumentType.HK_MO_TW_PERMIT),
        ("O150302001", DocumentType.BIRTH_CERTIFICATE),
        ("chn110112345678", DocumentType.FOREIGN_PERMANENT),
        ("", DocumentType.NONE),
    ],
)
def test_the_number_says_which_document_it_is(clerk, station, number, document):
    from dashboards.demo import numbers

    if number.startswith("83"):
        number = numbers.id_number("830000", date(1990, 1, 1), is_male=True, serial=1)
    person = register_person(
        full_name="张三", place=station.place, id_number=number, birth_on=date(2026, 1, 1),
        sex=Sex.MALE, by=clerk, now=NOW,
    )  # fmt: skip
    assert person.document_type == document
    if number:
        assert list(Person.objects.with_number(number.lower())) == [person]
        assert list(Person.objects.all().matching(number)) == [person]
    assert set(open_ties(person)) == {OccupancyKind.ACTUAL}
    assert PersonEvent.objects.get(person=person).kind == EventKind.ENTERED


@pytest.mark.parametrize("number", ["O15030200", "150302198501010012", "CHN12", "A-1"])
def test_what_is_no_number_is_refused(clerk, station, number):
    with pytest.raises(InvalidIdNumber):
        register_person(full_name="张三", place=station.place, id_number=number, by=clerk, now=NOW)


def test_a_shared_number_is_documented_by_who_answers_for_it(clerk, station):
    known = PersonFactory(community=station.place)
    given = {"full_name": "李四", "place": station.place, "id_number": known.id_number, "now": NOW}
    with pytest.raises(Conflict):
        register_person(**given, by=clerk)
    with pytest.raises(NotAllowed):
        register_person(**given, duplicate_note="公安已确认重号", by=clerk)
    director = staff(Role.STATION_DIRECTOR, station)
    second = register_person(**given, duplicate_note="公安已确认重号", by=director)
    assert second.duplicate_note
    assert set(Person.objects.with_number(known.id_number or "")) == {known, second}
    entry = AuditEntry.objects.get(action="person.registered", person_id=second.pk)
    assert entry.reason == "公安已确认重号"


def test_sessions_end_with_a_life(clerk, family):
    _home, _father, mother, _son = family
    account = PersonFactory(account=True, birth_on=years_ago(40)).account
    Person.objects.filter(account=account).update(account=None)
    mother.account = account
    mother.save()
    from tests.factories.governance import resident_scope

    open_session(resident_scope(account))
    assert Session.objects.filter(user_id=account.pk).exists()
    life.register_death(mother.pk, on=JUNE, by=clerk, now=NOW)
    assert not Session.objects.filter(user_id=account.pk).exists()

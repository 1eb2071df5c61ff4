"""Who looks like whom: the points, the search before something is written, the standing list."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid
from community.governance.enums import Role
from residents.base.actions.doubles import not_same, refresh_doubles
from residents.base.actions.mending import run_checks
from residents.base.actions.tidying import communities, tidy
from residents.base.doubles import Traits, compare, weights_on
from residents.base.enums import DocumentType, DoubleState
from residents.base.likely import Sought, candidates
from residents.base.models import DoubleCandidate, Person
from tests.factories.governance import CommunityFactory, StationFactory, staff
from tests.factories.residents import PersonFactory
from tests.sweeping import sweeps

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
BORN = date(1985, 3, 1)


def points(one, other):
    likely = compare(Traits(**one), Traits(**other), weights_on(TODAY))
    return likely.score, set(likely.reasons)


@pytest.mark.parametrize(
    ("one", "other", "score", "reasons"),
    [
        ({"number": b"1"}, {"number": b"1"}, 100, {"number"}),
        (
            {"full_name": "甲", "birth_on": BORN},
            {"full_name": "甲", "birth_on": BORN},
            60,
            {"name", "birth"},
        ),
        (
            {"full_name": "单雪", "pinyin": "shanxue", "birth_on": BORN},
            {"full_name": "善雪", "pinyin": "shanxue", "birth_on": BORN.replace(year=1986)},
            25,
            {"pinyin", "birth_near"},
        ),
        ({"phone": b"1"}, {"phone": b"1"}, 25, {"phone"}),
        ({"sex": "1", "phone": b"1"}, {"sex": "2", "phone": b"1"}, 5, {"other_sex", "phone"}),
        ({"number": b"1"}, {"number": b"2"}, 0, {"other_number"}),
        ({}, {}, 0, set()),
    ],
)
def test_likeness_is_a_sum_that_does_not_care_who_comes_first(one, other, score, reasons):
    assert points(one, other) == points(other, one) == (score, reasons)


def test_what_is_unknown_is_no_likeness():
    assert points({"full_name": "", "address": ""}, {"full_name": "", "address": ""}) == (0, set())


def found(*sought):
    return {
        row: [(hit.person_id, set(hit.reasons)) for hit in hits]
        for row, hits in candidates(sought, day=TODAY).items()
    }


@pytest.mark.django_db
def test_somebody_is_found_by_number_name_and_telephone_whatever_was_typed():
    person = PersonFactory(full_name="单雪梅", birth_on=BORN, sex="2")
    PersonFactory(full_name="王建国", birth_on=date(1950, 1, 1))
    by_number = Sought(full_name="某人", id_number=f" {person.id_number.lower()} ")
    by_name = Sought(full_name="单 雪梅", birth_on=BORN)
    by_phone = Sought(full_name="善雪梅", phone=person.phone, birth_on=date(1985, 1, 3))
    nobody = Sought(full_name="单雪梅", birth_on=date(1960, 1, 1))
    assert found(by_number, by_name, by_phone, nobody) == {
        0: [(person.pk, {"number"})],
        1: [(person.pk, {"name", "birth"})],
        2: [(person.pk, {"pinyin", "phone", "birth_near"})],
    }


@pytest.mark.django_db
def test_a_namesake_at_home_is_found_by_telephone_without_a_birthday():
    person = PersonFactory(full_name="李秀英", birth_on=None, id_number="")
    sought = Sought(full_name="李秀英", phone=person.phone, community_id=person.community_id)
    assert found(sought) == {0: [(person.pk, {"name", "phone"})]}


@pytest.mark.django_db
def test_a_whole_delivery_costs_as_many_queries_as_one_person(count_queries):
    rows = [
        Sought(full_name=p.full_name, birth_on=p.birth_on)
        for p in PersonFactory.create_batch(5, birth_on=BORN)
    ]
    one = count_queries(lambda: candidates(rows[:1], day=TODAY))
    assert count_queries(lambda: candidates(rows * 20, day=TODAY)) == one == 2
    assert len(candidates(rows * 20, day=TODAY)) == 100


# --- the standing list ----------------------------------------------------------------------------


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def director(station):
    return staff(Role.STATION_DIRECTOR, station)


@pytest.fixture
def pair(station):
    """The same baby, entered before and after it had a number."""
    one = PersonFactory(full_name="陈小雨", birth_on=BORN, community=station.place)
    two = PersonFactory(full_name="陈小雨", birth_on=BORN, community=station.place, id_number="")
    refresh_doubles(station.place.pk, now=NOW)
    row = DoubleCandidate.objects.get()
    assert {row.person_a_id, row.person_b_id} == {one.pk, two.pk}
    return row


@pytest.mark.django_db
def test_a_pair_stands_in_the_list_once_however_often_one_looks(pair, station):
    assert (pair.score, set(pair.reasons)) == (60, {"name", "birth"})
    assert refresh_doubles(station.place.pk, now=NOW) == 0
    assert DoubleCandidate.objects.get().pk == pair.pk


@pytest.mark.django_db
def test_two_numbers_are_two_people():
    home = CommunityFactory()
    twins = PersonFactory.create_batch(2, full_name="陈小雨", birth_on=BORN, community=home)
    assert refresh_doubles(home.pk, now=NOW) == 0
    # But a child is known by its birth certificate before it has a number.
    twins[0].document_type = DocumentType.BIRTH_CERTIFICATE
    twins[0].save()
    assert refresh_doubles(home.pk, now=NOW) == 1
    (hit,) = candidates([Sought("陈小雨", "A123456789", BORN)], day=TODAY)[0]
    assert (hit.person_id, hit.reasons) == (twins[1].pk, ("name", "birth"))


@pytest.mark.django_db
@sweeps(refresh_doubles)
def test_a_pair_that_looks_alike_no_more_goes(pair, station):
    Person.objects.filter(pk=pair.person_a_id).update(birth_on=date(1950, 1, 1))
    refresh_doubles(station.place.pk, now=NOW)
    assert not DoubleCandidate.objects.exists()


@pytest.mark.django_db(transaction=True)
@sweeps(not_same)
def test_what_somebody_decided_is_not_asked_again(pair, station, director):
    with pytest.raises(Invalid):
        not_same(pair.pk, note=" ", by=director, now=NOW)
    not_same(pair.pk, note="双胞胎，证件已核对", by=director, now=NOW)
    refresh_doubles(station.place.pk, now=NOW)
    kept = DoubleCandidate.objects.get()
    assert (kept.state, kept.note) == (DoubleState.NOT_SAME, "双胞胎，证件已核对")
    entries = AuditEntry.objects.filter(action="person.not_same")
    assert {entry.person_id for entry in entries} == {pair.person_a_id, pair.person_b_id}
    with pytest.raises(Conflict):
        not_same(pair.pk, note="再说一次", by=director, now=NOW)


@pytest.mark.django_db
def test_a_pair_over_the_border_is_for_who_looks_after_both(station, director):
    elsewhere = CommunityFactory(parent=station.place.parent)
    PersonFactory(full_name="陈小雨", birth_on=BORN, community=station.place)
    PersonFactory(full_name="陈小雨", birth_on=BORN, community=elsewhere, id_number="")
    refresh_doubles(elsewhere.pk, now=NOW)
    assert DoubleCandidate.objects.visible_to(staff(Role.DATA_CLERK)).count() == 1
    assert not DoubleCandidate.objects.visible_to(director).exists()


@pytest.mark.django_db
def test_the_counter_says_why_somebody_is_likely_the_same(station, client_for):
    there = PersonFactory(full_name="乌兰", birth_on=BORN, community=station.place)
    clerk = client_for(staff(Role.WINDOW_CLERK, station))
    given = {"full_name": "乌兰", "birth_on": "1985-03-01", "sex": "1", "phone": "13900000001"}
    page = clerk.post(
        reverse("residents:register-person"), given | {"community": station.place.code}
    )
    assert [row.pk for row in page.context["doubles"]] == [there.pk]
    text = page.content.decode()
    assert "姓名相同、出生日期相同" in text
    assert 'value="13900000001"' in text
    assert there.id_number not in text


@pytest.mark.django_db
@sweeps(run_checks)
def test_each_night_every_community_is_looked_through(station):
    PersonFactory(full_name="陈小雨", birth_on=BORN, community=station.place)
    PersonFactory(full_name="陈小雨", birth_on=BORN, community=station.place, id_number="")
    for community_id in communities(now=NOW):
        tidy(community_id, now=NOW)
    assert DoubleCandidate.objects.count() == 1

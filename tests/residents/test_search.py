"""找人: what a clerk types finds whom it means, in the order of names, and never beyond the post's places."""

from dataclasses import replace

import pytest

from community.governance.enums import Power, Role
from community.governance.models import Place
from residents.base.actions.columns import name_columns
from residents.base.enums import OccupancyKind, PersonState
from residents.base.models import Dwelling, NamePart, Occupancy, Person
from tests.factories.governance import (
    CommunityFactory,
    StationFactory,
    StreetFactory,
    UnitFactory,
    staff,
)
from tests.factories.residents import ENROLLED, PersonFactory

pytestmark = pytest.mark.django_db
NAMES = "王伟 王小伟 伟王 张伟民 单雪梅 欧阳锋 乌力吉·巴特尔 王 石晓军 伟力 沈括 王家园".split()


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def street():
    return StreetFactory()


@pytest.fixture
def official(street):
    """A post that may search in all communities of a street."""
    for _n in range(2):
        CommunityFactory(parent=street)
    scope = staff(Role.WINDOW_CLERK, StationFactory(place=CommunityFactory(parent=street)))
    return replace(scope, powers={str(Power.FIND_PERSONS): (str(street.path),)})


def found(scope, text, size=20):
    return list(Person.objects.search(text, scope, Power.FIND_PERSONS, size=size))


def at_home(community, building, unit, door, kind=OccupancyKind.ACTUAL, yard="青年小区"):
    stair = UnitFactory(community=community, serial=building)
    if unit != 1:
        stair = UnitFactory(
            parent=stair.parent, code=f"{stair.parent.code}{unit:02d}", name=f"{unit}单元"
        )
    person = PersonFactory(community=community, place=stair)
    address = f"{yard}{building}号楼{unit}单元{door}室"
    home, _new = Dwelling.objects.get_or_create(
        place=stair, door=door, defaults={"address": address}
    )
    Occupancy.objects.create(
        person=person, community=person.community, dwelling=home, kind=kind, from_on=ENROLLED
    )
    return person


@pytest.mark.parametrize(
    "text", ["伟", "王", "伟民", "王小伟", "吉·巴", "阳锋", "家园", "王家园", "石", "括"]
)
def test_any_part_of_a_name_finds_all_who_bear_it_in_the_order_of_names(clerk, station, text):
    people = [PersonFactory(full_name=name, community=station.place) for name in NAMES]
    meant = [person for person in people if text in person.full_name]
    assert meant
    assert found(clerk, text) == sorted(meant, key=lambda person: (person.pinyin, person.pk))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("wang", {"王伟", "王小伟", "王", "王家园"}),
        ("ww", {"王伟", "伟王"}),
        ("wl", {"伟力"}),
        ("Wang Xiao", {"王小伟"}),
        ("sxm", {"单雪梅"}),
        ("dxm", {"单雪梅"}),  # the other reading of a surname
        ("wlj", {"乌力吉·巴特尔"}),
        ("shen", {"沈括"}),
        ("w", set()),
    ],
)
def test_pinyin_and_initials_find_by_their_beginning(clerk, station, text, names):
    for name in NAMES:
        PersonFactory(full_name=name, community=station.place)
    assert {person.full_name for person in found(clerk, text)} == names | (
        {"乌力吉·巴特尔"} if text == "wl" else set()
    )


@pytest.mark.parametrize(
    "text", ["丹", "丹丹", "丹丹丹", "丹珠", "日图雅", "乌日乌日图雅", "力吉·巴"]
)
def test_characters_that_come_twice_and_long_parts_find_each_who_bears_them_once(clerk, text):
    names = "丹丹 赵丹丹 丹丹丹 丹珠丹 乌日乌日图雅 乌日图 乌力吉·巴特尔".split()
    here = Place.objects.get(path=clerk.paths_for(Power.FIND_PERSONS)[0])
    people = [PersonFactory(full_name=name, community=here) for name in names]
    meant = [person for person in people if text in person.full_name]
    assert found(clerk, text) == sorted(meant, key=lambda person: (person.pinyin, person.pk))


def test_whoever_is_named_anew_moves_or_goes_is_found_so_at_once(clerk, official, station, street):
    """By whichever statement: nothing but the database keeps the characters of names."""
    away = CommunityFactory(parent=street)
    one, other = (PersonFactory(full_name="孟晓光", community=station.place) for _n in range(2))
    named = name_columns("高虎")
    Person.objects.filter(pk=one.pk).update(**named)
    assert [found(clerk, text) for text in ("高", "虎", "gaohu", "gh")] == [[one]] * 4
    assert [found(clerk, text) for text in ("晓", "孟晓光", "mengx", "mxg")] == [[other]] * 4
    Person.objects.filter(pk=one.pk).update(community=away)
    assert found(clerk, "高虎") == []
    assert found(official, "高虎") == [one]
    Person.objects.filter(pk=other.pk).update(merged_into=one, state=PersonState.MERGED)
    assert [found(clerk, text) for text in ("光", "孟晓光", "meng", "mx")] == [[]] * 4
    Person.objects.filter(pk=other.pk).update(merged_into=None, state=PersonState.ACTIVE)
    assert found(clerk, "光") == [other]
    Person.objects.filter(pk=other.pk).delete()
    Person.objects.filter(pk=one.pk).delete()
    assert not NamePart.objects.exists()


@pytest.mark.parametrize(
    "text", ["王", "王伟", "王家园", "wang", "wj", "wjy", "3栋", "3栋1单元401"]
)
def test_the_first_by_name_are_shown_whichever_way_found_them(official, street, text):
    """The statement that finds them is written by hand: here is its twin."""
    homes = [CommunityFactory(parent=street) for _n in range(2)]
    for number in range(12):
        person = at_home(homes[number % 2], 3, 1, "401")
        name = ("王伟", "王家园王伟")[number // 2 % 2]
        Person.objects.filter(pk=person.pk).update(**name_columns(name))
    Place.objects.filter(name="青年小区").update(name="王家园")
    PersonFactory(full_name="王家园", community=CommunityFactory())
    everybody = Person.objects.visible_to(official, Power.FIND_PERSONS).matching(text)
    first = list(everybody.order_by("pinyin", "id")[:5])
    assert len(first) == 5
    assert found(official, text, size=5) == first


def test_nobody_of_another_place_is_found_by_anything(clerk, station):
    stranger = at_home(CommunityFactory(), 3, 1, "401")
    texts = (stranger.full_name, stranger.full_name[0], stranger.pinyin, stranger.initials)
    numbers = (stranger.id_number, stranger.id_number[-6:], stranger.phone)
    for text in (*texts, *numbers, "青年小区", "青年小区3栋", "3号楼1单元401"):
        assert found(clerk, text) == []


def test_the_end_of_a_number_is_looked_for_in_single_communities_only(
    clerk, official, street, station
):
    here = PersonFactory(community=station.place)
    there = PersonFactory(community=CommunityFactory(parent=street))
    assert found(clerk, here.id_number[-6:]) == [here]
    assert found(official, there.id_number[-6:]) == []
    assert found(official, there.id_number) == [there]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "青年小区3栋",
            "青年小区3号楼",
            "青年小区 3幢",
            "青年3栋",
            "第一社区青年小区3栋",
            "3栋2单元",
        ),
        *("3号楼2单元401", "3号楼2单元401室", "青年小区3-2-401", "3-2-401", "2单元401", "3栋401"),
    ],
)
def test_an_address_finds_who_lives_there(clerk, station, text):
    meant = at_home(station.place, 3, 2, "401")
    at_home(station.place, 13, 2, "1401")
    at_home(station.place, 30, 1, "402")
    assert found(clerk, text) == [meant]


def test_only_those_who_live_there_now_are_found_by_the_door(clerk, station):
    tenant = at_home(station.place, 3, 1, "401", OccupancyKind.RENTED)
    at_home(station.place, 3, 1, "401", OccupancyKind.REGISTERED)
    gone = at_home(station.place, 3, 1, "401")
    gone.occupancies.update(to_on=ENROLLED)
    assert found(clerk, "3栋1单元401") == [tenant]


def test_the_name_of_a_yard_finds_its_people_and_those_who_are_called_so(clerk, station):
    lives = at_home(station.place, 3, 1, "401")
    Place.objects.filter(name="青年小区").update(name="王家园")
    called = PersonFactory(full_name="王家园", community=station.place)
    assert set(found(clerk, "王家园")) == {lives, called}


@pytest.mark.parametrize("text", ["", " ", "·", "?", "12", "1栋9单元", "￥", "王'; --", "%", "_"])
def test_an_unclear_text_finds_nobody(clerk, station, text):
    at_home(station.place, 3, 2, "401")
    assert found(clerk, text) == []
    assert not Person.objects.all().matching(text).exists()

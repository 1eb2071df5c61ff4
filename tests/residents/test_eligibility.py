"""Rules over the base: what the database finds and what people are told is one answer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings, strategies as st

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.actions import bulk
from residents.base.actions.eligibility import refresh_facts
from residents.base.eligibility import (
    FACTS,
    BadRule,
    explain,
    facts_of,
    kept_matches,
    matches,
    parse,
)
from residents.base.eligibility.ages import Span, latest, whole
from residents.base.eligibility.asking import fresh_facts
from residents.base.eligibility.facts import KEPT
from residents.base.enums import OccupancyKind, PersonState, Relation
from residents.base.models import (
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonDetail,
    PersonFacts,
    StaleFacts,
)
from tests.factories.residents import ENROLLED, DwellingFactory, PersonFactory, household
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)
OLD = {"fact": "age", "op": ">=", "value": 80}
HERE = {"fact": "registered_here", "op": "=", "value": True}


def verdict(person, data, day=DAY):
    """By the database and by the explanation; they must agree."""
    rule = parse(data)
    told = explain(rule, facts_of(Person.objects.filter(pk=person.pk), FACTS, day)[person.pk])
    found = dict(matches(Person.objects.all(), [rule], day))
    assert [told.fits] == found.get(person.pk, [False])
    return told


def born(year, month=11, day=25):
    return PersonFactory(birth_on=date(year, month, day), id_number="")


@pytest.mark.parametrize(
    ("person", "fits"),
    [
        ((1946, 11, 25), True),
        ((1946, 11, 26), False),
        ((1900, 1, 1), True),
        ((2026, 11, 25), False),
    ],
)
def test_an_age_is_reached_on_the_birthday(person, fits):
    assert verdict(born(*person), OLD).fits is fits


def test_what_is_not_known_is_neither_yes_nor_no():
    nobody_knows = PersonFactory(birth_on=None, id_number="")
    told = verdict(nobody_knows, OLD)
    assert (told.fits, told.reasons, told.missing) == (None, (), ("年龄",))
    assert verdict(nobody_knows, {"not": OLD}).fits is None
    assert verdict(
        nobody_knows, {"any": [OLD, {"fact": "lives_here", "op": "=", "value": False}]}
    ).fits


def test_what_a_register_does_not_know_of_can_be_ruled_to_be_no():
    disabled = {"fact": "disability_level", "op": "<=", "value": 4}
    person = born(1980)
    assert verdict(person, disabled).fits is None
    assert verdict(person, {**disabled, "unknown": "no"}).fits is False
    assert verdict(person, {"not": {**disabled, "unknown": "no"}}).fits is True


def test_a_child_makes_the_heads_of_its_household_parents():
    mother, child, aunt = born(1995), born(2024), born(1990)
    household(mother, daughter=child, sister=aunt)
    young = {"fact": "youngest_child", "op": "<", "value": 36, "unknown": "no"}
    assert verdict(mother, young).fits is True
    assert verdict(mother, young).reasons == ("最小的孩子：24个月（规定：不满36个月）",)
    assert verdict(aunt, young).fits is False


def test_a_child_who_died_or_of_unknown_birth_does_not_speak_for_the_others():
    mother, baby, lost = born(1995), born(2026, 2, 2), PersonFactory(birth_on=None, id_number="")
    household(mother, daughter=baby, son=lost)
    young = {"fact": "youngest_child", "op": "<", "value": 36, "unknown": "no"}
    assert verdict(mother, young).fits is True
    Person.objects.filter(pk=baby.pk).update(state=PersonState.DECEASED)
    assert verdict(mother, young).fits is False


def test_a_no_needs_no_further_fact():
    young = born(1990)
    assert verdict(young, {"all": [OLD, HERE]}).fits is False
    assert verdict(young, {"all": [OLD, HERE]}).missing == ()


def test_the_reasons_name_facts_value_and_rule():
    elder = born(1940)
    Occupancy.objects.create(
        person=elder,
        community=elder.community,
        dwelling=DwellingFactory(),
        kind=OccupancyKind.REGISTERED,
        from_on=ENROLLED,
    )
    told = verdict(elder, {"all": [OLD, HERE]})
    assert told.fits is True
    assert told.reasons == ("年龄：86岁（规定：至少80岁）", "本地户籍：是")


def test_a_register_elsewhere_is_a_no_and_none_is_unknown():
    person = born(1940)
    assert verdict(person, HERE).fits is None
    PersonDetail.objects.create(person=person, registered_address="宁夏回族自治区石嘴山市")
    assert verdict(person, HERE).fits is False


def test_an_address_in_the_city_is_a_register_here_and_the_own_one_counts_first():
    person = born(1940)
    household(person)
    Household.objects.update(registered_address="陕西省西安市雁塔区")
    assert verdict(person, HERE).fits is False
    PersonDetail.objects.create(
        person=person, registered_address="内蒙古自治区乌海市海勃湾区新华社区集体户"
    )
    assert verdict(person, HERE).fits is True


def test_codes_levels_and_households():
    person = born(1980)
    PersonDetail.objects.create(
        person=person, aid_status="1", disability_level="2", disability_kind="4", lives_alone="0"
    )
    household(person, son=born(2015))
    assert verdict(person, {"fact": "aid_status", "op": "in", "value": ["1", "3"]}).fits
    assert verdict(person, {"fact": "disability_level", "op": "<=", "value": 2}).fits
    assert verdict(person, {"fact": "household_size", "op": "=", "value": 2}).fits
    assert verdict(person, {"fact": "lives_alone", "op": "=", "value": False}).fits
    assert verdict(person, {"fact": "months_here", "op": ">=", "value": 29}).fits
    assert verdict(person, {"fact": "months_here", "op": ">=", "value": 30}).fits is False


@pytest.mark.parametrize(
    ("left_on", "months"),
    [(date(2026, 9, 1), 29), (date(2026, 8, 31), 29), (date(2026, 8, 30), 2)],
)
def test_moving_within_the_city_does_not_begin_the_stay_anew(left_on, months):
    person = born(1990)
    for from_on, to_on in ((ENROLLED, left_on), (date(2026, 9, 1), None)):
        Occupancy.objects.create(
            person=person,
            community=person.community,
            dwelling=DwellingFactory(),
            kind=OccupancyKind.RENTED,
            from_on=from_on,
            to_on=to_on,
        )
    assert verdict(person, {"fact": "months_here", "op": "=", "value": months}).fits
    Occupancy.objects.filter(to_on=None).update(to_on=date(2026, 10, 1))
    assert verdict(person, {"fact": "months_here", "op": ">=", "value": 0}).fits is None


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"fact": "religion", "op": "=", "value": "1"},
        {"fact": "age", "op": ">=", "value": "80"},
        {"fact": "age", "op": "~", "value": 80},
        {"fact": "sex", "op": ">", "value": "1"},
        {"fact": "aid_status", "op": "=", "value": "9"},
        {"fact": "aid_status", "op": "in", "value": []},
        {"fact": "age", "op": ">="},
        {"fact": "age", "op": ">=", "value": 80, "unknown": "yes"},
        {"all": []},
        {"all": [OLD], "any": [OLD]},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": OLD}}}}}}},
    ],
)
def test_a_broken_rule_is_refused_before_anybody_meets_it(data):
    with pytest.raises(BadRule):
        parse(data)


@given(
    span=st.sampled_from(Span),
    since=st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    day=st.dates(date(1999, 1, 1), date(2032, 3, 1)),
    number=st.integers(-2, 130),
)
@example(Span.YEARS, date(2004, 2, 29), date(2026, 2, 28), 22)
@example(Span.YEARS, date(2004, 2, 29), date(2028, 2, 29), 24)
@example(Span.MONTHS, date(2026, 2, 28), date(2026, 3, 31), 1)
@example(Span.MONTHS, date(2026, 1, 31), date(2026, 2, 28), 1)
def test_so_much_time_has_passed_exactly_since_the_latest_day_for_it(span, since, day, number):
    """What the database compares and what people read is the same age, at the ends of months too."""
    assert (since <= latest(span, number, day)) == (whole(span, since, day) >= number)


tests = st.one_of(
    st.builds(
        lambda op, n: {"fact": "age", "op": op, "value": n},
        st.sampled_from([">=", "<", "="]),
        st.integers(0, 90),
    ),
    st.builds(lambda v: {"fact": "sex", "op": "=", "value": v}, st.sampled_from(["1", "2"])),
    st.builds(lambda v: {"fact": "registered_here", "op": "=", "value": v}, st.booleans()),
    st.builds(lambda v: {"fact": "lives_alone", "op": "=", "value": v}, st.booleans()),
    st.builds(
        lambda v: {"fact": "lives_alone", "op": "=", "value": v, "unknown": "no"}, st.booleans()
    ),
    st.builds(
        lambda v: {"fact": "aid_status", "op": "in", "value": v},
        st.lists(st.sampled_from(["0", "1"]), min_size=1, unique=True),
    ),
)
rules = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)


@pytest.fixture
def crowd():
    """People of whom more or less is known."""
    for serial in range(12):
        person = PersonFactory(
            birth_on=None if serial % 4 == 0 else date(1930 + serial * 7, 5, 5),
            sex="0" if serial % 3 == 0 else "1",
            id_number="",
        )
        if serial % 2:
            PersonDetail.objects.create(
                person=person,
                lives_alone="" if serial % 3 == 0 else "1",
                aid_status="" if serial % 5 == 0 else "1",
                registered_address="远方" if serial % 3 == 1 else "",
            )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=rules)
def test_database_and_explanation_agree_on_every_rule(crowd, data):
    rule = parse(data)
    everybody = Person.objects.all()
    found = dict(matches(everybody, [rule], DAY))
    for pk, facts in facts_of(everybody, FACTS, DAY).items():
        told = explain(rule, facts)
        assert [told.fits] == found.get(pk, [False])
        assert (told.fits is None) == bool(told.missing)


# --- kept facts ---------------------------------------------------------------------------------
def kept() -> dict[Any, tuple[Any, ...]]:
    """The rows that are kept, brought up to date by what the database noted."""
    refresh_facts()
    return {row[0]: row[1:] for row in PersonFacts.objects.values_list("person_id", *KEPT)}


def fresh() -> dict[Any, tuple[Any, ...]]:
    """What the base itself says of all who live."""
    text, parameters = fresh_facts(Person.objects.filter(state=PersonState.ACTIVE))
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return {row[0]: row[1:] for row in cursor}


def test_whatever_is_written_the_kept_facts_are_those_of_the_base():
    """Each sort of change, in whichever way it is written: by the actions, by a queryset, by COPY."""
    mother, child, son = born(1995), born(2024), born(2001)
    home = household(mother, daughter=child)
    assert kept() == fresh()
    assert len(kept()) == 3
    city = Place.objects.get(level=PlaceLevel.CITY)
    detail = PersonDetail(person=mother, aid_status="1", lives_alone="0")
    baby = PersonFactory.build(
        birth_on=date(2026, 1, 1), id_number="", place=mother.place, community=mother.community
    )
    changes: list[Callable[[], object]] = [
        detail.save,
        lambda: PersonDetail.objects.update(aid_status="2", registered_address=f"{city.name}某街"),
        lambda: PersonDetail.objects.update(registered_address=""),
        lambda: Household.objects.filter(pk=home.pk).update(registered_address=f"{city.name}路1号"),
        lambda: Place.objects.filter(pk=city.pk).update(name="别处市"),
        lambda: Person.objects.filter(pk=child.pk).update(birth_on=date(2025, 5, 5)),
        lambda: bulk.copy([baby]),
        lambda: HouseholdMember.objects.create(
            household=home, person=baby, relation=Relation.DAUGHTER, from_on=DAY
        ),
        lambda: Person.objects.filter(pk=child.pk).update(state=PersonState.DECEASED),
        lambda: HouseholdMember.objects.filter(person=baby).update(to_on=DAY),
        lambda: HouseholdMember.objects.filter(person=baby).update(to_on=None),
        lambda: HouseholdMember.objects.filter(person=baby).update(person=son),
        lambda: HouseholdMember.objects.filter(person=son).delete(),
        lambda: Occupancy.objects.create(
            person=son,
            community=son.community,
            kind=OccupancyKind.RENTED,
            from_on=date(2020, 1, 1),
        ),
        lambda: Occupancy.objects.filter(person=son).update(to_on=date(2024, 1, 1)),
        lambda: Occupancy.objects.filter(person=mother).delete(),
        lambda: Person.objects.filter(pk=child.pk).update(state=PersonState.ACTIVE),
        lambda: PersonDetail.objects.all().delete(),
    ]
    before = kept()
    for change in changes:
        change()
        assert StaleFacts.objects.exists()
        after = kept()
        assert after == fresh()
        assert after != before
        assert not StaleFacts.objects.exists()
        before = after


def test_what_no_rule_asks_for_is_not_noted():
    person = born(1995)
    refresh_facts()
    person.phone = "13900001234"
    person.save()
    assert not StaleFacts.objects.exists()


@sweeps(refresh_facts)
def test_a_whole_register_leaves_one_note_and_a_merged_entry_is_asked_no_more():
    refresh_facts()
    people = PersonFactory.create_batch(3)
    PersonFacts.objects.all().delete()
    StaleFacts.objects.all().delete()
    StaleFacts.objects.create()
    refresh_facts()
    assert set(kept()) == {person.pk for person in people}
    Person.objects.filter(pk=people[0].pk).update(
        state=PersonState.MERGED, merged_into=people[1].pk
    )
    assert people[0].pk not in kept()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.lists(rules, min_size=1, max_size=3))
def test_kept_facts_give_the_verdicts_of_the_base(crowd, data):
    refresh_facts()
    asked = [parse(each) for each in data]
    living = Person.objects.filter(state=PersonState.ACTIVE)
    assert dict(kept_matches(asked, DAY)) == dict(matches(living, asked, DAY))


def test_of_nobody_there_are_no_facts():
    assert facts_of(Person.objects.filter(pk__in=[]), ["age"], DAY) == {}

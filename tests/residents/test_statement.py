"""人口变动月报: start plus what happened is the end, for every past month, whatever becomes known later."""

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError

from accounts.audit import SYSTEM
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from residents.base import statement
from residents.base.actions import correcting, households, life, moving
from residents.base.actions.counting import recount_population
from residents.base.actions.merging import merge, unmerge
from residents.base.actions.register import load_persons
from residents.base.enums import Basis, OccupancyKind, Relation, Sex
from residents.base.models import (
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonEvent,
    PersonMerge,
    PopulationMonth,
)
from tests.conftest import queries_of
from tests.factories.data import load_sources
from tests.factories.governance import (
    CommunityFactory,
    StationFactory,
    UnitFactory,
    staff,
)
from tests.factories.residents import DwellingFactory, SourceSystemFactory
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 28, 2, 0, tzinfo=UTC)
END = datetime(2026, 8, 20, 2, 0, tzinfo=UTC)
MONTHS = [date(2026, month, 1) for month in range(1, 9)]


@pytest.fixture
def places():
    """Two communities of one street, with a clerk for both."""
    one = CommunityFactory()
    return [one, CommunityFactory(parent=one.parent)]


@pytest.fixture
def clerk(places):
    return staff(Role.STATION_DIRECTOR, StationFactory(place=places[0], covers=places))


def arrive(clerk, place, on, now, **more):
    return moving.move_in_new(
        full_name="张三", place=place, on=on, id_number="", sex=Sex.MALE,
        birth_on=date(1990, 1, 1), by=clerk, now=now, **more,
    )  # fmt: skip


def of(place, month, basis=Basis.ACTUAL):
    return statement.statements([place.pk], month, month)[place.pk, month, basis]


def flows(month):
    return {column: n for column, n in month.flows.items() if n}


# --- one month --------------------------------------------------------------------------------------
def test_a_month_is_start_plus_what_happened(places, clerk):
    here, there = places
    door = DwellingFactory(place=UnitFactory(community=here))
    people = [
        arrive(clerk, here, date(2026, 1, day), START + timedelta(days=90), dwelling=door,
               with_registration=True)
        for day in (3, 4, 5)
    ]  # fmt: skip
    now = START + timedelta(days=91)
    life.register_death(people[0].pk, on=date(2026, 2, 2), by=clerk, now=now)
    moving.move_in(people[1].pk, place=there, on=date(2026, 2, 3), by=clerk, now=now)
    moving.move_out(people[2].pk, on=date(2026, 2, 4), keeps_registration=True, by=clerk, now=now)
    for count in (False, True):  # folded in on reading, and kept as sums: the same
        if count:
            recount_population(now=now)
            assert not PersonEvent.objects.uncounted().exists()
        month = of(here, date(2026, 2, 1))
        assert (month.start, month.end) == (3, 0)
        assert flows(month) == {"deaths": 1, "moved_out": 1, "left": 1}
        assert flows(of(there, date(2026, 2, 1))) == {"moved_in": 1}
        # For the street the move stayed inside; the register kept two of the three.
        assert flows(of(here.parent, date(2026, 2, 1))) == {"deaths": 1, "left": 1, "inside": 1}
        registered = of(here, date(2026, 2, 1), Basis.REGISTERED)
        assert (registered.start, registered.end, flows(registered)) == (3, 2, {"deaths": 1})


@sweeps(households.split_household)
def test_households_are_counted_by_their_heads(places, clerk):
    here, _there = places
    now = START + timedelta(days=120)
    head, other = (arrive(clerk, here, date(2026, 1, 7), now) for _n in range(2))
    home = Household.objects.create(number="H1", community=here)
    for person, relation in ((head, Relation.HEAD), (other, Relation.SON)):
        HouseholdMember.objects.create(
            household=home, person=person, relation=relation, from_on=date(2026, 1, 7)
        )
    PersonEvent.objects.filter(person=head).update(is_head=True)
    households.split_household(
        home.pk, relations={other.pk: Relation.HEAD}, number="H2", on=date(2026, 3, 1), by=clerk, now=now
    )  # fmt: skip
    recount_population(now=now)
    assert [of(here, month).households for month in MONTHS[:3]] == [1, 1, 2]
    life.register_death(other.pk, on=date(2026, 4, 1), by=clerk, now=now)
    assert of(here, date(2026, 4, 1)).households == 1


def test_a_late_event_changes_its_month_and_those_after_it_and_no_other(places, clerk):
    here, _there = places
    person = arrive(clerk, here, date(2026, 1, 6), START)
    recount_population(now=END)
    before = {month: (of(here, month).start, of(here, month).end) for month in MONTHS}
    life.register_death(person.pk, on=date(2026, 4, 30), by=clerk, now=END)
    for count in (False, True):
        if count:
            recount_population(now=END)
        after = {month: (of(here, month).start, of(here, month).end) for month in MONTHS}
        assert {month for month in MONTHS if after[month] != before[month]} == set(MONTHS[3:])
        assert after[MONTHS[3]] == (1, 0)
        assert after[MONTHS[4]] == (0, 0)


def test_an_event_before_all_that_was_counted_is_found(places, clerk):
    here, _there = places
    arrive(clerk, here, date(2026, 5, 6), END)
    recount_population(now=END)
    arrive(clerk, here, date(2026, 2, 6), END)
    assert of(here, MONTHS[2]).start == 1
    recount_population(now=END)
    assert [of(here, month).end for month in MONTHS] == [0, 1, 1, 1, 2, 2, 2, 2]


@sweeps(moving.move_in_new, recount_population)
def test_who_was_there_before_the_first_event_stands_in_its_start(places, clerk):
    here, _there = places
    person = arrive(clerk, here, date(2026, 1, 6), START)
    PersonEvent.objects.all().delete()  # as if loaded before events were kept
    moving.move_out(person.pk, on=date(2026, 3, 3), by=clerk, now=END)
    recount_population(now=END)
    assert (of(here, MONTHS[2]).start, of(here, MONTHS[2]).end) == (1, 0)


def test_a_correction_heals_the_month_that_it_corrects(places, clerk):
    here, _there = places
    person = arrive(clerk, here, date(2026, 1, 6), START)
    act = life.register_death(person.pk, on=date(2026, 3, 3), by=clerk, now=END)
    recount_population(now=END)
    correcting.correct_event(
        act, reason="日期写错", on=date(2026, 5, 3), by=clerk, now=END + timedelta(hours=1)
    )
    for count in (False, True):
        if count:
            recount_population(now=END)
        assert [of(here, month).end for month in MONTHS] == [1, 1, 1, 1, 0, 0, 0, 0]
        assert flows(of(here, MONTHS[2])) == {}


def test_what_happened_before_somebody_was_known_takes_his_entry_along(places, clerk):
    """A list says who lives here on its day; that one of them had died is heard a week later."""
    here, _there = places
    SourceSystemFactory(code="police")
    rows = [
        {"full_name": f"张{n}", "birth_on": "1990-01-01", "sex": "1", "community": here.code}
        for n in "一二"
    ]
    load_persons(rows, source="police", by=SYSTEM, now=START + timedelta(days=60))
    recount_population(now=END)
    dead = Person.objects.order_by("pk")[0]
    with pytest.raises(Invalid) as refused:
        life.register_death(dead.pk, on=date(1989, 12, 31), by=clerk, now=END)
    assert refused.value.code == "date_before_birth"
    act = life.register_death(dead.pk, on=date(2026, 2, 3), by=clerk, now=END)
    for count in (False, True):
        if count:
            recount_population(now=END)
        assert flows(of(here, MONTHS[1])) == {"entered": 1, "deaths": 1}
        assert flows(of(here, MONTHS[2])) == {"entered": 1}
        assert [of(here, month).end for month in MONTHS[:4]] == [0, 0, 1, 1]
    assert not dead.occupancies.filter(to_on=None).exists()
    correcting.correct_event(act, reason="不是他", by=clerk, now=END + timedelta(hours=1))
    assert [of(here, month).end for month in MONTHS[:4]] == [0, 1, 2, 2]
    assert dead.occupancies.get(to_on=None).from_on == date(2026, 2, 3)
    person = arrive(clerk, here, date(2026, 3, 3), END)
    with pytest.raises(Invalid) as refused:  # whatever is no entry stays where it is
        life.register_death(person.pk, on=date(2026, 3, 2), by=clerk, now=END)
    assert refused.value.code == "date_before_last"


def test_a_list_from_outside_is_counted_as_entered(places):
    here, _there = places
    SourceSystemFactory(code="police")
    rows = [
        {"full_name": f"张{n}", "birth_on": "1990-01-01", "sex": "1", "community": here.code}
        for n in "一二三"
    ]
    load_persons(rows, source="police", by=SYSTEM, now=START)
    assert flows(of(here, MONTHS[0])) == {"entered": 3}
    assert of(here.parent.parent, MONTHS[0]).end == 3


def told(places):
    """All that the statements of these places say, by place, month and basis."""
    found = statement.statements([place.pk for place in places], MONTHS[0], MONTHS[-1])
    return {key: (month.end, month.households, flows(month)) for key, month in found.items()}


def both_ways():
    """Folded in on reading, and kept as sums: the same."""
    yield
    recount_population(now=END)
    yield


@pytest.fixture
def doubles(places, clerk):
    """Registered in January three times: twice behind one door, once in the next community."""
    load_sources()
    here, there = places
    door = DwellingFactory(place=UnitFactory(community=here))
    people = [
        arrive(clerk, place, date(2026, 1, 5 + n), START + timedelta(days=90), dwelling=flat,
               with_registration=n == 1)
        for n, (place, flat) in enumerate([(here, door), (here, door), (there, None)])
    ]  # fmt: skip
    recount_population(now=END)
    return people


def joined(clerk, stays, *others):
    return [merge(stays.pk, one.pk, reason="同一人", by=clerk, now=END) for one in others]


def test_a_double_is_counted_until_it_is_found_and_not_after(places, clerk, doubles):
    here, there = places
    above = [*places, here.parent]
    before = told(above)
    joined(clerk, *doubles)
    for _way in both_ways():
        after = told(above)
        assert {key for key in before if after[key] != before[key]} == {
            (place.pk, MONTHS[-1], "actual") for place in above
        }, "months that were told stay; his registration went over, nothing is less"
        august = of(here, MONTHS[-1])
        assert (august.start, august.end, flows(august)) == (2, 1, {"merged": 1})
        assert flows(of(there, MONTHS[-1])) == {"merged": 1}
        assert flows(of(here.parent, MONTHS[-1])) == {"merged": 2}
        for place, basis in product(above, Basis):
            behind = statement.behind("merged", basis, place, MONTHS[-1])
            assert behind.count() == after[place.pk, MONTHS[-1], basis][2].get("merged", 0)
        _agrees(places)


def test_a_merge_that_was_a_mistake_leaves_no_trace_in_the_months(places, clerk, doubles):
    before = told(places)
    rows = joined(clerk, *doubles)
    with pytest.raises(Conflict, match="merged"):
        correcting.correct_event(rows[0].pk, reason="错", by=clerk, now=END)
    for row in reversed(rows):
        unmerge(row.pk, reason="双胞胎", by=clerk, now=END + timedelta(hours=2))
    for _way in both_ways():
        assert told(places) == before
        _agrees(places)


def test_what_was_late_before_a_merge_can_still_be_told(places, clerk, doubles):
    joined(clerk, *doubles)
    moving.move_out(doubles[0].pk, on=date(2026, 7, 3), keeps_registration=True, by=clerk, now=END)
    assert of(places[0], MONTHS[-1]).end == 0
    _agrees(places)


def test_two_heads_are_one_household_less_when_they_are_one(places, clerk):
    load_sources()
    here, _there = places
    heads = [arrive(clerk, here, date(2026, 1, 7), START + timedelta(days=90)) for _n in range(2)]
    for number, person in enumerate(heads):
        home = Household.objects.create(number=f"H{number}", community=here)
        HouseholdMember.objects.create(
            household=home, person=person, relation=Relation.HEAD, from_on=date(2026, 1, 7)
        )
    PersonEvent.objects.update(is_head=True)
    recount_population(now=END)
    row = merge(heads[0].pk, heads[1].pk, reason="同一人", by=clerk, now=END)
    assert [of(here, month).households for month in MONTHS[-2:]] == [2, 1]
    unmerge(row.pk, reason="双胞胎", by=clerk, now=END)
    assert [of(here, month).households for month in MONTHS[-2:]] == [2, 2]


def test_the_database_refuses_a_month_that_does_not_add_up(places):
    sums = dict.fromkeys(("entered", *statement.COLUMNS), 0)
    with pytest.raises(IntegrityError):
        PopulationMonth.objects.create(
            place=places[0], month=MONTHS[0], basis="actual", start=1, end=2, households=0, **sums
        )


# --- any sequence of events ---------------------------------------------------------------------------
def replayed(day):
    """The naive way: every event that stands, one after the other."""
    count: Counter[tuple[object, str]] = Counter()
    for event in PersonEvent.objects.standing().filter(on__lte=day):
        for basis, was, now in (
            ("actual", event.lived_in_id, event.lives_in_id),
            ("registered", event.was_registered_in_id, event.registered_in_id),
        ):
            count[was, basis] -= 1
            count[now, basis] += 1
    return count


def acts(rng, clerk, places, day, now):
    """One act, whatever is possible that day; a refusal is an answer too."""
    alive = sorted(set(PersonEvent.objects.values_list("person_id", flat=True)))
    place = rng.choice(places)
    choices = [
        lambda: arrive(clerk, place, day, now, with_registration=rng.random() < 0.5,
                       kind=rng.choice([OccupancyKind.ACTUAL, OccupancyKind.RENTED])),
    ]  # fmt: skip
    if alive:
        who = rng.choice(alive)
        act = rng.choice(sorted(set(PersonEvent.objects.values_list("act_id", flat=True))))
        choices += [
            lambda: life.register_death(who, on=day, by=clerk, now=now),
            lambda: moving.move_out(
                who, on=day, keeps_registration=rng.random() < 0.4, by=clerk, now=now
            ),
            lambda: moving.move_in(
                who, place=place, on=day, with_registration=rng.random() < 0.3, by=clerk, now=now
            ),
            lambda: life.report_missing(who, on=day, by=clerk, now=now),
            lambda: correcting.correct_event(
                act, reason="错", on=day if rng.random() < 0.5 else None, by=clerk, now=now
            ),
            lambda: merge(who, rng.choice(alive), reason="同一人", by=clerk, now=now),
            lambda: unmerge(
                rng.choice(list(PersonMerge.objects.all())).pk, reason="双胞胎", by=clerk, now=now
            ),
        ]
    with suppress(NotAllowed, Person.DoesNotExist, IndexError):
        rng.choice(choices)()


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_events_adds_up_to_the_naive_recount(places, clerk, seed):
    load_sources()
    rng = random.Random(seed)
    for step in range(60):
        # Recorded in order, on days that lie back as they please.
        day = date(2026, 1, 5) + timedelta(days=rng.randint(0, 220))
        acts(rng, clerk, places, day, END + timedelta(minutes=step))
        if rng.random() < 0.2:
            recount_population(now=END)
    assert PersonMerge.objects.exists()
    _agrees(places)
    recount_population(now=END)
    _agrees(places)
    kept = list(PopulationMonth.objects.values_list("place", "month", "basis", "start", "end"))
    recount_population(now=END, since=min(row[1] for row in kept))
    assert (
        list(PopulationMonth.objects.values_list("place", "month", "basis", "start", "end")) == kept
    )


def _agrees(places):
    found = statement.statements([place.pk for place in places], MONTHS[0], MONTHS[-1])
    above = statement.lineages()
    for month in MONTHS:
        last = statement.next_month(month) - timedelta(days=1)
        naive, stock = replayed(last), statement.stock(last, above)
        for place in places:
            for basis in Basis.values:
                end = found[place.pk, month, basis].end
                assert end == naive[place.pk, basis], (month, basis)
                assert end == stock.get((place.pk, basis), Counter())["persons"], (month, basis)


def test_a_statement_costs_the_same_with_ten_times_the_history(places, clerk):
    here, _there = places
    arrive(clerk, here, date(2026, 1, 6), START)
    recount_population(now=END)

    def cost():
        return queries_of(
            lambda: statement.statements([place.pk for place in places], MONTHS[-1], MONTHS[-1])
        )

    few = cost()
    for day in range(7, 27):
        arrive(clerk, here, date(2026, 1, day), END)
    recount_population(now=END)
    assert cost() == few <= 5
    assert Occupancy.objects.count() == 21


def test_nothing_new_writes_nothing(places, clerk):
    arrive(clerk, places[0], date(2026, 1, 6), START)
    assert recount_population(now=END) > 0
    assert recount_population(now=END) == 0

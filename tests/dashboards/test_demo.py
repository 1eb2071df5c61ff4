"""The demonstration city: invented, repeatable, complete."""

import json
import random
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts import totp, usernames
from accounts.enums import UserKind
from accounts.models import Totp, User
from common.errors import NotAllowed
from common.identity import check_id_number, luhn
from community.governance.actions import read_places
from community.governance.enums import PlaceLevel, PostBasis, Role
from community.governance.models import Place, Post, StationCoverage
from community.governance.scopes import scope_of
from dashboards.demo import accounts, places
from dashboards.demo.handing import particulars
from dashboards.demo.people import Population, populate
from notifications.enums import Channel, MessageState
from notifications.models import Message
from residents.base import statement
from residents.base.enums import DocumentType, OccupancyKind, PersonState, Relation
from residents.base.models import (
    Dwelling,
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonEvent,
)
from servicehall.aftercare.enums import Receiver
from servicehall.aftercare.models import Delivery
from servicehall.cases.actions import accept
from servicehall.cases.enums import CaseState, DeliveryWay, Light, Outcome
from servicehall.cases.models import Case, Rating

AS_OF = date(2026, 3, 1)
DATA = read_places()
SMALL, FULL = places.sites(DATA, is_full=False), places.sites(DATA, is_full=True)


# --- without a database ---------------------------------------------------------------------------


def built(site: places.Site, seed: int = 1) -> tuple[Place, places.Ground]:
    community = Place(id=uuid.UUID(int=site.index), code=site.code, path=site.path)
    rng = random.Random(seed)
    return community, places.build(site, rng=rng, community_id=community.pk, as_of=AS_OF)


def made(site: places.Site, seed: int = 1) -> Population:
    community, ground = built(site, seed)
    return populate(site, ground, seed=seed, community=community, as_of=AS_OF)


def rows(population: Population) -> list[Any]:
    """Every attribute of every row, dwellings and ties included."""
    batch = population.batch
    everything = [
        *batch.dwellings,
        *batch.persons,
        *batch.households,
        *batch.members,
        *batch.occupancies,
    ]
    return [
        {key: value for key, value in vars(row).items() if key != "_state"} for row in everything
    ]


@pytest.fixture(scope="module")
def populations() -> list[Population]:
    return [made(site) for site in SMALL]


@pytest.fixture(scope="module")
def people(populations: list[Population]) -> list[Person]:
    return [person for population in populations for person in population.batch.persons]


def test_the_same_seed_gives_the_same_people_whoever_else_is_made(
    populations: list[Population],
) -> None:
    """Alone or as the fourth: so several processes may make the city at once. Another seed gives others."""
    again, other = made(SMALL[3]), made(SMALL[3], seed=2)
    assert rows(again) == rows(populations[3])
    assert {p.full_name for p in again.batch.persons} != {p.full_name for p in other.batch.persons}
    assert {(site.index, site.code) for site in SMALL} < {(site.index, site.code) for site in FULL}


def test_every_number_is_valid_and_nobody_elses(people: list[Person]) -> None:
    numbered = [person for person in people if person.id_number]
    for person in numbered:
        found = check_id_number(str(person.id_number))
        assert (found.birth_on, found.sex) == (person.birth_on, person.sex)
    assert len({person.id_number for person in numbered}) == len(numbered)


def test_numbers_are_unique_across_the_whole_city() -> None:
    """Two big communities of one district share days and areas, never a serial."""
    first, second = (
        {
            person.id_number
            for person in made(replace(site, households=900)).batch.persons
            if person.id_number
        }
        for site in FULL[:2]
    )
    assert min(len(first), len(second)) > 1800
    days = [{number[:14] for number in numbers} for numbers in (first, second)]
    assert len(days[0] & days[1]) > 50, "nothing could meet"
    assert not first & second


def test_old_numbers_keep_codes_of_counties_that_are_gone(people: list[Person]) -> None:
    areas = Counter(person.id_number[:6] for person in people if person.id_number)
    assert {"152801", "152701", "150302", "150303", "150304"} <= set(areas)


def test_no_telephone_can_ring_and_no_card_can_pay(people: list[Person]) -> None:
    phones = [person.phone for person in people if person.phone]
    assert all(re.fullmatch(r"154\d{8}", phone) for phone in phones)
    assert len(set(phones)) == len(phones) > 1500
    cards = [person.bank_card for person in people if person.bank_card]
    assert all(card.startswith("999") and luhn(card) % 10 == 0 for card in cards)
    assert len(set(cards)) == len(cards) > 300


def test_the_small_city_has_its_households_and_a_plausible_pyramid(
    populations: list[Population],
) -> None:
    assert sum(len(population.batch.households) for population in populations) == 1500
    alive = [
        p
        for population in populations
        for p in population.batch.persons
        if p.state == PersonState.ACTIVE
    ]
    assert 3000 < len(alive) < 3700
    ages = [(AS_OF - person.birth_on).days / 365.25 for person in alive if person.birth_on]
    expected = sum(site.people["elders"] * site.households for site in SMALL) / 1500
    assert abs(sum(age >= 60 for age in ages) / len(ages) - expected) < 0.04
    assert 0.08 < sum(age < 15 for age in ages) / len(ages) < 0.2
    assert max(ages) < 105
    mongolian = sum(person.ethnic_group == "02" for person in alive) / len(alive)
    assert 0.02 < mongolian < 0.08


def test_the_full_city_has_the_size_of_the_real_one() -> None:
    assert len(FULL) == 86
    size = DATA["scale"]["full"]
    assert sum(site.households for site in FULL) == size["households"] == 258_000
    # Every second community, forty households of each, weighed by how many it has.
    sample, each = FULL[::2], 40
    alive = sum(
        site.households * (person.state == PersonState.ACTIVE) / each
        for site in sample
        for person in made(replace(site, households=each)).batch.persons
    )
    per_household = alive / sum(site.households for site in sample)
    assert per_household * size["households"] == pytest.approx(size["persons"], rel=0.03)


def test_the_register_has_its_rare_cases(people: list[Person]) -> None:
    names = {person.full_name for person in people}
    assert sum("·" in name for name in names) > 5
    assert any(set(name) & set("㛃𬭚䶮𫘧") for name in names)
    babies = [p for p in people if not p.id_number]
    assert babies
    assert all(
        p.document_type == DocumentType.NONE and p.birth_on and p.birth_on.year >= 2025
        for p in babies
    )
    states = Counter(person.state for person in people)
    assert states[PersonState.DECEASED] > 5
    assert states[PersonState.MOVED_OUT]
    kinds = {person.document_type for person in people}
    assert {DocumentType.FOREIGN_PERMANENT, DocumentType.HK_MO_TW_PERMIT} <= kinds


def test_nobody_of_a_household_has_the_name_of_another(populations: list[Population]) -> None:
    for population in populations:
        names: dict[object, list[str]] = {}
        for member in population.batch.members:
            if member.to_on is None:
                names.setdefault(member.household_id, []).append(member.person.full_name)
        assert all(len(set(each)) == len(each) for each in names.values())


def test_every_household_has_exactly_one_head(populations: list[Population]) -> None:
    for population in populations:
        batch = population.batch
        heads = Counter(
            m.household_id for m in batch.members if m.relation == Relation.HEAD and m.to_on is None
        )
        assert heads == dict.fromkeys((home.pk for home in batch.households), 1)


def test_nobody_belongs_to_a_household_before_birth(populations: list[Population]) -> None:
    for population in populations:
        born = {person.pk: person.birth_on for person in population.batch.persons}
        ties: list[Any] = [*population.batch.members, *population.batch.occupancies]
        for tie in ties:
            assert born[tie.person_id] <= tie.from_on <= AS_OF
            assert tie.to_on is None or tie.from_on <= tie.to_on


def test_every_door_is_under_a_stairwell_of_its_community() -> None:
    for site in (*SMALL, FULL[30], next(site for site in FULL if site.kind == "village")):
        _community, ground = built(site)
        by_id = {place.pk: place for place in ground.places}
        levels = [PlaceLevel.UNIT, PlaceLevel.BUILDING, PlaceLevel.YARD, PlaceLevel.AREA]
        for dwelling in ground.dwellings:
            node: Place | None = by_id[dwelling.place_id]
            for level in levels:
                assert node is not None
                assert node.level == level
                assert node.path.startswith(site.path)
                node = by_id.get(node.parent_id) if node.parent_id else None
        assert len({place.code for place in ground.places}) == len(ground.places)
        assert all(len(place.code) <= 22 for place in ground.places)


# --- loaded by the command ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The small city, once for all tests below; rolled back afterwards. Gives the folder of its files."""
    folder = tmp_path_factory.mktemp("state")
    with django_db_blocker.unblock(), override_settings(STATE_DIR=folder):
        transactions: Any = (
            TestCase  # its own, in which durable actions run; pytest-django has none for a module
        )
        atomics = transactions._enter_atomics()
        try:
            call_command("load_demo", "--scale", "small", "--seed", "7", stdout=StringIO())
            yield folder
        finally:
            transactions._rollback_atomics(atomics)


def test_the_base_holds_what_was_made(city: Path) -> None:
    assert Household.objects.count() == 1500
    assert Dwelling.objects.exclude(place__level=PlaceLevel.UNIT).count() == 0
    heads = Household.objects.annotate(
        heads=Count(
            "members", filter=Q(members__relation=Relation.HEAD, members__to_on__isnull=True)
        )
    )
    assert heads.exclude(heads=1).count() == 0
    assert HouseholdMember.objects.exclude(person__community=F("household__community")).count() == 0
    assert Occupancy.objects.filter(kind=OccupancyKind.RENTED).exists()


def test_the_monthly_statement_has_real_numbers_and_agrees_with_the_ties(city: Path) -> None:
    today = timezone.localdate()
    this = statement.first_of(today)
    place = Place.objects.get(level=PlaceLevel.CITY)
    found = statement.statements([place.pk], date(today.year - 1, 1, 1), this)
    above = statement.lineages()
    happened: Counter[str] = Counter()
    for (_place, month, basis), counted in found.items():
        last = min(statement.next_month(month) - timedelta(days=1), today)
        stock = statement.stock(last, above)[place.pk, basis]
        assert (counted.end, counted.households) == (stock["persons"], stock["households"]), month
        happened.update(counted.flows)
    assert min(happened[column] for column in ("births", "deaths", "came", "left", "inside")) > 0
    assert not PersonEvent.objects.uncounted().exists()


def test_a_person_is_found_as_the_counter_searches(city: Path) -> None:
    account = next(entry for entry in entries(city) if entry["name"] == "郑桂兰")
    person = Person.objects.with_number(account["username"]).get()
    assert person.id_number
    assert person.phone
    for text in (person.id_number, "桂兰", "zgl", "zhengguilan", person.phone):
        assert person in Person.objects.all().matching(text)


def entries(city: Path) -> list[dict[str, Any]]:
    return list(json.loads((city / "demo-accounts.json").read_text(encoding="utf-8")))


def test_every_account_of_the_file_opens(city: Path) -> None:
    found = entries(city)
    assert len({entry["username"] for entry in found}) == len(found)
    for entry in found:
        assert {"username", "password", "totp_seed", "role", "post", "place", "name"} <= set(entry)
        is_resident = entry["role"] == UserKind.RESIDENT
        username = usernames.of_resident(entry["username"]) if is_resident else entry["username"]
        user = User.objects.get(username=username)
        assert user.check_password(entry["password"])
        assert not user.must_change_password
        if is_resident:
            assert user.person.full_name == entry["name"]
        else:
            assert totp.is_secret(entry["totp_seed"])
            assert Totp.objects.get(user=user).secret == entry["totp_seed"]
            assert Post.objects.filter(user=user, role=entry["role"]).exists()


def test_the_file_is_for_its_owner_only(city: Path) -> None:
    assert (city / "demo-accounts.json").stat().st_mode & 0o077 == 0


def test_every_role_can_be_tried(city: Path) -> None:
    roles = {role for entry in entries(city) for role in entry["roles"]}
    assert roles == set(Role.values) - {Role.COMMITTEE_MEMBER} | {UserKind.RESIDENT.value}


def test_every_station_of_a_populated_community_has_two_clerks_and_a_director(city: Path) -> None:
    stations = StationCoverage.objects.filter(community__code__in=[site.code for site in SMALL])
    for station in {coverage.station for coverage in stations.select_related("station")}:
        roles = Counter(station.posts.values_list("role", flat=True))
        assert roles[Role.WINDOW_CLERK] >= 2
        assert roles[Role.STATION_DIRECTOR] == 1
        assert any(station.posts.exclude(lines=[]))


def test_one_person_holds_three_posts_on_three_legal_bases(city: Path) -> None:
    holders = User.objects.annotate(held=Count("posts")).filter(held=3)
    assert {post.basis for post in holders.get().posts.all()} == set(PostBasis)


def test_there_is_a_case_in_every_state_and_under_every_light(city: Path) -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    assert set(states) == set(CaseState)
    assert 110 <= sum(states.values()) <= 130
    lit: Any = Case.objects.all().with_light(timezone.localdate())
    lights = set(lit.values_list("light", flat=True))
    assert lights == set(Light)
    assert set(Case.objects.values_list("outcome", flat=True)) == {"", *Outcome}
    assert {True, False} <= set(Case.objects.values_list("is_on_time", flat=True))
    levels = set(
        Case.objects.filter(state=CaseState.IN_REVIEW).values_list("handler__kind", flat=True)
    )
    assert {"street_office", "department"} <= levels
    ratings = set(Rating.objects.values_list("level", flat=True))
    assert ratings & {1, 2}
    assert ratings & {4, 5}


def test_cases_spread_over_windows_stations_and_weeks(city: Path) -> None:
    assert Case.objects.values("window").distinct().count() == 7
    assert Case.objects.values("station").distinct().count() == 5
    days = set(Case.objects.values_list("filed_on", flat=True))
    assert len({(day.isocalendar().year, day.isocalendar().week) for day in days}) >= 8


def test_every_delivery_says_how_it_came_into_whose_hands(city: Path) -> None:
    found = list(Delivery.objects.select_related("case__version", "case__applicant").order_by("pk"))
    drawn = [
        particulars(
            delivery.case.version,
            delivery.case.applicant,
            [Person(sex="2", birth_on=date(1970, 1, 1), full_name="赵秀兰")],
            rng=random.Random(seed),
            today=timezone.localdate(),
            in_person=False,
        )
        for seed, delivery in enumerate(found * 9)
    ]
    assert {one["way"] for one in drawn} == set(DeliveryWay.values)
    assert {one["receiver"] for one in drawn} == set(Receiver.values)
    for delivery in found:
        assert (delivery.receiver == Receiver.PROXY) == bool(delivery.proxy_name)
        assert delivery.way in delivery.case.version.content["result"]["delivery"]
        assert delivery.is_signed == (delivery.way != DeliveryWay.POST)
        assert bool(delivery.tracking_number) == (delivery.way == DeliveryWay.POST)


def test_nothing_of_a_case_lies_in_the_future_or_out_of_order(city: Path) -> None:
    now = timezone.now()
    for case in Case.objects.prefetch_related("events"):
        moments = [event.at for event in case.events.all()]
        assert moments == sorted(moments)
        assert moments[-1] <= now


def test_the_guests_file_their_matters_themselves(city: Path) -> None:
    residents = [
        usernames.of_resident(e["username"]) for e in entries(city) if e["role"] == "resident"
    ]
    assert not Case.objects.filter(applicant__account__username__in=residents).exists()


def test_every_member_of_staff_is_a_person_of_the_city(city: Path) -> None:
    people = dict(
        Person.objects.filter(staff_account__isnull=False).values_list(
            "staff_account__username", "full_name"
        )
    )
    named = {e["username"]: e["name"] for e in entries(city) if e["role"] != "resident"}
    assert people == named
    assert len(set(named.values())) == len(named)
    assert set(accounts.TIED) <= set(named)


def test_a_clerk_meets_the_matter_of_his_own_mother_and_must_leave_it(city: Path) -> None:
    case = Case.objects.get(applicant__full_name="张㛃")
    user = User.objects.get(username="aimin-clerk1")
    own = scope_of(user, user.posts.get().pk, today=timezone.localdate())
    assert case.handler_id == own.body_id
    with pytest.raises(NotAllowed, match="conflict_of_interest"):
        accept(case.pk, by=own, now=timezone.now())


def test_no_telephone_rings_for_the_past(city: Path) -> None:
    assert not Message.objects.filter(channel=Channel.SMS, state=MessageState.DUE).exists()
    assert Message.objects.filter(channel=Channel.SMS, state=MessageState.CANCELLED).exists()
    assert Message.objects.filter(channel=Channel.IN_SITE, state=MessageState.SENT).exists()


def test_loading_again_changes_nothing(city: Path) -> None:
    before = User.objects.count(), Person.objects.count(), Case.objects.count(), entries(city)
    out = StringIO()
    call_command("load_demo", "--if-empty", stdout=out)
    assert "nothing loaded" in out.getvalue()
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", stdout=StringIO())
    assert before == (
        User.objects.count(),
        Person.objects.count(),
        Case.objects.count(),
        entries(city),
    )


@pytest.mark.django_db
def test_invented_people_stay_out_of_a_real_installation() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="switched off"):
        call_command("load_demo", stdout=StringIO())
    assert not Place.objects.exists()

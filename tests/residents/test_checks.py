"""数据核查: what is out of order is found, listed, counted alike and mended by a button."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from residents.base.actions.ledger import community_of
from residents.base.actions.mending import FIXES, fix, run_checks, run_checks_here, waive
from residents.base.checking import CHECKS, Of, Ward, figures_on
from residents.base.enums import OccupancyKind, PersonState, Relation
from residents.base.models import (
    CareFlag,
    DataFinding,
    HouseholdMember,
    Occupancy,
    Person,
    PersonDetail,
)
from tests.factories.governance import CommunityFactory, StationFactory, UnitFactory, staff
from tests.factories.residents import (
    CareFlagFactory,
    DwellingFactory,
    HouseholdFactory,
    PersonFactory,
    household,
)
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def director(station):
    return staff(Role.STATION_DIRECTOR, station)


@pytest.fixture
def home(station):
    return station.place


@pytest.fixture
def settled(home):
    """Somebody with whom all is well."""
    person = PersonFactory(community=home)
    place = household(person).lives_at
    assert place is not None
    Person.objects.filter(pk=person.pk).update(place=place.place)
    return person


def lives(person, kind=OccupancyKind.ACTUAL, since=date(2025, 1, 1), **dwelling):
    flat = DwellingFactory(**dwelling)
    return Occupancy.objects.create(
        person=person,
        community=community_of(flat.place),
        dwelling=flat,
        kind=kind,
        from_on=since,
    )


def joins(person, relation=Relation.HEAD, home=None):
    home = home or HouseholdFactory(community=person.community)
    return HouseholdMember.objects.create(
        household=home, person=person, relation=relation, from_on=date(2025, 1, 1)
    )


def found(code, community):
    return set(CHECKS[code].find(Ward(community.pk, TODAY, figures_on(TODAY))))


def test_where_all_is_well_nothing_is_found(settled, home):
    assert {code: found(code, home) for code in CHECKS} == {code: set() for code in CHECKS}


def no_household(home):
    return PersonFactory(community=home)


def dead_active(home):
    person = PersonFactory(community=home, deceased=True)
    joins(person)
    return person


def dead_with_account(home):
    return PersonFactory(community=home, deceased=True, account=True)


def aid_deceased(home):
    person = PersonFactory(community=home, deceased=True)
    PersonDetail.objects.create(person=person, aid_status="1")
    return person


def care_expired(home):
    person = PersonFactory(community=home)
    CareFlagFactory(person=person, review_on=TODAY, expires_on=TODAY)
    return person


def birth_differs(home):
    person = PersonFactory(community=home)
    Person.objects.filter(pk=person.pk).update(birth_on=date(1985, 1, 2))
    return person


def sex_differs(home):
    person = PersonFactory(community=home)
    Person.objects.filter(pk=person.pk).update(sex="2")
    return person


def too_old(home):
    return PersonFactory(community=home, id_number="", birth_on=date(1890, 1, 1))


def not_born(home):
    return PersonFactory(community=home, id_number="", birth_on=date(2027, 1, 1))


def lives_nowhere(home):
    person = PersonFactory(community=home)
    lives(person, OccupancyKind.REGISTERED)
    return person


def two_households(home):
    person = PersonFactory(community=home)
    joins(person)
    joins(person)
    return person


def place_differs(home):
    person = PersonFactory(community=home)
    lives(person, place=UnitFactory(community=home))
    return person


def headless(home):
    return joins(PersonFactory(community=home), Relation.SON).household


def head_gone(home):
    return joins(PersonFactory(community=home, state=PersonState.MOVED_OUT)).household


def minors_only(home):
    child = PersonFactory(community=home, id_number="", birth_on=date(2012, 1, 1))
    return joins(child).household


CASES = [
    ("no_household", no_household),
    ("dead_active", dead_active),
    ("dead_active", dead_with_account),
    ("aid_deceased", aid_deceased),
    ("care_expired", care_expired),
    ("number_mismatch", birth_differs),
    ("number_mismatch", sex_differs),
    ("age_impossible", too_old),
    ("age_impossible", not_born),
    ("lives_nowhere", lives_nowhere),
    ("two_households", two_households),
    ("place_differs", place_differs),
    ("headless", headless),
    ("head_gone", head_gone),
    ("minors_only", minors_only),
]


@pytest.mark.parametrize(("code", "make"), CASES, ids=[make.__name__ for _code, make in CASES])
def test_what_is_out_of_order_is_found_in_its_community_only(code, make, home, settled):
    subject = make(home)
    make(CommunityFactory(parent=home.parent))
    assert found(code, home) == {subject.pk}


def test_a_birth_certificate_tells_no_birthday_to_contradict(home):
    Person.objects.filter(pk=birth_differs(home).pk).update(document_type="birth_certificate")
    assert found("number_mismatch", home) == set()


def test_one_telephone_of_many_is_found(home):
    people = [PersonFactory(community=home, phone="13800000001") for _n in range(7)]
    for _n in range(6):
        PersonFactory(community=home, phone="13800000002")
    assert found("phone_shared", home) == {person.pk for person in people}


def test_every_check_is_tried_here_and_its_fix_exists():
    assert set(CHECKS) == {code for code, _make in CASES} | {"phone_shared"}
    assert {check.fix for check in CHECKS.values() if check.fix} == set(FIXES)
    assert not [c.code for c in CHECKS.values() if c.fix and (c.of != Of.PERSON or not c.fix_label)]


# --- the run --------------------------------------------------------------------------------------


def test_a_run_is_repeated_without_harm_and_closes_what_is_mended(home):
    person = no_household(home)
    run_checks(home.pk, now=NOW)
    rows = DataFinding.objects.filter(person=person, code="no_household")
    first = rows.get()
    assert run_checks(home.pk, now=LATER) == 0
    again = rows.get()
    assert (again.pk, again.found_at, again.last_seen) == (first.pk, NOW, LATER)
    membership = joins(person)
    run_checks(home.pk, now=LATER)
    assert rows.get().fixed_at == LATER
    membership.delete()
    run_checks(home.pk, now=LATER)
    assert rows.count() == 2


def test_a_run_costs_the_same_for_many(home, count_queries):
    no_household(home)
    few = count_queries(lambda: run_checks(home.pk, now=NOW))
    for _n in range(10):
        no_household(home)
    assert count_queries(lambda: run_checks(home.pk, now=LATER)) <= few + 3  # the bulk inserts


# --- mending --------------------------------------------------------------------------------------


def finding_of(subject, code):
    run_checks(subject.community_id, now=NOW)
    return DataFinding.objects.get(code=code, person=subject)


@pytest.mark.django_db(transaction=True)
def test_what_still_runs_of_the_dead_ends(home, director):
    person = PersonFactory(community=home, deceased=True, account=True)
    joins(person)
    lives(person)
    CareFlagFactory(person=person)
    row = finding_of(person, "dead_active")
    done = [str(line) for line in fix(row.pk, by=director, now=NOW)]
    assert done == [
        "家庭成员关系：结束1条",
        "居住关系：结束1条",
        "服务关怀标签：结束1条",
        "居民账号已停用",
    ]
    assert found("dead_active", home) == set()
    assert not CareFlag.objects.standing().exists()
    entry = AuditEntry.objects.get(action="finding.fixed")
    assert (entry.person_id, entry.detail) == (person.pk, {"check": "dead_active"})
    with pytest.raises(Conflict):
        fix(row.pk, by=director, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("care_expired", care_expired),
        ("place_differs", place_differs),
    ],
)
def test_a_fix_mends_what_the_check_found(code, make, home, director):
    subject = make(home)
    row = finding_of(subject, code)
    assert fix(row.pk, by=director, now=NOW)
    assert found(code, home) == set()
    row.refresh_from_db()
    assert row.fixed_at == NOW


@pytest.mark.django_db(transaction=True)
def test_nobody_is_moved_to_a_place_that_is_not_ones_own(home, director):
    person = PersonFactory(community=home)
    lives(person, place=UnitFactory(community=CommunityFactory(parent=home.parent)))
    with pytest.raises(NotAllowed, match="not_yours"):
        fix(finding_of(person, "place_differs").pk, by=director, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_where_a_person_must_look_no_button_mends(home, director):
    with pytest.raises(NotAllowed, match="no_fix"):
        fix(finding_of(birth_differs(home), "number_mismatch").pk, by=director, now=NOW)


@pytest.mark.django_db(transaction=True)
@sweeps(waive)
def test_a_finding_is_put_off_with_a_reason_until_a_day(home, director):
    row = finding_of(no_household(home), "no_household")
    for until, reason in ((TODAY, "外出"), (date(2028, 1, 1), "外出"), (date(2026, 12, 25), " ")):
        with pytest.raises(Invalid):
            waive(row.pk, until=until, reason=reason, by=director, now=NOW)
    waive(row.pk, until=date(2026, 12, 25), reason="长期在外，回来再办", by=director, now=NOW)
    mine = DataFinding.objects.visible_to(director).filter(code="no_household")
    assert not mine.listed(TODAY).exists()
    assert mine.listed(date(2026, 12, 25)).exists()
    run_checks(home.pk, now=LATER)
    assert not mine.listed(TODAY).exists()


# --- pages ----------------------------------------------------------------------------------------


@sweeps(run_checks_here)
def test_the_tile_says_as_many_as_the_list_has(home, director, client_for):
    person = PersonFactory(community=home, full_name="陈桂芝")
    PersonFactory(community=home)
    no_household(CommunityFactory(parent=home.parent))
    client = client_for(director)
    client.post(reverse("residents:checks-run"), {"place": home.code})
    counts = {
        check.code: n for check, _tone, n in client.get(reverse("residents:checks")).context["rows"]
    }
    page = client.get(reverse("residents:findings", args=["no_household"]))
    assert counts["no_household"] == len(page.context["entries"]) == 2
    text = page.content.decode()
    assert "陈*芝" in text
    assert person.full_name not in text
    assert AuditEntry.objects.get(action="checks.run").detail["new"] >= 2


def test_one_runs_the_checks_only_at_home(director, client_for):
    elsewhere = CommunityFactory()
    no_household(elsewhere)
    client_for(director).post(reverse("residents:checks-run"), {"place": elsewhere.code})
    assert not DataFinding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_button_mends_and_says_what_it_changed(home, director, client_for):
    row = finding_of(place_differs(home), "place_differs")
    client = client_for(director)
    url = reverse("residents:finding-fix", args=[row.pk])
    page = client.post(url, follow=True)
    assert "所在地点：" in page.content.decode()
    assert page.context["entries"] == []


def test_the_pages_cost_the_same_for_many(home, director, client_for, count_queries):
    client = client_for(director)
    minors_only(home)
    urls = [reverse("residents:checks"), reverse("residents:findings", args=["minors_only"])]
    run_checks(home.pk, now=NOW)
    few = [count_queries(lambda url=url: client.get(url)) for url in urls]
    for _n in range(5):
        minors_only(home)
    run_checks(home.pk, now=NOW)
    assert [count_queries(lambda url=url: client.get(url)) for url in urls] == few
    assert max(few) <= 10

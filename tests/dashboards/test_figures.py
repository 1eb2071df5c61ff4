"""The dashboard never lies: figures equal their lists, facts equal a recount, small cells stay hidden."""

from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from community.governance.enums import BodyKind, PlaceLevel, Role
from community.governance.models import Body, Place
from community.governance.scopes import Scope
from dashboards import actions, figures
from dashboards.models import DailyFact
from dashboards.tree import Tree
from servicehall.cases import actions as hall_actions
from servicehall.cases.facts import MEASURES
from servicehall.cases.models import Case
from servicehall.supervision import actions as supervision
from servicehall.supervision.models import Finding
from tests.factories.data import load_supervision
from tests.factories.governance import BodyFactory, CommunityOfficeFactory, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import Hall, hall

pytestmark = pytest.mark.django_db
NOW = timezone.localtime().replace(hour=10, minute=0)
TODAY = NOW.date()
BACK = 47  # as far as anything in these tests lies
QUARTER = figures.Period("quarter", "", TODAY - timedelta(days=90), TODAY)


@pytest.fixture(autouse=True, scope="module")
def days(ground: None) -> Hall:
    """Cases of yesterday and today in several states, one of them late."""
    place = hall(now=NOW - timedelta(days=1))
    case = place.delivered()
    hall_actions.rate(case, level=1, by=place.resident, now=NOW)
    place.now = NOW
    place.accepted()
    place.filed()
    place.now = NOW - timedelta(days=45)
    place.accepted()
    return place


@pytest.fixture
def busy(days: Hall, db: None) -> Hall:
    return deepcopy(days)


def office_of(place: Place) -> Body:
    """A body at the top of the tree, whose figures leave nothing out."""
    city = Place.objects.get(level=PlaceLevel.CITY)
    return Body.objects.filter(place=city, key="office").first() or BodyFactory(
        kind=BodyKind.COMMUNITY_OFFICE, key="office", name="市社区办", place=city
    )


def district_of(place: Hall) -> Place:
    return Place.objects.above(place.community.path).get(level=PlaceLevel.DISTRICT)


def totals(place: Place, scope: Scope | None = None) -> dict[str, int]:
    scope = scope or staff(Role.DISTRICT_OFFICE, office_of(place))
    sums, _days = figures.totals(scope, place, [], QUARTER, tree=Tree.load(), today=TODAY)
    return dict(figures.by_measure(sums[place.pk]))


def test_every_figure_equals_the_length_of_its_list(busy: Hall):
    actions.recount(now=NOW, days=BACK)
    district = district_of(busy)
    sums = totals(district)
    assert sums["filed"] == 4
    for code, measure in MEASURES.items():
        behind = figures.cases_behind(busy.decider, measure, QUARTER, district, "", today=TODAY)
        assert behind.count() == sums.get(code, 0), code


def test_supervision_counts_a_case_once_for_each_trigger_and_forgets_what_was_none(
    busy: Hall, client_for
):
    """Three weeks ago a step was late, then another; later somebody finds that the first was none."""
    case, other = Case.objects.filter(closed_on=None)[:2]
    weeks = timedelta(weeks=3)
    first, _again, _more = (
        found(case, "step_late", NOW - weeks),
        found(case, "step_late", NOW - timedelta(days=2)),
        found(case, "passed_on", NOW),
    )
    found(other, "step_late", NOW - timedelta(days=1))
    urged(busy, case, NOW - timedelta(days=3))
    urged(busy, case, NOW)
    actions.recount(now=NOW, days=BACK)
    district = district_of(busy)
    expected = {"found": 2, "found_step_late": 2, "found_passed_on": 1, "urged": 1}
    assert watched(district) == expected
    assert DailyFact.objects.get(measure="found_step_late", day=TODAY - weeks, place=district).value
    office = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=district))
    supervision.dismiss_finding(first.pk, reason="补录有误", by=office, now=NOW)
    actions.recount(now=NOW)
    assert watched(district) == expected
    days = DailyFact.objects.filter(measure="found_step_late", place=district)
    assert {fact.day for fact in days} == {TODAY - timedelta(days=n) for n in (1, 2)}
    page = client_for(office).get(f"/officials/places/{district.code}/?period=quarter")
    for code, number in expected.items():
        measure = MEASURES[code]
        behind = figures.cases_behind(office, measure, QUARTER, district, "", today=TODAY)
        assert behind.count() == number
        assert f"measure={code}&amp;" in page.text


def found(case: Case, kind: str, now: datetime) -> Finding:
    return Finding.objects.create(
        kind=kind,
        case=case,
        body_id=case.handler_id,
        ref=str(now),
        found_at=now,
        found_on=timezone.localdate(now),
    )


def urged(place: Hall, case: Case, now: datetime) -> None:
    load_supervision()
    by = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=district_of(place)))
    supervision.urge(
        case.pk, body_id=case.handler_id, kind="step_late", content="请办结", by=by, now=now
    )


def watched(place: Place) -> dict[str, int]:
    sums = totals(place)
    return {code: n for code, n in sums.items() if code.startswith("found") or code == "urged"}


def test_facts_and_todays_count_together_equal_a_count_of_the_rows(busy: Hall):
    actions.recount(now=NOW, days=BACK)
    sums = totals(district_of(busy))
    assert (sums["closed"], sums["on_time"], sums["rated_good"]) == (1, 1, 1)
    assert sums["open"] == 3
    assert sums["double_red"] + sums.get("red", 0) == 1


def test_a_recount_repeats_itself_and_heals_a_late_correction(busy: Hall):
    actions.recount(now=NOW)
    before = sorted(DailyFact.objects.values_list("day", "place__code", "line", "measure", "value"))
    DailyFact.objects.filter(measure="filed").update(value=99)
    actions.recount(now=NOW)
    assert (
        sorted(DailyFact.objects.values_list("day", "place__code", "line", "measure", "value"))
        == before
    )


def test_figures_add_up_from_community_to_city(busy: Hall):
    other = hall(now=NOW)
    other.filed()
    actions.recount(now=NOW, days=BACK)
    city = Place.objects.get(level=PlaceLevel.CITY)
    assert (
        totals(city)["filed"] == totals(busy.community)["filed"] + totals(other.community)["filed"]
    )


def test_a_small_cell_and_the_next_smallest_are_hidden_together():
    rows = [{"filed": 3}, {"filed": 7}, {"filed": 40}, {"filed": 0}]
    assert figures.hidden(rows, ["filed"]) == {(0, "filed"), (1, "filed")}
    assert figures.hidden([{"filed": 9}, {"filed": 8}], ["filed"]) == set()
    assert figures.hidden([{"filed": 2}, {"filed": 3}, {"filed": 9}], ["filed"]) == {
        (0, "filed"),
        (1, "filed"),
    }


def leader(place: Hall) -> Scope:
    government = BodyFactory(
        kind=BodyKind.GOVERNMENT, key="government", name="区人民政府", place=district_of(place)
    )
    return staff(Role.LEADER, government)


def test_a_leader_sees_no_small_number_and_no_list(busy: Hall, client_for):
    client = client_for(leader(busy))
    page = client.get(f"/officials/places/{district_of(busy).code}/?period=quarter")
    assert page.status_code == 200
    assert "少于5" in page.text
    assert f"/officials/places/{district_of(busy).code}/cases/" not in page.text
    assert client.get(f"/officials/places/{district_of(busy).code}/cases/").status_code == 403


def test_an_official_opens_the_list_behind_the_number(busy: Hall, client_for):
    actions.recount(now=NOW, days=BACK)
    client = client_for(busy.decider)
    page = client.get(f"/officials/places/{busy.community.code}/cases/?measure=open&period=quarter")
    assert page.status_code == 200
    assert "共 3 件" in page.text
    assert busy.applicant.full_name not in page.text


def test_other_places_do_not_exist_for_a_post(busy: Hall, client_for):
    other = hall(now=NOW)
    client = client_for(busy.director)
    assert client.get(f"/officials/places/{other.community.code}/").status_code == 404


def test_the_page_costs_the_same_with_more_cases(
    busy: Hall, client_for, django_assert_max_num_queries
):
    client = client_for(busy.official)
    url = f"/officials/places/{busy.street_office.place.code}/"
    for _round in range(2):
        for _case in range(3):
            busy.filed(by=busy.clerk)
        with django_assert_max_num_queries(10):
            client.get(url)


def test_persons_of_a_list_are_masked(busy: Hall, client_for):
    PersonFactory(community=busy.community)
    client = client_for(busy.official)
    page = client.get(f"/officials/places/{busy.community.code}/cases/?measure=filed&period=year")
    assert busy.applicant.full_name not in page.text


def test_windows_looked_at_one_by_one_do_not_give_a_small_one_away():
    lines = {("W1", "filed"): 3, ("W2", "filed"): 7, ("W3", "filed"): 40}
    assert figures.held_back(lines, "W1") == {"filed"}
    assert figures.held_back(lines, "W2") == {"filed"}
    assert figures.held_back(lines, "W3") == set()
    assert figures.held_back(lines, "") == set()

"""人口变动月报 on the page: what it says, what it holds back, and the list behind each figure."""

from datetime import date
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from community.governance.enums import Role
from dashboards import figures
from residents.base import statement
from residents.base.actions import life, moving
from residents.base.actions.counting import recount_population
from residents.base.enums import Basis, Sex
from tests.conftest import queries_of
from tests.factories.governance import (
    CommitteeFactory,
    CommunityFactory,
    StationFactory,
    StreetFactory,
    StreetOfficeFactory,
    staff,
)

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
QUERY = "?month=2026-03"


@pytest.fixture
def places():
    one = CommunityFactory()
    return [one, CommunityFactory(parent=one.parent)]


@pytest.fixture
def director(places):
    return staff(Role.STATION_DIRECTOR, StationFactory(place=places[0], covers=places))


@pytest.fixture
def people(places, director):
    """Six came in March, one of them died, two went next door."""
    here, there = places
    now = timezone.now()
    found = [
        moving.move_in_new(
            full_name=f"张小{n}", place=here, on=date(2026, 3, 2), id_number="", sex=Sex.MALE,
            birth_on=date(1990, 1, 1), by=director, now=now,
        )
        for n in "一二三四五六"
    ]  # fmt: skip
    life.register_death(found[0].pk, on=date(2026, 3, 9), by=director, now=now)
    for person in found[1:3]:
        moving.move_in(person.pk, place=there, on=date(2026, 3, 10), by=director, now=now)
    return found


def url(place, query=QUERY):
    return reverse("dashboards:population", args=[place.code]) + query


def shown(row):
    return {cell["column"].code: cell["shown"] for cell in row["cells"] if cell["shown"] != 0}


def test_the_statement_adds_up_before_and_after_the_count(client_for, director, places, people):
    here, there = places
    browser = client_for(director)
    recount_population(now=timezone.now(), since=date(2026, 1, 1))
    person = moving.move_in_new(
        full_name="王五", place=here, on=date(2026, 2, 2), id_number="", sex=Sex.MALE,
        birth_on=date(1990, 1, 1), by=director, now=timezone.now(),
    )  # fmt: skip
    life.register_death(person.pk, on=date(2026, 2, 20), by=director, now=timezone.now())
    for count in (False, True):
        if count:
            recount_population(now=timezone.now())
        context = browser.get(url(here)).context
        actual = context["rows"][1]
        assert (actual["start"], actual["end"]) == (0, 3)
        assert shown(actual) == {"came": 6, "deaths": 1, "moved_out": 2}
        assert shown(browser.get(url(there)).context["rows"][1]) == {"moved_in": 2}
    text = browser.get(url(here)).content.decode()
    assert "月初加本月变动等于月末" in text


def test_every_figure_opens_as_many_events_as_it_says(client_for, director, places, people):
    browser = client_for(director)
    recount_population(now=timezone.now())
    for place in places:
        for row in browser.get(url(place)).context["rows"]:
            for cell in row["cells"]:
                if cell["url"]:
                    answer = browser.get(cell["url"])
                    assert answer.context["total"] == cell["shown"], cell["column"].code
                    assert len(answer.context["rows"]) == cell["shown"]
    listed = browser.get(url(places[0])).context["rows"][1]["cells"][1]["url"]
    text = browser.get(listed).content.decode()
    assert "张*一" in text
    assert "张小一" not in text


def test_the_figures_and_the_lists_agree_for_every_place_above(places, director, people):
    for place in (*places, places[0].parent, places[0].parent.parent):
        found = statement.statements([place.pk], MARCH, MARCH)
        for basis in Basis.values:
            month = found[place.pk, MARCH, basis]
            for column in statement.COLUMNS:
                assert statement.behind(column, basis, place, MARCH).count() == month.flows[column]


def test_small_numbers_are_held_back_where_the_list_is_closed(client_for, places, people):
    here, _there = places
    recount_population(now=timezone.now())
    member = client_for(staff(Role.COMMITTEE_MEMBER, CommitteeFactory(place=here)))
    context = member.get(url(here)).context
    actual = context["rows"][1]
    assert shown(actual) == {"came": 6, "deaths": "少于5", "moved_out": "少于5"}
    assert not any(cell["url"] for cell in actual["cells"])
    assert "不能打开名单" in member.get(url(here)).content.decode()
    assert member.get(url(here, "people/")).status_code == 403


def test_a_single_small_number_takes_the_next_with_it(client_for, director, places, people):
    """Start, end and all others would give it away."""
    here, there = places
    member = client_for(staff(Role.COMMITTEE_MEMBER, CommitteeFactory(place=here)))
    recount_population(now=timezone.now())
    for person in people[3:6]:
        moving.move_in(
            person.pk, place=there, on=date(2026, 3, 11), by=director, now=timezone.now()
        )
    actual = member.get(url(here)).context["rows"][1]
    assert shown(actual) == {"came": 6, "deaths": "少于5", "moved_out": "不显示"}


COUNTS = st.fixed_dictionaries(
    {column: st.sampled_from([0, 0, 1, 2, 4, 5, 9]) for column in statement.COLUMNS}
)


def fitting(flows, hidden):
    """The values that a reader can think of for each small number, when he knows the sum of what is hidden."""
    asked = [column for column in hidden if column in statement.SIGNS]
    small = {column for column in asked if 0 < flows[column] < 5}
    ranges = [range(1, 5) if column in small else range(13) for column in asked]
    total = statement.net({column: flows[column] for column in asked})
    fits = [
        dict(zip(asked, values, strict=True))
        for values in product(*ranges)
        if statement.net(dict(zip(asked, values, strict=True))) == total
    ]
    return {column: {each[column] for each in fits} for column in small}


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        lambda flows, few: {c: flows[c] if c in few else 0 for c in flows},
        COUNTS,
        st.sets(st.sampled_from(statement.COLUMNS), max_size=3),
    )
)
def test_what_is_held_back_does_not_follow_from_the_sum(flows):
    hidden = figures.balanced(flows, figures.small(flows), statement.SIGNS)
    assert figures.small(flows) <= hidden
    for column, values in fitting(flows, hidden).items():
        assert len(values) > 1, (column, hidden)
    rows = figures.hidden_balanced([flows, {"came": 7}], statement.COLUMNS, statement.SIGNS)
    for column in statement.COLUMNS:
        assert sum(column in row for row in rows) != 1


def test_a_street_sees_its_communities(client_for, places, people):
    here, there = places
    official = client_for(staff(Role.STREET_OFFICIAL, StreetOfficeFactory(place=here.parent)))
    context = official.get(url(here.parent)).context
    assert {row["name"] for row in context["below"]} == {here.label, there.label}
    assert official.get(url(CommunityFactory(parent=StreetFactory()))).status_code == 404


def test_the_page_costs_the_same_with_more_history(client_for, director, places, people):
    browser = client_for(director)
    recount_population(now=timezone.now())
    few = queries_of(lambda: browser.get(url(places[0])))
    moving.move_in_new(
        full_name="李四", place=places[0], on=date(2025, 1, 2), id_number="", sex=Sex.MALE,
        birth_on=date(1990, 1, 1), by=director, now=timezone.now(),
    )  # fmt: skip
    recount_population(now=timezone.now())
    assert queries_of(lambda: browser.get(url(places[0]))) == few <= 10


@pytest.mark.parametrize("query", ["?month=nonsense", "?month=2999-01", "?basis=x", ""])
def test_an_unknown_month_is_this_month(client_for, director, places, query):
    context = client_for(director).get(url(places[0], query)).context
    assert context["month"] == timezone.localdate().replace(day=1)


def test_before_anything_was_counted_the_ties_say_who_is_there(
    client_for, director, places, people
):
    row = client_for(director).get(url(places[0], "")).context["rows"][1]
    assert (row["start"], row["end"], shown(row)) == (3, 3, {})
    early = client_for(director).get(url(places[0])).context  # earlier months are not offered yet
    assert early["month"] == timezone.localdate().replace(day=1)

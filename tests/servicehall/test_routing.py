"""Where a case goes: from item and tree of that day, with nothing hard-coded (domain S4, S5, S10)."""

from datetime import date

import pytest
from django.utils import timezone

from accounts import audit
from common.errors import NotAllowed
from community.governance import actions as governance
from community.governance.enums import PlaceLevel
from community.governance.models import Body, Place, StationCoverage
from servicehall.cases import routing
from servicehall.catalogue.enums import ReviewLevel
from servicehall.catalogue.limits import LevelRule
from servicehall.catalogue.models import Window
from tests.factories.governance import CommunityFactory, DepartmentFactory, StationFactory
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import file_case, hall, item_version

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 22)


def test_a_case_goes_to_the_home_station_of_the_place_on_that_day():
    place = hall()
    assert place.filed().station == place.station
    moved = StationFactory(place=CommunityFactory(), covers=[])
    StationCoverage.objects.filter(community=place.community).update(valid_to=timezone.localdate())
    StationCoverage.objects.create(
        station=moved, community=place.community, valid_from=timezone.localdate()
    )
    assert place.filed().station == moved


def test_a_place_without_a_station_is_told_so():
    place = hall()
    StationCoverage.objects.all().delete()
    with pytest.raises(NotAllowed) as caught:
        place.filed()
    assert caught.value.code == "no_station"


def test_any_station_may_take_an_item_that_allows_it():
    here, elsewhere = hall(), hall()
    assert item_version().any_station
    case = file_case(here.version, elsewhere.applicant, by=here.clerk)
    assert case.station == here.station
    assert case.community == elsewhere.community


def test_an_item_that_is_bound_to_its_place_goes_home_from_any_counter():
    here = hall("W4-08")
    assert not here.version.any_station
    stranger = PersonFactory(community=hall("W4-08").community)
    assert file_case(here.version, stranger, by=here.clerk).station != here.station


def test_a_station_without_the_window_hands_the_case_to_the_general_one():
    place = hall()
    general = Window.objects.get(is_general=True)
    place.station.lines = [general.pk]
    place.station.save(update_fields=["lines"])
    assert place.filed().window == general


def test_the_chain_follows_the_item_and_the_department_that_it_names():
    place = hall()
    DepartmentFactory(
        place=place.department.place, key="health", lines=[place.version.item.window_id]
    )
    steps = list(place.accepted().steps.all())
    assert [step.level for step in steps] == ["community", "street", "district"]
    assert [step.body for step in steps] == [place.station, place.street_office, place.department]
    assert [step.is_final for step in steps] == [False, False, True]


def test_an_abolished_street_is_skipped_and_the_district_decides():
    place = hall()
    Body.objects.filter(pk=place.street_office.pk).update(valid_to=timezone.localdate())
    steps = list(place.accepted().steps.all())
    assert [step.level for step in steps] == ["community", "district"]
    assert steps[-1].is_final


def test_where_the_deciding_street_is_gone_the_next_level_decides():
    district = Place.objects.get(pk=hall().department.place_id)
    decider = Body.objects.get(place=district, key="civil_affairs")
    only = routing.Directory(home=None, bodies=[decider])
    steps = routing.chain(
        [LevelRule(ReviewLevel.STREET, 5)],
        directory=only,
        station=decider,
        line=decider.lines[0],
        instant_days=0,
    )
    assert [(step.level, step.body, step.is_final) for step in steps] == [
        (ReviewLevel.DISTRICT, decider, True)
    ]


def test_without_anybody_to_decide_nothing_is_accepted():
    place = hall()
    Body.objects.filter(kind="department").update(valid_to=timezone.localdate())
    with pytest.raises(NotAllowed) as caught:
        place.accepted()
    assert caught.value.code == "no_decider"


def test_an_instant_item_is_finished_by_the_station_in_one_act():
    from servicehall.cases import actions

    place = hall("W2-01")
    case = actions.finish_at_once(place.filed().pk, by=place.clerk, now=place.now)
    assert (case.state, case.outcome, case.is_on_time) == ("completed", "granted", True)
    assert [event.action for event in case.events.all()] == ["file", "accept", "grant"]


def test_the_real_city_has_somebody_to_decide_every_item_everywhere():
    governance.load_places(governance.read_places(), today=TODAY)
    from servicehall.catalogue.actions import load_catalogue
    from servicehall.catalogue.models import ItemVersion

    load_catalogue()
    versions = list(ItemVersion.objects.public(TODAY))
    assert len(versions) == 48
    for community in Place.objects.public().filter(level=PlaceLevel.COMMUNITY):
        directory = routing.directory(community, TODAY)
        assert directory.home is not None, community
        for version in versions:
            steps = routing.chain(
                version.levels,
                directory=directory,
                station=directory.home,
                line=version.item.window_id,
                instant_days=0,
            )
            assert steps[-1].is_final
            if version.levels and version.levels[-1].department:
                assert steps[-1].body.key == version.levels[-1].department, (community, version)


def test_loading_the_places_twice_changes_nothing():
    first = governance.load_places(governance.read_places(), today=TODAY)
    rows = sorted(Body.objects.values_list("code", "name", "key"))
    assert governance.load_places(governance.read_places(), today=TODAY) == first
    assert sorted(Body.objects.values_list("code", "name", "key")) == rows
    assert audit.SYSTEM.user_id is None

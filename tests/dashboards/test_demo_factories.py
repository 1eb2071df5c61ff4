"""The factories themselves: what five test suites build on must be consistent."""

import pytest

from common.identity import check_id_number
from community.governance.enums import Power, Role
from residents.base.enums import Relation
from residents.base.models import Person
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case
from tests.factories.governance import (
    CommunityFactory,
    StationFactory,
    StreetFactory,
    UnitFactory,
    staff,
)
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import ALLOWANCE, DIBAO, JOBLESS, hall, item_version

pytestmark = pytest.mark.django_db


def test_a_unit_lies_below_its_community_by_path() -> None:
    community = CommunityFactory(parent=StreetFactory())
    unit = UnitFactory(community=community)
    assert unit.path.startswith(community.path)
    assert len(unit.code) == 22
    assert community.path == f"/150300/150302/{community.parent.code}/{community.code}/"


def test_staff_hold_the_powers_of_their_role_where_the_station_serves() -> None:
    one, other = CommunityFactory(), CommunityFactory()
    clerk = staff(Role.WINDOW_CLERK, StationFactory(place=one, covers=[one]))
    assert clerk.covers(Power.ACCEPT_CASES, one.path)
    assert not clerk.covers(Power.ACCEPT_CASES, other.path)


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_body_to_act_for(role: str) -> None:
    assert staff(Role(role)).role == role


def test_a_person_is_found_by_what_is_on_her_card() -> None:
    person = PersonFactory(full_name="单雪梅")
    assert check_id_number(person.id_number).birth_on == person.birth_on
    for text in (person.id_number, "雪梅", "sxm", "dxm", person.phone):
        assert list(Person.objects.all().matching(text)) == [person]
    assert PersonFactory(baby=True).id_index is None


def test_a_household_has_one_head() -> None:
    head = PersonFactory()
    home = household(head, son=PersonFactory(baby=True, community=head.community))
    assert sorted(home.members.values_list("relation", flat=True)) == [Relation.HEAD, Relation.SON]


@pytest.mark.parametrize("code", [DIBAO, ALLOWANCE])
def test_a_case_walks_from_filing_to_delivery(code: str) -> None:
    scene = hall(code)
    case = scene.delivered()
    assert case.state == CaseState.DELIVERED
    assert Case.objects.visible_to(scene.resident).get() == case


def test_a_clerk_files_for_somebody_at_the_counter() -> None:
    scene = hall(JOBLESS)
    case = scene.filed(by=scene.clerk)
    assert case.filed_by_id == scene.clerk.user_id
    assert item_version(JOBLESS) == item_version(JOBLESS)

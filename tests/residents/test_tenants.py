"""S28: whoever has rented here for six months may ask for a residence permit, and is told so once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.enums import Channel
from notifications.models import Message
from residents.base.actions.sources import load_limits
from residents.base.actions.tenants import months_before, tell_tenants
from residents.base.enums import OccupancyKind, PersonState
from residents.base.models import BaseLimit, Occupancy
from tests.factories.residents import PersonFactory
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def limits():
    load_limits()


def tenant(came_on, kind=OccupancyKind.RENTED, **person):
    someone = PersonFactory(account=True, **person)
    Occupancy.objects.create(
        person=someone, community=someone.community, kind=kind, from_on=came_on
    )
    return someone


def told():
    return set(Message.objects.values_list("person_id", "channel"))


def test_after_six_months_a_tenant_is_told_here_and_by_sms_and_never_again():
    due = tenant(date(2026, 5, 25))
    tenant(date(2026, 5, 26))  # tomorrow
    assert tell_tenants(now=NOW) == 1
    assert told() == {(due.pk, Channel.IN_SITE), (due.pk, Channel.SMS)}
    assert tell_tenants(now=NOW) == 0
    assert tell_tenants(now=NOW + timedelta(days=1)) == 1
    assert len(told()) == 4
    text = Message.objects.get(person_id=due.pk, channel=Channel.IN_SITE).text
    assert "6" in text
    assert "居住证" in text


@sweeps(tell_tenants)
def test_a_missed_night_is_made_up_for():
    tell_tenants(now=NOW - timedelta(days=5))
    tenant(date(2026, 5, 22))
    assert tell_tenants(now=NOW) == 1


def test_who_owns_is_registered_here_or_has_left_is_not_told():
    tenant(date(2026, 5, 25), OccupancyKind.ACTUAL)
    tenant(date(2026, 5, 25), state=PersonState.MISSING)
    at_home = tenant(date(2026, 5, 25))
    Occupancy.objects.create(
        person=at_home,
        community=at_home.community,
        kind=OccupancyKind.REGISTERED,
        from_on=date(2020, 1, 1),
    )
    gone = tenant(date(2026, 5, 25))
    gone.occupancies.update(to_on=date(2026, 9, 1))
    assert tell_tenants(now=NOW) == 0


def test_the_number_of_months_is_a_dated_row():
    BaseLimit.objects.update(valid_to=date(2026, 11, 1))
    tenant(date(2026, 5, 25))
    assert tell_tenants(now=NOW) == 0
    BaseLimit.objects.create(
        code="residence_permit_months", value=3, basis="…", valid_from=date(2026, 11, 1)
    )
    tenant(date(2026, 8, 25))
    assert tell_tenants(now=NOW) == 1


def test_loading_the_figures_again_changes_nothing():
    assert load_limits() == 0
    assert BaseLimit.objects.on(date(2026, 11, 25)) == {"residence_permit_months": 6}


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 25), date(2026, 5, 25)),
        (date(2026, 2, 28), date(2025, 8, 31)),  # who came on the 29th to the 31st has it too
        (date(2026, 2, 27), date(2025, 8, 27)),
        (date(2026, 8, 31), date(2026, 2, 28)),
        (date(2026, 8, 30), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2025, 7, 31)),
    ],
)
def test_every_day_has_its_six_months(day, before):
    assert months_before(day, 6) == before


def test_no_day_of_arrival_is_passed_over():
    """Each day's run takes up where the one before ended, over leap years too."""
    day = date(2023, 1, 1)
    while day < date(2025, 3, 2):
        assert months_before(day, 6) <= months_before(day + timedelta(days=1), 6)
        day += timedelta(days=1)

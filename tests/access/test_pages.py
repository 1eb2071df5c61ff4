"""Every page costs at most ten queries, and no more of them when ten times as much is on it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from residents.base.models import Canary
from tests.access.knocking import knock
from tests.access.table import TABLE, Row
from tests.access.world import Who, World, undone
from tests.factories.exchange import another
from tests.factories.governance import PostFactory
from tests.factories.notifications import (
    MessageFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import JOBLESS, item_version
from tests.signing_in import open_session

pytestmark = pytest.mark.django_db

MOST = 10
MORE = 11
PAGES = [row for row in TABLE if row.method == "get" and 200 in row.expected.values()]
Counts = dict[tuple[str, Who], int]


def readers(row: Row) -> list[Who]:
    """The first and the last of those who may open the page: they see different parts of it."""
    allowed = [who for who in Who if row.expected[who] == 200]
    return sorted({allowed[0], allowed[-1]})


def crowd(world: World) -> None:
    """Eleven more of everything that a page could list."""
    hall = world.hall
    own = replace(hall, version=item_version(JOBLESS))  # his draft for the other item stays a draft
    for number in range(MORE):
        person = PersonFactory(community=hall.community, account=True)
        case = replace(hall, applicant=person).filed()
        own.filed()
        world.objected(world.noticed(case))
        world.found(case)
        world.urged(case)
        MessageFactory(in_site=True, user_id=hall.resident.user_id, about=f"case:{case.pk}")
        MessageFactory(failed=True, place_path=hall.community.path, about=f"case:{case.pk}")
        PostFactory(body=hall.station)
        Canary.objects.create(
            person=person,
            marked_by=world.scopes[Who.SECURITY_ADMIN].user_id,
            marked_at=hall.now,
        )
        WebhookDeliveryFactory(endpoint=world.endpoint)
        WebhookEndpointFactory(place_path=world.endpoint.place_path)
        another(world.large_run)
        another(world.report)
        another(world.refusal)
        another(world.form, due_on=world.form.due_on + timedelta(days=number + 1))
        open_session(hall.resident)
        if number == 0:
            kin = PersonFactory.create_batch(3, community=hall.community)
            household(hall.applicant, son=kin[0], daughter=kin[1], spouse=kin[2])


def desk_of(world: World) -> int:
    """How long the first page of the clerk is."""
    return len(world.client(Who.CLERK).get(reverse("servicehall:desk")).content)


@pytest.fixture(scope="module")
def counts(world: World) -> tuple[Counts, Counts]:
    """Queries of each page for its readers, before and after the crowd came."""
    from tests.conftest import queries_of

    def measure(only: Collection[tuple[str, Who]] | None = None) -> Counts:
        found = {}
        for row in PAGES:
            for who in readers(row):
                if only is None or (str(row), who) in only:
                    world.keep_awake()
                    with undone():
                        found[str(row), who] = queries_of(partial(knock, world, row, who))
        return found

    few, before = measure(), desk_of(world)
    with undone():
        crowd(world)
        assert desk_of(world) > before + 1000  # else equal numbers would prove nothing
        many = measure()
    world.sign_in()  # who signed in while the crowd was there went with it
    # What a process reads once and keeps is no cost of a page: those that differ are asked once more.
    return few | measure({key for key in few if few[key] != many[key]}), many


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_costs_ten_queries_at_most_however_much_is_on_it(counts, row):
    few, many = counts
    for who in readers(row):
        key = str(row), who
        assert many[key] <= MOST, f"{many[key]} queries for {who}"
        assert many[key] == few[key], f"{few[key]} queries, with more rows {many[key]}, for {who}"


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_spoiled_place_in_a_list_is_no_fault(world, row):
    """Addresses get cut and mended by mail programs; the list then begins anew."""
    spoiled = replace(row, query=f"{row.query or '?'}&after=spoiled")
    with undone():
        assert knock(world, spoiled, readers(row)[0]).status_code in {200, 302, 400, 422}

"""A death written down at the counter by keyboard, and the month that an official reads."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from community.governance.enums import Role
from residents.base.actions.people import open_file
from residents.base.enums import PersonState, Sex
from residents.base.models import Person
from tests.browser.journeys import DESKTOP, visitor
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import PersonFactory, household

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


def test_a_death_is_written_down_by_keyboard_and_stands_in_the_month(
    chromium: Browser, live_server: LiveServer
) -> None:
    station = StationFactory()
    director = staff(Role.STATION_DIRECTOR, station)
    father = PersonFactory(full_name="周海军", community=station.place)
    mother = PersonFactory(full_name="马玉梅", community=station.place, sex=Sex.FEMALE)
    household(father, spouse=mother, son=PersonFactory(community=station.place))
    for person in (father, mother):
        open_file(person.pk, purpose="at_counter", by=director, now=timezone.now())
    with visitor(chromium, live_server.url, "life", DESKTOP) as clerk:
        clerk.is_signed_in_as(director)
        clerk.goes_to(reverse("residents:file", args=[father.pk]))
        clerk.looks_on_both("0-file")
        clerk.hits("v")
        clerk.page.wait_for_url("**/life/")
        clerk.looks_on_both("1-life")
        clerk.hits("d")
        clerk.page.wait_for_url("**/life/death/")
        clerk.looks_on_both("2-form")
        clerk.page.get_by_text("马*梅").click()
        clerk.hits("Control+Enter")
        clerk.page.get_by_text("还没有写入").wait_for()
        clerk.looks_on_both("3-check")
        clerk.hits("Control+Enter")
        clerk.page.get_by_text("人口变动登记单").first.wait_for()
        clerk.looks_on_both("4-paper")
        assert Person.objects.get(pk=father.pk).state == PersonState.DECEASED
        clerk.hits("c")
        clerk.page.wait_for_url("**/correct/")
        clerk.looks_on_both("5-correct")
        clerk.goes_to(reverse("dashboards:population", args=[station.place.code]))
        clerk.looks_on_both("6-statement")
        clerk.page.locator("td a").first.click()
        clerk.looks_on_both("7-list")
        clerk.page.get_by_role("button", name="English").click()
        for number, name in enumerate(("life", "life-act")):
            kwargs = {"person_id": mother.pk} | ({"slug": "move"} if number else {})
            clerk.goes_to(reverse(f"residents:{name}", kwargs=kwargs))
            clerk.looks_on_both(f"8-english-{number}")
        clerk.goes_to(reverse("dashboards:population", args=[station.place.code]))
        clerk.looks_on_both("9-english")

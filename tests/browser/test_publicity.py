"""公示 and 监察 in a real browser: a neighbour objects on a telephone, the offices answer and urge."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from servicehall.publicity.models import Objection
from tests.access.world import Who, World, build
from tests.browser.journeys import DESKTOP, PHONE, visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def staff_pages(world: World) -> dict[Who, dict[str, str]]:
    case, urging = world.case.pk, world.urging.pk
    return {
        Who.DIRECTOR: {
            "objections": reverse("publicity:objections"),
            "objection": reverse("publicity:objection", args=[world.objection.pk]),
            "appraisal": reverse("publicity:appraisal", args=[case]),
            "more": reverse("servicehall:case-more", args=[case]),
            "paper-entry": reverse("supervision:paper", args=[case]),
        },
        Who.DISTRICT_OFFICE: {
            "overview": reverse("supervision:overview"),
            "findings": reverse("supervision:findings"),
            "record": reverse("supervision:case", args=[case]),
            "urge": reverse("supervision:urge", args=[case]),
            "urgings": reverse("supervision:urgings"),
            "urging": reverse("supervision:urging", args=[urging]),
        },
    }


def test_the_public_objects_and_the_offices_answer(
    chromium: Browser, live_server: LiveServer
) -> None:
    world = build()
    notice = [world.notice.ref]
    public = {
        "notices": reverse("publicity:notices"),
        "community": reverse("publicity:of-community", args=[world.hall.community.code]),
        "notice": reverse("publicity:notice", args=notice),
        "paper": reverse("publicity:paper", args=notice),
        "answer": reverse("publicity:answer"),
        "object": reverse("publicity:object", args=notice),
    }
    with visitor(chromium, live_server.url, "public", PHONE) as neighbour:
        neighbour.looks_through(public)
        neighbour.goes_to(public["object"])
        neighbour.page.locator("#id_words").fill("他家有两套房出租。")
        neighbour.page.locator("main form button[type=submit], main form button").first.click()
        neighbour.page.wait_for_load_state()
        neighbour.looks_on_both("filed")
    for who, pages in staff_pages(world).items():
        with visitor(chromium, live_server.url, who.name.lower(), DESKTOP) as official:
            official.is_signed_in_as(world.scopes[who])
            official.looks_through(pages)
    assert Objection.objects.filter(way="online").count() == 2

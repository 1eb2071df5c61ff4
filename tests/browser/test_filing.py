"""The pages beside a filing in a real browser: messages, signatures, mandates, papers, several items on one form."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from servicehall.cases import actions
from servicehall.cases.steps import KNOWN
from tests.access.world import Who, build
from tests.browser.journeys import DESKTOP, PHONE, visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_beside_a_filing_are_in_order(
    language: str, chromium: Browser, live_server: LiveServer
) -> None:
    world = build()
    case, now = world.case, world.hall.now
    actions.write_message(case.pk, "请问还要多久？", by=world.hall.resident, now=now)
    actions.write_message(case.pk, "本周内转街道。", by=world.scopes[Who.DIRECTOR], now=now)
    actions.write_message(case.pk, "好的，谢谢。", by=world.hall.resident, now=now)
    cookie = {"name": "django_language", "value": language, "url": live_server.url}
    own = {
        "cases": reverse("servicehall:my-cases"),
        "case": reverse("servicehall:my-case", args=[case.pk]),
        "talk": reverse("servicehall:my-case-messages", args=[case.pk]),
        "papers": reverse("servicehall:my-papers"),
        "choose": reverse("servicehall:draft-choose", args=[world.draft.pk, world.file_field]),
        "mandates": reverse("servicehall:my-mandates"),
        "start-other": reverse("servicehall:start-other", args=[world.hall.version.item_id]),
        "bundles": reverse("servicehall:bundles"),
        "bundle": reverse("servicehall:bundle", args=["disability"]),
        "family": reverse("servicehall:family-page", args=[world.family.pk, KNOWN]),
        "check": reverse("servicehall:family-page", args=[world.family.pk, "check"]),
    }
    for size in (PHONE, DESKTOP):
        name = f"filing-{language}-{size[0]}"
        with visitor(chromium, live_server.url, name, size) as resident:
            resident.is_signed_in_as(world.scopes[Who.APPLICANT])
            resident.page.context.add_cookies([cookie])  # type: ignore[list-item]
            for page, url in own.items():
                assert resident.goes_to(url) == 200
                resident.looks(page)
        with visitor(chromium, live_server.url, f"{name}-kin", size) as neighbour:
            neighbour.is_signed_in_as(world.scopes[Who.NEIGHBOUR])
            neighbour.page.context.add_cookies([cookie])  # type: ignore[list-item]
            assert neighbour.goes_to(reverse("servicehall:my-signatures")) == 200
            neighbour.looks("signatures")
        with visitor(chromium, live_server.url, f"{name}-desk", size) as clerk:
            clerk.is_signed_in_as(world.scopes[Who.DIRECTOR])
            clerk.page.context.add_cookies([cookie])  # type: ignore[list-item]
            for page, url in {
                "desk": reverse("servicehall:desk") + "?group=messages",
                "talk": reverse("servicehall:case-messages", args=[case.pk]),
                "more": reverse("servicehall:case-more", args=[case.pk]),
                "paper": reverse("servicehall:case-signature", args=[case.pk, world.signature.pk]),
                "mandates": reverse("servicehall:mandates", args=[case.applicant_id]),
            }.items():
                assert clerk.goes_to(url) == 200
                clerk.looks(page)

"""The pages beside a filing in a real browser: messages, signatures, mandates, papers, several items on one form."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from servicehall.cases import actions
from servicehall.cases.steps import KNOWN
from tests.access.world import Who, build
from tests.browser.journeys import PHONE, visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def test_the_pages_beside_a_filing_are_in_order(chromium: Browser, live_server: LiveServer) -> None:
    world = build()
    case, now = world.case, world.hall.now
    actions.write_message(case.pk, "请问还要多久？", by=world.hall.resident, now=now)
    actions.write_message(case.pk, "本周内转街道。", by=world.scopes[Who.DIRECTOR], now=now)
    actions.write_message(case.pk, "好的，谢谢。", by=world.hall.resident, now=now)
    pages = {
        Who.APPLICANT: {
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
        },
        Who.NEIGHBOUR: {"signatures": reverse("servicehall:my-signatures")},
        Who.DIRECTOR: {
            "desk": reverse("servicehall:desk") + "?group=messages",
            "talk": reverse("servicehall:case-messages", args=[case.pk]),
            "more": reverse("servicehall:case-more", args=[case.pk]),
            "paper": reverse("servicehall:case-signature", args=[case.pk, world.signature.pk]),
            "mandates": reverse("servicehall:mandates", args=[case.applicant_id]),
        },
    }
    for who, seen in pages.items():
        with visitor(chromium, live_server.url, f"filing-{who.name.lower()}", PHONE) as somebody:
            somebody.is_signed_in_as(world.scopes[who])
            somebody.looks_through(seen)

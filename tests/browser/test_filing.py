"""The pages beside a filing in a real browser: messages, signatures, mandates, papers, several items on one form."""

from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from dashboards.demo.answers import answers_for
from servicehall.cases import actions
from servicehall.cases.actions.families import drafts_of
from servicehall.cases.models import Case, CaseFamily
from servicehall.cases.steps import KNOWN
from tests.access.world import Who, build
from tests.browser.journeys import DESKTOP, PHONE, visitor
from tests.factories.servicehall import JOBLESS, hall, item_version

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


def test_a_clerk_files_several_items_on_one_form_by_keyboard(
    chromium: Browser, live_server: LiveServer
) -> None:
    place = hall("W4-02")
    item_version("W4-03")
    with visitor(chromium, live_server.url, "joint", DESKTOP) as clerk:
        clerk.is_signed_in_as(place.clerk)
        clerk.goes_to(reverse("servicehall:for-person", args=[place.applicant.pk]))
        clerk.hits("b")
        clerk.is_at("一件事一次办")
        clerk.hits("1")
        clerk.is_at("残疾人服务一件事")
        clerk.looks_on_both("1-items")
        clerk.hits("2", "2", "Control+Enter")  # not that one; after all
        clerk.is_at("核对已有的信息")
        clerk.sees(place.applicant.full_name)
        clerk.hits("Control+Enter")
        clerk.page.wait_for_url("**/pages/0-*/")
        family = CaseFamily.objects.get()
        for draft in drafts_of(family, by=place.clerk):
            given = answers_for(
                draft.version, place.applicant, rng=Random(1), today=timezone.localdate(place.now)
            )
            actions.save_draft(draft.pk, given, step="", by=place.clerk, now=place.now)
        clerk.goes_to(reverse("servicehall:family-page", args=[family.pk, "check"]))
        clerk.looks_on_both("2-check")
        clerk.hits("Control+Enter")
        clerk.is_at("残疾人服务一件事")
        clerk.looks_on_both("3-filed")
        clerk.hits("a")
        clerk.sees("2 / 2 件，办成 2 件")
        clerk.goes_to(reverse("servicehall:family-slip", args=[family.pk]))
        clerk.looks_on_both("4-receipts")
    states = set(Case.objects.filter(family=family).values_list("state", "channel"))
    assert states == {("accepted", "counter")}


def test_a_delivery_asks_for_the_proof_of_its_way(
    chromium: Browser, live_server: LiveServer
) -> None:
    place = hall(JOBLESS)
    case = actions.finish_at_once(place.filed().pk, by=place.clerk, now=place.now)
    with visitor(chromium, live_server.url, "delivery", DESKTOP) as clerk:
        clerk.is_signed_in_as(place.clerk)
        clerk.goes_to(reverse("servicehall:case", args=[case.pk]))
        clerk.hits("v")
        signed = clerk.page.get_by_label("收件人已当面签字")
        number = clerk.page.get_by_label("快递单号")
        expect(signed).to_be_visible()
        expect(number).to_be_hidden()
        clerk.page.get_by_label("他人代收").check()
        expect(clerk.page.get_by_label("代收人姓名")).to_be_visible()
        clerk.looks_on_both("1-proxy")
        clerk.page.get_by_label("本人", exact=True).check()
        clerk.page.get_by_label("邮寄送达").check()
        expect(signed).to_be_hidden()
        number.fill("EA123456785CN")
        clerk.hits("Control+Enter")
        clerk.sees("已登记送达。", "EA123456785CN")

"""The rights over one's data in a real browser: on a telephone by the resident, by keyboard at the desk."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from residents.base.actions import open_file
from residents.base.models import Person
from tests.access.world import Who, build
from tests.browser.journeys import PHONE, visitor
from tests.factories.data import load_sources

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

OWN = ("purposes", "copies", "deletion", "family", "kin", "corrections")


def test_the_pages_of_the_rights_are_in_order(chromium: Browser, live_server: LiveServer) -> None:
    world = build()
    applicant, data_clerk = world.hall.applicant.pk, world.scopes[Who.DATA_CLERK]
    open_file(applicant, purpose="at_counter", by=data_clerk, now=timezone.now())
    pages = {
        Who.APPLICANT: {
            **{name: reverse(f"rights:{name}") for name in OWN},
            "me": reverse("residents:me"),
            "correct": reverse("rights:correct", args=["marital_status"]),
            "purpose": reverse("rights:purpose", args=["care"]),
        },
        Who.NEIGHBOUR: {"member": reverse("rights:family-member", args=[applicant])},
        Who.DATA_CLERK: {
            "desk": reverse("rights:desk"),
            "correction": reverse("rights:correction", args=[world.correction.pk]),
            "deletion": reverse("rights:deletion-answer", args=[world.deletion.pk]),
            "kin": reverse("rights:kin-request", args=[world.kin.pk]),
            "guardians": reverse("rights:guardians", args=[applicant]),
            "paper-consents": reverse("rights:paper-consents", args=[applicant]),
        },
    }
    for who, of_his in pages.items():
        with visitor(chromium, live_server.url, f"rights-{who.name.lower()}", PHONE) as somebody:
            somebody.is_signed_in_as(world.scopes[who])
            somebody.looks_through(of_his)


def test_from_not_right_on_a_telephone_to_the_answer_by_keyboard(
    chromium: Browser, live_server: LiveServer
) -> None:
    world = build()
    load_sources()
    world.paper.delete()
    world.correction.delete()
    with visitor(chromium, live_server.url, "not-right", PHONE) as resident:
        resident.is_signed_in_as(world.scopes[Who.APPLICANT])
        resident.goes_to(reverse("residents:me"))
        resident.follows("不对 联系电话")
        resident.is_at("联系电话不对")
        resident.page.get_by_label("正确的内容").fill("13900001234")
        resident.page.get_by_label("哪里不对，依据是什么？").fill("换了号码")
        resident.presses("提交")
        resident.is_at("我的更正申请")
        resident.sees("待审核")
    with visitor(chromium, live_server.url, "by-keyboard") as director:
        director.is_signed_in_as(world.scopes[Who.DIRECTOR])
        director.goes_to(reverse("rights:desk"))
        director.hits("j", "Enter")
        director.is_at("更正：联系电话")
        director.sees_not("13900001234")
        director.hits("v")
        director.sees("13900001234")
        director.hits("a")
        expect(director.page.locator("dialog#confirm")).to_be_visible()
        director.hits("Enter")
        director.is_at("更正和删除")
        director.sees("没有待答复的申请")
    assert Person.objects.get(pk=world.hall.applicant.pk).phone == "13900001234"

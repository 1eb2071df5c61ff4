"""A bad rating, from the resident's telephone to the office that follows it up and back."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from servicehall.aftercare import actions
from servicehall.aftercare.models import Rectification
from servicehall.cases import actions as cases
from tests.browser.journeys import DESKTOP, PHONE, visitor
from tests.factories.servicehall import JOBLESS, hall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


def test_a_bad_rating_comes_back_put_right(chromium: Browser, live_server: LiveServer) -> None:
    place = hall(JOBLESS)
    case = cases.finish_at_once(place.filed().pk, by=place.clerk, now=place.now)
    my_case = reverse("servicehall:my-case", args=[case.pk])
    with visitor(chromium, live_server.url, "rater", PHONE) as rater:
        rater.is_signed_in_as(place.resident)
        rater.goes_to(reverse("servicehall:my-case-rate", args=[case.pk]) + "?level=5")
        rater.page.get_by_label("还想说什么").fill("跑了三趟才办成。")
        rater.page.get_by_role("button", name="提交评价").click()
        expect(rater.page.get_by_text("由另外的单位在")).to_be_visible()
        rater.looks("rated")
    found = Rectification.objects.get(case=case)
    with visitor(chromium, live_server.url, "street", DESKTOP) as street:
        street.is_signed_in_as(place.official)
        street.goes_to(reverse("aftercare:ratings"))
        street.page.get_by_role("link", name=found.reference).click()
        expect(street.page.get_by_text("跑了三趟才办成。")).to_be_visible()
        street.page.get_by_role("link", name="登记回访").click()
        street.page.get_by_label("已联系上").check()
        street.page.locator("#act").get_by_role("button", name="登记回访").click()
        expect(street.page.get_by_role("link", name="核实属实")).to_be_visible()
        street.looks("called")
    after = {"by": place.official, "now": timezone.now()}
    actions.confirm(found.pk, finding="属实", task="一次说清要带什么", **after)  # type: ignore[arg-type]
    actions.rectify(found.pk, note="已看过", **after)  # type: ignore[arg-type]
    actions.tell_rater(found.pk, words="已改用清单，一次说清。", **after)  # type: ignore[arg-type]
    with visitor(chromium, live_server.url, "rater-again", PHONE) as rater:
        rater.is_signed_in_as(place.resident)
        spoken = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": rater.base}
        rater.page.context.add_cookies([spoken])  # type: ignore[list-item]
        rater.goes_to(my_case)
        rater.page.get_by_role("link", name="Rate once more").click()
        rater.page.get_by_label("Satisfied", exact=True).check()
        rater.page.get_by_role("button", name="Submit").click()
        expect(rater.page.get_by_text("Thank you for rating again.")).to_be_visible()
        rater.looks("ended")

"""What protects a counter, in a real browser: the lock, and the proof before one more number."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from community.governance.enums import Role
from community.governance.scopes import Scope
from residents.base import actions
from servicehall.cases.models import Case
from tests.browser.journeys import DESKTOP, PHONE, Visitor, visitor
from tests.factories.accounts import PASSWORD
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import hall
from tests.signing_in import open_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


def test_a_counter_warns_locks_and_stays_open_for_whoever_types(
    chromium: Browser, live_server: LiveServer
) -> None:
    with visitor(chromium, live_server.url, "idle", DESKTOP) as clerk:
        clerk.is_signed_in_as(staff(Role.WINDOW_CLERK))
        clerk.page.clock.install()
        clerk.goes_to(reverse("residents:find"))
        clerk.page.clock.run_for(4 * 60_000)
        expect(clerk.page.locator(".toast")).to_have_count(0)
        with clerk.page.expect_request("**/accounts/me/stay/") as told:
            clerk.types("chen")
        answer = told.value.response()
        assert answer is not None
        assert answer.status == 204
        clerk.page.clock.run_for(4 * 60_000 + 10_000)
        expect(clerk.page.locator(".toast")).to_contain_text("即将锁定")
        with clerk.page.expect_navigation():
            clerk.page.clock.run_for(60_000)


def proved_long_ago(clerk: Visitor, scope: Scope) -> None:
    key = open_session(scope, now=timezone.now() - timedelta(hours=1))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": clerk.base}
    clerk.page.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest.mark.parametrize(("language", "size"), [("zh-hans", PHONE), ("en", DESKTOP)])
def test_one_more_number_asks_who_one_is_and_comes_back_with_the_reason(
    language: str,
    size: tuple[int, int],
    chromium: Browser,
    live_server: LiveServer,
    figures: Callable[..., None],
) -> None:
    figures(reveals_unproven=1)
    station = StationFactory()
    person = PersonFactory(elder=True, community=station.place)
    scope = staff(Role.WINDOW_CLERK, station)
    now = timezone.now()
    actions.open_file(person.pk, purpose="at_counter", by=scope, now=now)
    actions.reveal(person.pk, "id_number", reason="form", by=scope, now=now)
    show, confirm = ("显示", "确认") if language == "zh-hans" else ("Show", "Confirm")
    with visitor(chromium, live_server.url, f"reveal-{language}", size) as clerk:
        proved_long_ago(clerk, scope)
        spoken = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": clerk.base}
        clerk.page.context.add_cookies([spoken])  # type: ignore[list-item]
        clerk.goes_to(reverse("residents:file", args=[person.pk]))
        clerk.page.locator("#masked-phone a").click()
        clerk.page.locator("input[name=reason]").nth(2).check()
        clerk.presses(show)
        clerk.page.locator("input[name=password]").wait_for()
        clerk.looks("proof")
        clerk.page.locator("input[name=password]").fill(PASSWORD)
        clerk.presses(confirm)
        expect(clerk.page.locator("input[name=reason]").nth(2)).to_be_checked()
        clerk.looks("back")
        clerk.presses(show)
        clerk.sees(str(person.phone))


def test_what_was_typed_comes_back_to_the_same_account_after_a_session_that_ended(
    chromium: Browser, live_server: LiveServer
) -> None:
    place = hall(now=timezone.now())
    case = place.filed()
    page_of_case = reverse("servicehall:case", args=[case.pk])
    page_of_act = reverse("servicehall:case-act", args=[case.pk, "decline"])
    words = "申请人户籍不在本区，应当到户籍所在地办理。"
    with visitor(chromium, live_server.url, "typed", DESKTOP) as clerk:
        reason = clerk.page.get_by_label("不予受理的理由")
        for returning, left in ((place.clerk, words), (place.official, "")):
            clerk.is_signed_in_as(place.clerk)
            clerk.goes_to(page_of_case)
            clerk.hits("d")
            reason.fill(words)
            clerk.page.wait_for_load_state(
                "networkidle"
            )  # what the page still loads would be sent away too
            clerk.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
            clerk.presses("确定：不予受理")
            expect(clerk.page).to_have_url(re.compile(re.escape(f"/sign-in/?next={page_of_act}")))
            assert words not in clerk.page.evaluate("JSON.stringify({...sessionStorage})")
            clerk.is_signed_in_as(returning)
            clerk.goes_to(page_of_act)
            if left:
                expect(reason).to_have_value(left)
                expect(clerk.page.locator(".toast")).to_contain_text("已经放回来了")
            else:
                clerk.page.wait_for_function("!sessionStorage.getItem('yizhan-typed')")
        clerk.is_signed_in_as(place.clerk)
        clerk.goes_to(page_of_case)
        clerk.hits("d")
        expect(reason).to_have_value("")
        comes_back_from_every_form(clerk, place.clerk, case)


def comes_back_from_every_form(clerk: Visitor, scope: Scope, case: Case) -> None:
    """Two forms of one page; of a file it is said that it has to be chosen again."""
    desk, talk = reverse("servicehall:desk"), reverse("servicehall:case-messages", args=[case.pk])
    tick = clerk.page.locator(f"input[name=case][value='{case.pk}']")
    find, text = (
        clerk.page.locator("form[method=post] input[name=q]"),
        clerk.page.locator("textarea"),
    )
    clerk.goes_to(desk)
    tick.check()
    find.fill("张")
    is_kept(clerk, 2)
    clerk.goes_to(talk)
    is_kept(clerk, 0)  # left on purpose
    clerk.goes_to(desk)
    tick.check()
    find.fill("张")
    is_kept(clerk, 2)
    clerk.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    clerk.page.goto(clerk.base + desk)
    clerk.is_signed_in_as(scope)
    clerk.goes_to(desk)
    expect(tick).to_be_checked()
    expect(find).to_have_value("张")
    clerk.goes_to(talk)
    text.fill("请带户口簿来。")
    clerk.page.locator("input[type=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    is_kept(clerk, 1)
    clerk.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    clerk.page.goto(clerk.base + talk)
    clerk.is_signed_in_as(scope)
    clerk.goes_to(talk)
    expect(text).to_have_value("请带户口簿来。")
    expect(clerk.page.get_by_text("请重新选择")).to_be_visible()
    clerk.looks("given-back")


def is_kept(clerk: Visitor, number: int) -> None:
    clerk.page.wait_for_function(
        "n => Object.keys(JSON.parse(sessionStorage.getItem('yizhan-typed') ?? '{}')).length === n",
        arg=number,
    )

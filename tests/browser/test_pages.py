"""The pages of every role in a real browser: axe clean, nothing wider than a phone, nothing in the console."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.access.table import TABLE
from tests.access.world import Who, World, build
from tests.browser.journeys import DESKTOP, PHONE, Visitor, visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

STYLE_GUIDE = "common:style-guide"
# The first page of each role and others of its day. Each is seen in both widths; axe reads it on the phone, and
# the first on the desk as well.
FIRST: dict[Who, tuple[str, ...]] = {
    Who.ANONYMOUS: ("home", "servicehall:item", "servicehall:track", "accounts:sign-in"),
    Who.APPLICANT: ("home", "servicehall:my-case", "servicehall:draft-page", "residents:me"),
    Who.CLERK: ("servicehall:desk", "servicehall:case", "residents:find"),
    Who.DIRECTOR: (
        *("servicehall:desk", "catalogue:empty-searches", "dashboards:messages"),
        *("exchange:export-waiting", "exchange:forms", "exchange:form"),
        *("exchange:refuse", "exchange:refusal"),
        *("servicehall:desk", "dashboards:messages", "residents:doubles", "residents:double"),
        *("residents:merges", "residents:merge", "residents:care-review"),
        *("residents:checks", "residents:findings", "residents:finding"),
    ),
    Who.STREET: ("servicehall:desk", "servicehall:case"),
    Who.DEPARTMENT: (
        "servicehall:desk",
        "exchange:exports",
        "exchange:export-new",
        "exchange:export",
        "exchange:request-new",
        "exchange:request",
    ),
    Who.DATA_CLERK: (
        *("exchange:import", "exchange:imports", "exchange:import-new", "exchange:import-columns"),
        *("exchange:import-rows", "exchange:import-match", "exchange:conflict"),
    ),
    Who.MEMBER: ("dashboards:place",),
    Who.DISTRICT_OFFICE: (
        "dashboards:place",
        "dashboards:list",
        "exchange:requests",
        "exchange:request",
        "exchange:ledger",
        "exchange:ledger-list",
        *("catalogue:items", "catalogue:item", "catalogue:word", "catalogue:import"),
        *("documents:texts", "documents:text"),
        *("servicehall:item-preview", "servicehall:item-try-page"),
    ),
    Who.LEADER: ("dashboards:place",),
    Who.AUDITOR: ("dashboards:audit",),
    Who.SYSTEM_ADMIN: (
        *("dashboards:users", "dashboards:user", "governance:calendar-year"),
        *("notifications:webhooks", "notifications:webhook", "notifications:webhook-new"),
    ),
    Who.SECURITY_ADMIN: (
        *("dashboards:posts", "dashboards:body", "dashboards:canaries", "dashboards:canary"),
    ),
}


def addresses(world: World, who: Who) -> Iterator[str]:
    for name in FIRST[who]:
        row = next(
            row
            for row in TABLE
            if row.name == name and row.method == "get" and row.expected[who] == 200
        )
        yield reverse(name, kwargs=row.given(world)) + row.query


@pytest.mark.timeout(300)
def test_the_pages_of_a_day_are_in_order(chromium: Browser, live_server: LiveServer) -> None:
    world = build()
    for who in FIRST:
        with visitor(chromium, live_server.url, who.name.lower(), PHONE) as somebody:
            if who in world.scopes:
                somebody.is_signed_in_as(world.scopes[who])
            for number, address in enumerate(dict.fromkeys(addresses(world, who))):
                assert somebody.goes_to(address) == 200
                somebody.looks_on_both(f"{number} {address}")
                if number == 0:
                    somebody.turns_to(DESKTOP)
                    somebody.looks(f"1280-{number} {address} axe")
                    somebody.turns_to(PHONE)
    with visitor(chromium, live_server.url, "keys") as clerk:
        clerk.is_signed_in_as(world.scopes[Who.CLERK])
        clerk.goes_to(reverse("servicehall:desk"))
        shows_the_keys(clerk)
        clerk.goes_to(reverse("servicehall:desk"))
        clerk.hits("j")
        clerk.hits("x")
        expect(clerk.page.locator(".tick:checked")).to_have_count(1)
        clerk.goes_to(reverse("residents:register-person"))
        clerk.page.locator("#id_id_number").fill("15030219950409942x")
        expect(clerk.page.locator("#id_birth_on")).to_have_value("1995-04-09")
        expect(clerk.page.get_by_label("女性")).to_be_checked()


def shows_the_keys(clerk: Visitor) -> None:
    """A question mark does, and Escape hides them."""
    keys = clerk.page.locator("dialog#keys")
    expect(keys).to_be_hidden()
    clerk.hits("?")
    expect(keys).to_be_visible()
    clerk.looks("open")
    clerk.hits("Escape")
    expect(keys).to_be_hidden()
    clerk.hits("/")
    assert clerk.page.evaluate("document.activeElement.matches('[data-search]')")
    clerk.hits("?")  # now it is a letter like any other
    expect(keys).to_be_hidden()


def test_every_component_is_in_order_in_every_face(
    chromium: Browser, live_server: LiveServer
) -> None:
    with visitor(chromium, live_server.url, "style-guide", PHONE) as somebody:
        for face in ("resident", "counter", "official"):
            assert somebody.goes_to(f"{reverse(STYLE_GUIDE)}?face={face}") == 200
            for size in (PHONE, DESKTOP):
                somebody.turns_to(size)
                somebody.looks(f"{size[0]}-{face}")


@pytest.mark.parametrize(
    "fault",
    [
        "document.body.append(new Image())",  # says nothing to who cannot see it
        "document.querySelector('h1').style.color = '#ccc'",
        "document.body.append(Object.assign(document.createElement('style'), {textContent: 'p {}'}))",
        "document.body.style.width = '2000px'",
        "setTimeout(() => { throw new Error('x') })",
    ],
    ids=["axe", "contrast", "policy", "width", "console"],
)
def test_a_page_out_of_order_is_found(
    fault: str, chromium: Browser, live_server: LiveServer
) -> None:
    with visitor(chromium, live_server.url, "fault", PHONE) as somebody:
        somebody.goes_to(reverse("accounts:sign-in"))
        somebody.page.evaluate(fault)
        with pytest.raises(AssertionError):
            somebody.looks("out of order")


def test_a_double_click_on_the_answer_of_a_question_is_one_answer(
    chromium: Browser, live_server: LiveServer
) -> None:
    with visitor(chromium, live_server.url, "twice") as somebody:
        somebody.goes_to(f"{reverse(STYLE_GUIDE)}?face=counter")
        # The button lies where the answer will be, as it does on short pages.
        somebody.page.evaluate(
            """() => {
                const button = document.querySelector("[data-confirm]");
                Object.assign(button.style, {position: "fixed", inset: "0", width: "100%", height: "100%"});
                window.done = 0;
                button.addEventListener("click", () => { window.done += 1; });
            }"""
        )
        for _each in range(2):
            somebody.page.locator("[data-confirm]").first.click()
            somebody.page.locator("dialog#confirm[open] button[value=yes]").dblclick()
            expect(somebody.page.locator("dialog#confirm")).to_be_hidden()
        somebody.page.wait_for_function("window.done === 2")
        # Where something must be ticked and nothing is, there is nothing to confirm: the server says what is missing.
        somebody.page.evaluate(
            """() => {
                const form = document.createElement("form");
                form.innerHTML = "<fieldset data-needs-one><input type=checkbox></fieldset>";
                form.addEventListener("submit", (event) => event.preventDefault());
                const button = document.querySelector("[data-confirm]");
                button.before(form);
                form.append(button);
            }"""
        )
        somebody.page.locator("[data-confirm]").first.click()
        somebody.page.wait_for_function("window.done === 3")

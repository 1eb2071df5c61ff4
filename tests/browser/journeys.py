"""What people do at a browser, in their words: sign in, press a key, look whether the page is in order."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from accounts import totp, usernames
from accounts.models import Totp, User
from common.uploads import check_upload
from community.governance.scopes import Scope
from dashboards.demo.answers import answers_for
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.actions import files
from servicehall.cases.models import Case
from servicehall.catalogue.enums import Channel
from tests.factories.accounts import PASSWORD, TOTP_SECRET
from tests.factories.servicehall import Hall
from tests.signing_in import open_session

PHONE, DESKTOP = (360, 780), (1280, 900)
# A folder here makes every page that a journey looks at lie in it as a picture.
PICTURES = os.environ.get("YIZHAN_PICTURES", "")
# Every rule is asked. Of the answer only what is wrong is handed over: all that is right is a megabyte a page.
AXE = """() => {
    axe.configure({rules: [{id: 'color-contrast', selector: '[data-new-writing]'}]});
    return axe.run({resultTypes: ['violations'], iframes: false, preload: false})
        .then(found => ({violations: found.violations}));
}"""
# How writing looks on this page: each colour, size and weight of letters with what lies under them. Two thirds of what
# axe does is to find that out for every word. It reads the first words of a kind that it has not yet read.
WRITING = """known => {
    const found = new Map(known.map(way => [way, 3]));
    const note = element => {
        if (!element.checkVisibility()) return;
        const letters = getComputedStyle(element);
        const parts = [letters.color, letters.fontSize, letters.fontWeight, letters.textShadow];
        for (let under = element; under; under = under.parentElement) {
            const {backgroundColor, backgroundImage, opacity, position} = getComputedStyle(under);
            const layer = [backgroundColor, backgroundImage, opacity, position].join(' ');
            if (layer !== 'rgba(0, 0, 0, 0) none 1 static') parts.push(layer);
            if (backgroundColor.startsWith('rgb(') && backgroundImage === 'none') break;
        }
        const way = parts.join(' '), seen = found.get(way) ?? 0;
        found.set(way, seen + 1);
        element.toggleAttribute('data-new-writing', seen < 3);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (texts.currentNode.data.trim()) note(texts.currentNode.parentElement);
    document.querySelectorAll('input, select, textarea').forEach(note);
    return [...found.keys()].slice(known.length);
}"""
READABLE: set[str] = set()  # the ways of writing that axe has read and found nothing wrong with

# Whether something is still being fetched, and by how many pixels the page is wider than the screen.
FIT = """(page => [document.querySelector('.htmx-request') !== null, page.scrollWidth - page.clientWidth])(
    document.documentElement)"""


class Visitor:
    """Somebody with a browser of their own. Their page must never complain, overflow or fail axe."""

    def __init__(self, page: Page, base: str, name: str) -> None:
        self.page, self.base, self.name = page, base, name
        self.console = page.context.new_cdp_session(page)
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("response", self._answered)

    def _heard(self, message: Any) -> None:
        # The browser itself reports every 4xx that it is given; journeys ask for those on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def goes_to(self, path: str) -> int:
        """The status with which the portal answers."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def presses(self, button: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=button, exact=True).click()

    def follows(self, link: str | re.Pattern[str], within: Locator | None = None) -> None:
        is_text = isinstance(link, str)
        (within or self.page).get_by_role("link", name=link, exact=is_text).first.click()

    def is_at(self, heading: str) -> None:
        """The page with this heading is there, and keys reach it."""
        expect(self.page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
        self.page.wait_for_load_state()

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text)

    def types(self, text: str) -> None:
        """Letters, wherever the focus is."""
        self.page.keyboard.type(text)

    def hits(self, *keys: str) -> None:
        """Keys, wherever the focus is; a page that is only half there would miss them."""
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def looks(self, step: str) -> None:
        """The page is in order: nothing wider than the screen, nothing in the console, nothing axe finds."""
        self.fits(step)
        if not self.page.evaluate("'axe' in window"):
            # Half a megabyte that the browser compiles anew for each page, unless it comes this way.
            self.console.send("Runtime.evaluate", {"expression": AXE_SCRIPT})
        writing = self.page.evaluate(WRITING, list(READABLE))
        found = AxeResults(self.page.evaluate(AXE))
        assert found.violations_count == 0, f"{step}: {found.generate_report()}"
        READABLE.update(writing)

    def looks_through(self, pages: Mapping[str, str]) -> None:
        """Each of these pages on both screens: in Chinese, read by axe, and in English, which needs more room."""
        for language, looks in (("en", self.fits_on_both), ("zh-hans", self.looks_on_both)):
            self.speaks(language)
            for name, url in pages.items():
                assert self.goes_to(url) == 200, url
                looks(f"{language}-{name}")

    def looks_on_both(self, step: str) -> None:
        """One load on both screens. What axe reads is the same on either; it does so where there is least room."""
        self.fits_on_both(step, then=self.looks)

    def fits_on_both(self, step: str, then: Callable[[str], None] | None = None) -> None:
        """One load on both screens, the telephone's last."""
        before = self.page.viewport_size
        self.turns_to(DESKTOP)
        self.fits(f"1280-{step}")
        self.turns_to(PHONE)
        (then or self.fits)(f"360-{step}")
        if before is not None:
            self.page.set_viewport_size(before)

    def turns_to(self, size: tuple[int, int]) -> None:
        """The same page on another screen."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def fits(self, step: str) -> None:
        """As `looks`, without axe: for a page that it has read on another screen."""
        self.page.wait_for_load_state()
        is_waiting, too_wide = self.page.evaluate(FIT)
        if is_waiting:
            expect(self.page.locator(".htmx-request")).to_have_count(0)
            _is_waiting, too_wide = self.page.evaluate(FIT)
        assert too_wide <= 0, f"{step}: {too_wide} px wider than the screen"
        assert not self.complaints, f"{step}: {self.complaints}"
        if PICTURES:
            picture = Path(PICTURES) / f"{self.name}-{step}.png"
            # Hiding the caret would break the policy for styles.
            self.page.screenshot(path=picture, full_page=True, caret="initial")

    def signs_in(self, username: str, *, next_url: str = "") -> None:
        """Through the page, as everybody does; staff are asked for the code on their telephone."""
        if next_url or "/accounts/sign-in/" not in self.page.url:
            self.goes_to(f"/accounts/sign-in/?next={next_url}")
        self.page.get_by_label("身份证号或账号").fill(username)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.keyboard.press("Enter")

    def is_signed_in_as(self, who: Scope) -> None:
        """Without the steps of the sign-in pages, which have journeys of their own."""
        self.page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": open_session(who),
                    "url": self.base,
                }
            ]
        )

    def speaks(self, language: str) -> None:
        """From the next page on."""
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.base}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def signs_in_with_code(self, who: Scope) -> None:
        self.signs_in(User.objects.get(pk=str(who.user_id)).username)
        self.page.get_by_label("验证码").fill(totp.code_at(TOTP_SECRET, timezone.now()))
        self.page.keyboard.press("Enter")


@contextmanager
def visitor(
    browser: Browser, base: str, name: str, size: tuple[int, int] = DESKTOP
) -> Iterator[Visitor]:
    """A browser of its own: no cookie of another visitor is in it."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=size == PHONE,
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    try:
        yield Visitor(page, base, name)
    finally:
        context.close()


def give_account(person: Person) -> str:
    """The ID number with which this resident signs in from now on."""
    assert person.account is not None
    number = person.id_number
    assert number is not None
    User.objects.filter(pk=person.account.pk).update(username=usernames.of_resident(number))
    return number


def give_device(*scopes: Scope) -> None:
    """Each of these staff has confirmed a second factor."""
    for scope in scopes:
        Totp.objects.create(
            user_id=str(scope.user_id), secret=TOTP_SECRET, confirmed_at=timezone.now()
        )


def photo(path: Path) -> Path:
    """A picture as a telephone takes it: some megapixels, heavy, with EXIF."""
    exif = Image.Exif()
    exif[0x010F] = "Telephone"
    image = Image.effect_noise((1600, 1200), 60).convert("RGB")
    image.save(path, "JPEG", quality=80, exif=exif)
    return path


def small_photo() -> bytes:
    data = BytesIO()
    Image.new("RGB", (300, 400), "white").save(data, "JPEG")
    return data.getvalue()


def file_online(here: Hall) -> Case:
    """The elder's application with real photographs, filed from home."""
    now = here.now
    draft = actions.start_draft(here.version, applicant=here.applicant, by=here.resident, now=now)
    today = timezone.localdate(now)
    given = answers_for(here.version, here.applicant, rng=Random(1), today=today)
    actions.save_draft(draft.pk, given, step="check", by=here.resident, now=now)
    for field in draft.version.fields:
        if field["type"] == "file":
            clean = check_upload(small_photo(), "照片.jpg")
            files.attach(draft.pk, field["key"], clean, by=here.resident, now=now)
    return actions.submit(draft.pk, by=here.resident, now=now, channel=Channel.ONLINE)

"""The pictures of README.md, taken from the running portal with the demonstration city.

python -m ops.screenshots http://127.0.0.1:8000     needs Chromium and the development packages

It files one application for the elder of the demonstration, so start with `make reset` and `make run`.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from ops import demo_code
from ops.check import browser_here
from ops.demo_code import Account

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "img"
PHONE, DESK = (360, 740), (1280, 800)
COLOURS = 256  # enough for pages without photographs, and a third of the weight
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def main() -> None:
    base = sys.argv[1].rstrip("/")
    accounts = demo_code.accounts()
    elder = next(each for each in accounts if each["note"].startswith("82"))
    clerk = next(
        each
        for each in accounts
        if each["role"] == "window_clerk" and each["place"] == elder["place"]
    )
    office = next(each for each in accounts if each["username"] == "haibowan-office")
    with sync_playwright() as playwright:
        path = browser_here()
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        visit(browser, base)
        file(browser, base, elder)
        desk = open_page(browser, base, DESK, clerk)
        take(desk, "desk")
        desk.locator("tr", has_text="高龄津贴").last.get_by_role("link").click()
        desk.get_by_role("heading", name="高龄津贴", level=1).wait_for()
        take(desk, "case")
        dashboard = open_page(browser, base, DESK, office)
        dashboard.goto("/officials/places/150302/?period=quarter")
        take(dashboard, "dashboard")
        browser.close()


def visit(browser: Browser, base: str) -> None:
    """What everybody sees."""
    page = open_page(browser, base, PHONE)
    page.goto("/")
    take(page, "home")
    page.goto("/items/W4-04/")
    take(page, "guide")
    page.goto("/")
    page.get_by_role("button", name="长辈版").click()
    page.locator(".doors").evaluate("doors => doors.scrollIntoView()")
    take(page, "elder")


def file(browser: Browser, base: str, elder: Account) -> None:
    """高龄津贴, one question a page."""
    page = open_page(browser, base, PHONE, elder)
    page.goto("/items/W4-04/")
    page.get_by_role("button", name="开始办理").click()
    reach(page, 1)
    onwards(page, 2)
    photo = BytesIO()
    Image.new("RGB", (300, 400), "white").save(photo, "JPEG")
    data = photo.getvalue()
    for number, name in ((3, "photo"), (4, "id_photo")):
        box = page.locator(f"input[name={name}]")
        box.set_input_files({"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": data})
        page.get_by_text("已收到").wait_for()
        onwards(page, number)
    if page.get_by_label("用系统里已有的").count() == 0:
        page.get_by_label("领款银行卡号").fill("6222020602000000123")
    page.get_by_label("是", exact=True).check()
    onwards(page, 5)
    page.get_by_label("否", exact=True).check()
    onwards(page, 6)
    page.get_by_label("一个人住").check()
    take(page, "question")
    onwards(page, 7)
    onwards(page, 8)
    page.get_by_label("是", exact=True).check()
    onwards(page, 9)
    page.get_by_role("button", name="提交申请").click()
    page.get_by_text("已经收到您的申请").wait_for()
    take(page, "receipt")


def onwards(page: Page, number: int) -> None:
    page.get_by_role("button", name="保存并继续").click()
    reach(page, number)


def reach(page: Page, number: int) -> None:
    page.get_by_text(f"{number} / 9").wait_for()


def open_page(
    browser: Browser, base: str, size: tuple[int, int], who: Account | None = None
) -> Page:
    """A browser of its own, signed in through the pages; at a desk on the first page of the post."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2 if size == PHONE else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    if who:
        page.goto("/accounts/sign-in/")
        page.get_by_label("身份证号或账号").fill(who["username"])
        page.get_by_label("密码", exact=True).fill(who["password"])
        page.keyboard.press("Enter")
        if who["totp_seed"]:
            page.get_by_label("验证码").fill(demo_code.code(who))
            page.keyboard.press("Enter")
        page.locator(".menu__name").wait_for()
    return page


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

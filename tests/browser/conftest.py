"""A real browser. Without one these tests are errors, never skipped: what nobody looked at is not in order."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from ops.check import browser_here

FLAGS = [
    *("--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"),
    "--js-flags=--single-threaded --no-opt --no-maglev",  # a page is gone before that would pay
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = browser_here()
    if path is None:
        pytest.fail("no chromium: apt-get install chromium-headless-shell fonts-wqy-microhei")
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread; Django would take our queries for asynchronous ones.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()

"""One rule, the same answer on the server and in the browser."""

import random
from pathlib import Path

from servicehall.catalogue import conditions
from servicehall.catalogue.conditions import holds
from tests.servicehall.random_rules import random_answers, random_rule

WHEN_JS = Path(conditions.__file__).parent / "static/catalogue/when.js"


def test_the_browser_and_the_server_agree_on_five_thousand_rules(chromium):
    rng = random.Random(46)
    cases = [[random_rule(rng), random_answers(rng)] for _ in range(5000)]
    server = [holds(rule, answers) for rule, answers in cases]
    assert 1000 < sum(server) < 4000
    page = chromium.new_page()
    try:
        page.add_script_tag(
            type="module", content=WHEN_JS.read_text(encoding="utf-8") + "\nwindow.holds = holds;"
        )
        page.wait_for_function("window.holds")
        browser = page.evaluate(
            "cases => cases.map(([rule, answers]) => window.holds(rule, answers))", cases
        )
    finally:
        page.close()
    wrong = [case for case, a, b in zip(cases, server, browser, strict=True) if a is not b]
    assert not wrong, wrong[:3]

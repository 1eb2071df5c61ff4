"""The benchmark's arithmetic. No test here asks how long anything takes."""

import ast
import itertools

import pytest

from bench import harness
from bench.harness import Reading, Result, Trial, Wrong, quantile, summary
from bench.measuring import line, modules
from ops.state import ROOT


def passes():
    return None


def fails():
    raise Wrong("two and two are five")


def trial(**changes):
    given = {"subject": [passes], "yardstick": [passes], "check": passes, "goal": 3.0}
    return Trial("P0", **{**given, **changes})


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5], 0.99, 5),
        ([1, 2, 3, 4], 0.5, 2),
        (list(range(1, 101)), 0.99, 99),
        (list(range(101, 0, -1)), 0.99, 100),
        ([3, 1, 2], 0.0, 1),
    ],
)
def test_a_quantile_is_one_of_the_values(values, share, expected):
    assert quantile(values, share) == expected


def test_the_result_is_the_median_of_the_ratios_and_how_far_they_lie_apart():
    result = summary(trial(), [(2, 1), (6, 2), (4, 4)])
    assert (result.value, result.spread) == (2, 3)
    assert result.is_noisy
    assert result.is_met
    assert result.details["subject_ms"] == 4000


def test_where_more_is_better_the_ratio_and_the_goal_turn_round():
    result = summary(trial(is_faster=True, goal=300), [(1, 600), (2, 600), (1, 500)])
    assert result.value == 500
    assert result.is_met
    assert not Result("P0", 200, 300, is_faster=True).is_met


@pytest.mark.parametrize("by", ["p99", "cpu"])
def test_a_speed_without_the_right_answer_is_not_measured(by):
    called: list[int] = []

    def call():
        called.append(1)
        return 1.0

    for wrong in (trial(check=fails, subject=[call], by=by), Reading("P0", call, fails, 10, "")):
        with pytest.raises(Wrong):
            harness.run(wrong)
    assert not called


def test_both_sides_are_called_in_turn_and_the_first_round_does_not_count(monkeypatch):
    calls = []
    seconds = itertools.chain([9.0] * 12, itertools.cycle([2.0] * 6 + [1.0] * 6))

    def take(call):
        call()
        return next(seconds)

    monkeypatch.setattr(harness, "_seconds", take)
    sides = {side: [lambda side=side: calls.append(side)] * 2 for side in "ab"}
    result = harness.run(trial(subject=sides["a"], yardstick=sides["b"]))
    assert "".join(calls).startswith("aaabbbaaabbb")
    assert len(calls) == (harness.ROUNDS + 1) * 2 * 2 * harness.REPEATS
    assert result.spread == 1


def test_a_noisy_trial_is_repeated_once(monkeypatch):
    spreads = [5.0, 4.0, 1.0]
    monkeypatch.setattr(
        harness, "_rounds", lambda _trial: Result("P0", 1, 3, spread=spreads.pop(0))
    )
    assert harness.run(trial()).spread == 4.0
    assert spreads == [1.0]


def test_a_line_says_whether_the_goal_is_met_and_whether_to_believe_it():
    times = {"subject_ms": 2, "yardstick_ms": 1}
    assert line(Result("P0", 2.0, 3.0, details=times)).startswith("ok")
    assert line(Result("P0", 4.0, 3.0, details=times)).startswith("above")
    assert line(Result("P0", 4.0, 300.0, is_faster=True, details=times)).startswith("below")
    assert "NOISY" in line(Result("P0", 2.0, 3.0, spread=2.5, details=times))
    assert "60,000" in line(Result("P0", 37000, 60000, "bytes"))


def test_a_goal_is_measured_by_its_number():
    assert modules(["p16", "p03"]) == ["p03_search", "p16_pages"]
    with pytest.raises(SystemExit):
        modules(["p99"])


@pytest.mark.parametrize("name", modules([]))
def test_every_benchmark_checks_what_it_measures(name):
    """A trial needs its check; one that cannot say Wrong is none."""
    tree = ast.parse((ROOT / "bench" / f"{name}.py").read_text(encoding="utf-8"))
    made = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Trial", "Reading"}
    ]
    assert made
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "Wrong" in names or "sees" in attributes

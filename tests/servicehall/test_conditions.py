"""When a question is asked. That browser and server agree is in tests/browser/test_when.py."""

import random
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from servicehall.catalogue import answering, conditions
from servicehall.catalogue.conditions import groups_of, holds, is_well_formed, rule_of
from tests.servicehall.random_rules import random_answers, random_rule

IS = {"field": "a", "op": "=", "value": "x"}


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        (None, {}, True),
        ({"situation": "a", "values": ["x", "y"]}, {"a": "y"}, True),
        ({"situation": "a", "values": ["x"]}, {}, False),
        (IS, {"a": "x"}, True),
        (IS, {"a": ["w", "x"]}, True),
        ({"not": IS}, {}, True),
        ({"field": "a", "op": "in", "value": [1, 2]}, {"a": "2"}, True),
        ({"field": "a", "op": "answered"}, {"a": []}, False),
        ({"field": "a", "op": "answered"}, {"a": "0"}, True),
        ({"field": "a", "op": ">=", "value": "1200.5"}, {"a": "1,200.50"}, True),
        ({"field": "a", "op": "<", "value": 10}, {"a": "９"}, True),
        ({"field": "a", "op": "<", "value": 10}, {"a": "nine"}, False),
        ({"field": "a", "op": ">", "value": "0.1"}, {"a": "0.100001"}, True),
        ({"field": "a", "op": ">=", "value": "2026-03-01"}, {"a": "2026-02-28"}, False),
        ({"field": "a", "op": ">=", "value": "2026-03-01"}, {"a": "20260301"}, False),
        ({"any": [IS, {"all": [{"field": "b", "op": "=", "value": "1"}, {"not": IS}]}]}, {"b": "1"}, True),
    ],
)  # fmt: skip
def test_a_rule_holds_or_not(rule, answers, expected):
    assert rule is None or is_well_formed(rule)
    assert holds(rule, answers) is expected


@pytest.mark.parametrize(
    "broken",
    [
        {}, [], "x", {"all": []}, {"all": IS}, {"any": [IS], "all": [IS]}, {"not": [IS]},
        {"field": "a", "op": "like", "value": "x"}, {"field": "a", "op": "="}, {"field": "a", "op": "in", "value": "x"},
        {"field": "a", "op": ">", "value": "soon"}, {"field": "a", "op": "answered", "value": 1},
        {"field": "a", "op": "=", "value": True}, {"situation": "a", "values": []}, {"situation": "a"},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": IS}}}}}}},
    ],
)  # fmt: skip
def test_what_an_evaluator_could_not_read_is_no_rule(broken):
    assert not is_well_formed(broken)


def test_who_changes_his_mind_takes_back_what_hung_on_it():
    questions: list[dict[str, Any]] = [
        {"key": "a"},
        {"key": "b", "condition": {"field": "a", "op": "=", "value": "yes"}},
        {"key": "c", "condition": {"field": "b", "op": "answered"}},
    ]
    assert set(answering.heard(questions, {"a": "yes", "b": "1", "c": "2"})) == {"a", "b", "c"}
    assert answering.heard(questions, {"a": "no", "b": "1", "c": "2", "phone": "3"}) == {
        "a": "no",
        "phone": "3",
    }
    assert [q["key"] for q in answering.asked(questions, {"a": "no", "b": "1"})] == ["a"]
    assert answering.fold_answers(questions, {"a": "no", "b": "1"}) == {"a": "no"}


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None, database=None)
def test_what_people_see_as_groups_is_the_same_rule(seed):
    rng = random.Random(seed)
    rule, answers = random_rule(rng), random_answers(rng)
    assert is_well_formed(rule)
    groups = groups_of(rule)
    if groups is not None:
        again = rule_of(groups)
        shown = holds(again, answers) if groups else holds(rule, answers)
        assert shown is holds(rule, answers)


def test_every_order_is_tried_on_both_sides_of_its_bound():
    for op, (given_, low) in product(conditions.ORDERS, (("1", True), ("2", None), ("3", False))):
        expected = {
            "<": low is True,
            "<=": low is not False,
            ">": low is False,
            ">=": low is not True,
        }
        assert holds({"field": "a", "op": op, "value": "2"}, {"a": given_}) is expected[op]

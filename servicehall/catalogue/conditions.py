"""When something is asked for: a small tree over the answers, as data. `static/catalogue/when.js` is its twin.

    {"field": "burden", "op": "=", "value": "illness"}      the answer is this
    {"field": "burden", "op": "in", "value": ["a", "b"]}    the answer is one of these
    {"field": "income", "op": ">=", "value": "1200.50"}     >=, >, <=, < of numbers, or of days ("2026-03-01")
    {"field": "explain", "op": "answered"}                  something was answered
    {"all": [rule, …]} · {"any": [rule, …]} · {"not": rule}
    {"situation": "burden", "values": ["a", "b"]}           how older files write `in`

A test on a question without an answer does not hold. Of several persons one is enough. Both evaluators must agree
on every rule and every answer (tests/browser/test_when.py tries thousands).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

Rule = Mapping[str, Any]
Answers = Mapping[str, Any]

ORDERS = (">=", ">", "<=", "<")
OPS = ("=", "in", "answered", *ORDERS)
DEEPEST, MOST_TESTS = 5, 40
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def holds(rule: Rule | None, answers: Answers) -> bool:
    if not rule:
        return True
    if "all" in rule:
        return all(holds(part, answers) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, answers) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], answers)
    key, op, value = as_test(rule)
    answer = answers.get(key)
    if answer in (None, "", []):
        return False
    given = [text_of(each) for each in answer] if isinstance(answer, list) else [text_of(answer)]
    if op == "answered":
        return True
    if op in ORDERS:
        return any(_is_ordered(each, op, text_of(value)) for each in given)
    wanted = [text_of(each) for each in value] if op == "in" else [text_of(value)]
    return any(each in wanted for each in given)


def as_test(rule: Rule) -> tuple[str, str, Any]:
    """Question, comparison and value of a single test, in whichever way it is written."""
    if "situation" in rule:
        return str(rule["situation"]), "in", rule["values"]
    return str(rule["field"]), str(rule["op"]), rule.get("value")


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _is_ordered(given: str, op: str, wanted: str) -> bool:
    """Days compare as days, numbers exactly as numbers; one of each, or neither, compares as nothing."""
    if DAY.fullmatch(given) and DAY.fullmatch(wanted):
        order = (given > wanted) - (given < wanted)
    elif (a := number_of(given)) is not None and (b := number_of(wanted)) is not None:
        order = (a > b) - (a < b)
    else:
        return False
    return {">=": order >= 0, ">": order > 0, "<=": order <= 0, "<": order < 0}[op]


def number_of(text: str) -> Decimal | None:
    """1,200.50 and １２００.5 are numbers; 1e3, "" and a day are none."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    return Decimal(plain) if NUMBER.fullmatch(plain) else None


def tests_of(rule: Rule | None) -> Iterator[tuple[str, str, Any]]:
    """Every single test of a rule, in reading order. The rule is well formed (fault_of)."""
    if not rule:
        return
    for word in ("all", "any"):
        for part in rule.get(word, ()):
            yield from tests_of(part)
    if "not" in rule:
        yield from tests_of(rule["not"])
    if "field" in rule or "situation" in rule:
        yield as_test(rule)


def fields_of(rule: Rule | None) -> list[str]:
    return list(dict.fromkeys(key for key, _op, _value in tests_of(rule)))


def renamed(rule: Rule | None, names: Mapping[str, str]) -> Rule | None:
    """The same rule where the questions have other names. The rule is well formed (fault_of)."""
    if not rule:
        return None
    for word in ("all", "any"):
        if word in rule:
            return {word: [renamed(part, names) for part in rule[word]]}
    if "not" in rule:
        return {"not": renamed(rule["not"], names)}
    word = "situation" if "situation" in rule else "field"
    return {**rule, word: names.get(rule[word], rule[word])}


# --- shape -----------------------------------------------------------------------------------------
def is_well_formed(rule: Any, depth: int = 0) -> bool:
    """Whether both evaluators can read it."""
    if not isinstance(rule, Mapping) or depth > DEEPEST:
        return False
    if set(rule) in ({"all"}, {"any"}):
        (parts,) = rule.values()
        is_list = isinstance(parts, list) and 0 < len(parts) <= MOST_TESTS
        return is_list and all(is_well_formed(part, depth + 1) for part in parts)
    if set(rule) == {"not"}:
        return is_well_formed(rule["not"], depth + 1)
    if set(rule) == {"situation", "values"}:
        return isinstance(rule["situation"], str) and _are_texts(rule["values"])
    return _is_test(rule)


def _is_test(rule: Mapping[str, Any]) -> bool:
    op = rule.get("op")
    if not isinstance(rule.get("field"), str) or op not in OPS:
        return False
    if op == "answered":
        return set(rule) == {"field", "op"}
    if set(rule) != {"field", "op", "value"}:
        return False
    value = rule["value"]
    if op in ORDERS:
        return _is_text(value) and (
            DAY.fullmatch(str(value)) is not None or number_of(str(value)) is not None
        )
    return _are_texts(value) if op == "in" else _is_text(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and bool(values) and all(_is_text(value) for value in values)


# --- as people build it: one of several groups, of which every line must hold ---------------------------
Line = tuple[bool, Rule]  # whether it must hold, and the test
MOST_GROUPS = 12


def groups_of(rule: Rule | None, *, holds_: bool = True) -> list[list[Line]] | None:
    """A rule as groups: any of them, all lines of it. None where that would be too long to read."""
    if not rule:
        return []
    if "not" in rule:
        return groups_of(rule["not"], holds_=not holds_)
    for word in ("all", "any"):
        if word in rule:
            parts = [groups_of(part, holds_=holds_) for part in rule[word]]
            return _joined(parts, is_all=(word == "all") == holds_)
    return [[(holds_, rule)]]


def _joined(parts: Sequence[list[list[Line]] | None], *, is_all: bool) -> list[list[Line]] | None:
    found: list[list[Line]] = [[]] if is_all else []
    for part in parts:
        if part is None:
            return None
        if is_all:
            found = [[*left, *right] for left in found for right in part]
        else:
            found = [*found, *part]
        if len(found) > MOST_GROUPS:
            return None
    return found


def rule_of(groups: Sequence[Sequence[Line]]) -> dict[str, Any] | None:
    """The rule that these groups say; None for nothing."""
    parts = [_rule_of_lines(lines) for lines in groups if lines]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"any": parts}


def _rule_of_lines(lines: Sequence[Line]) -> dict[str, Any]:
    tests = [dict(test) if holds_ else {"not": dict(test)} for holds_, test in lines]
    return tests[0] if len(tests) == 1 else {"all": tests}

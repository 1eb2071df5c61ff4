"""Rules as data: {"all": [{"fact": "age", "op": ">=", "value": 80}, {"not": {...}}, {"any": [...]}]}."""

from collections.abc import Mapping
from typing import Any

from residents.base.eligibility.facts import FACTS
from residents.base.eligibility.tree import COMPARES, Group, Rule, Test

DEEPEST = 6


class BadRule(ValueError):
    """The rule cannot be read; the text says where and why, for whoever edits it."""


def parse(data: object, *, depth: int = 0) -> Rule:
    """A checked rule, or BadRule."""
    if depth > DEEPEST:
        raise BadRule(f"nested deeper than {DEEPEST}")
    if not isinstance(data, Mapping):
        raise BadRule(f"a rule is a mapping, not {type(data).__name__}")
    if "fact" in data:
        return _test(data)
    if len(data) != 1:
        raise BadRule("a group has exactly one of all, any, not")
    (word, inner), *_rest = data.items()
    if word == "not":
        return Group("not", (parse(inner, depth=depth + 1),))
    if word not in {"all", "any"} or not isinstance(inner, list) or not inner:
        raise BadRule(f"{word!r}: a group is all or any with a list of rules, or not with one")
    return Group(word, tuple(parse(part, depth=depth + 1) for part in inner))


def _test(data: Mapping[str, Any]) -> Test:
    if set(data) - {"unknown"} != {"fact", "op", "value"} or data.get("unknown", "no") != "no":
        raise BadRule("a test has fact, op and value, and may have unknown: no")
    name, op, value = data["fact"], data["op"], data["value"]
    fact = FACTS.get(name)
    if fact is None:
        raise BadRule(f"no such fact: {name!r}")
    if op not in COMPARES or (op not in {"=", "in"} and fact.kind is not int):
        raise BadRule(f"{name}: cannot be compared by {op!r}")
    values = value if op == "in" else [value]
    if not isinstance(values, list) or not values:
        raise BadRule(f"{name}: 'in' takes a list of values")
    for each in values:
        if type(each) is not fact.kind:
            raise BadRule(f"{name}: {each!r} is no {fact.kind.__name__}")
        if fact.codes and each not in fact.codes:
            raise BadRule(f"{name}: {each!r} is not in its code table")
    return Test(name, op, tuple(values) if op == "in" else value, "unknown" in data)

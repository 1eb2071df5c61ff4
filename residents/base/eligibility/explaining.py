"""Why a rule fits somebody, in words: the same rule, evaluated on the facts of one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from residents.base.eligibility.facts import FACTS, Fact
from residents.base.eligibility.tree import COMPARES, Rule, Test, tests_of


@dataclass(frozen=True, slots=True)
class Explained:
    """`fits` is None where too little is known. `reasons` are the tests that hold, in words; `missing` the
    facts that would have to be known."""

    fits: bool | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]


def explain(rule: Rule, facts: Mapping[str, Any]) -> Explained:
    """`facts` has the value of each fact of the rule, None where the base does not know it."""
    tests = list(dict.fromkeys(tests_of(rule)))
    held = [test for test in tests if _holds(test, facts)]
    unknown = dict.fromkeys(test.fact for test in tests if _holds(test, facts) is None)
    fits = _fits(rule, facts)
    return Explained(
        fits,
        tuple(_in_words(test, facts[test.fact]) for test in held),
        tuple(str(FACTS[key].label) for key in unknown) if fits is None else (),
    )


def _fits(rule: Rule, facts: Mapping[str, Any]) -> bool | None:
    """Three-valued, as the database has it."""
    if isinstance(rule, Test):
        return _holds(rule, facts)
    parts = [_fits(part, facts) for part in rule.parts]
    if rule.word == "not":
        return None if parts[0] is None else not parts[0]
    decides = rule.word == "any"  # one yes decides an any, one no decides an all
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _holds(test: Test, facts: Mapping[str, Any]) -> bool | None:
    value = facts[test.fact]
    if value is None:
        return False if test.no_if_unknown else None
    return COMPARES[test.op](value, test.value)


def _in_words(test: Test, value: Any) -> str:
    fact = FACTS[test.fact]
    if fact.kind is bool:
        return _("%(fact)s：%(value)s") % {"fact": fact.label, "value": _shown(fact, value)}
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    return _("%(fact)s：%(value)s（规定：%(rule)s）") % {
        "fact": fact.label,
        "value": _shown(fact, value),
        "rule": f"{_signs().get(test.op, '')}{_('、').join(_shown(fact, each) for each in wanted)}",
    }


def _signs() -> dict[str, str]:
    return {">=": _("至少"), ">": _("超过"), "<=": _("至多"), "<": _("不满")}


def _shown(fact: Fact, value: Any) -> str:
    if fact.kind is bool:
        return _("是") if value else _("否")
    return str(fact.codes.get(value, f"{value}{fact.unit}"))

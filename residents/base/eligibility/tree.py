"""A rule as a tree of tests."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Value: TypeAlias = int | str | bool
COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "in": lambda value, among: value in among,
}


@dataclass(frozen=True, slots=True)
class Test:
    """One fact compared with a value, or looked up in several. `no_if_unknown`: what no register knows of is not
    so (nobody has a disability certificate of which the federation knows nothing)."""

    fact: str
    op: str
    value: Value | tuple[Value, ...]
    no_if_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """`word` is all, any or not; a `not` has one part."""

    word: str
    parts: tuple["Rule", ...]


Rule: TypeAlias = Test | Group


def tests_of(rule: Rule) -> Iterator[Test]:
    """Every single test of a rule, in reading order."""
    if isinstance(rule, Test):
        yield rule
        return
    for part in rule.parts:
        yield from tests_of(part)

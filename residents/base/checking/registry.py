"""A check: its name, why it matters, how its findings are found, and what mends them."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.utils.functional import Promise

from residents.base.enums import Severity

DATA = Path(__file__).parents[1] / "data" / "checks.yaml"


class Of(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Figures:
    valid_from: date
    oldest: int
    of_age: int
    share_a_phone: int


@dataclass(frozen=True, slots=True)
class Ward:
    """What a check looks at: one community on one day."""

    community_id: UUID
    today: date
    figures: Figures

    def years_ago(self, years: int) -> date:
        day = min(self.today.day, 28) if self.today.month == 2 else self.today.day
        return self.today.replace(year=self.today.year - years, day=day)


@dataclass(frozen=True, slots=True)
class Check:
    """`find` gives the ids of persons or households (`of`) for which it is so. `fix` is the name of an action of
    actions/mending.py; where there is none, a person has to look and mend the file."""

    code: str
    title: str | Promise
    explain: str | Promise
    severity: Severity
    of: Of
    find: Callable[[Ward], Iterable[UUID]]
    fix: str = ""
    fix_label: str | Promise = ""


CHECKS: dict[str, Check] = {}


def check(
    code: str,
    title: str | Promise,
    explain: str | Promise,
    severity: Severity,
    *,
    of: Of = Of.PERSON,
    fix: str = "",
    fix_label: str | Promise = "",
) -> Callable[[Callable[[Ward], Iterable[UUID]]], Callable[[Ward], Iterable[UUID]]]:
    """Enter a check under its code."""

    def enter(find: Callable[[Ward], Iterable[UUID]]) -> Callable[[Ward], Iterable[UUID]]:
        if code in CHECKS:
            raise ValueError(code)
        CHECKS[code] = Check(code, title, explain, severity, of, find, fix, fix_label)
        return find

    return enter


@functools.cache
def _lists() -> tuple[Figures, ...]:
    lists: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    found = (
        Figures(each["valid_from"], each["oldest"], each["of_age"], each["share_a_phone"])
        for each in lists
    )
    return tuple(sorted(found, key=lambda figures: figures.valid_from))


def figures_on(day: date) -> Figures:
    begun = [figures for figures in _lists() if figures.valid_from <= day]
    return begun[-1] if begun else _lists()[0]

"""Pure rules of requests: which heading is known already, when the next form is due, what a form costs."""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import override

from residents.base.attributes import ATTRIBUTES
from residents.exchange.enums import Frequency
from residents.exchange.layouts import ANSWER, DERIVED

MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}


@functools.cache
def _known() -> dict[str, str]:
    with override("zh-hans"):  # headings are written in the language of record
        derived = {str(each.label): key for key, each in DERIVED.items()}
        attributes = {str(each.label): key for key, each in ATTRIBUTES.items()}
    names = {name: key for key, each in ATTRIBUTES.items() for name in each.names}
    return derived | names | attributes


def known_as(heading: str) -> str:
    """The value of the base that a heading of a form names; "" when it is something else."""
    plain = "".join(unicodedata.normalize("NFKC", heading).split())
    return _known().get(plain, "")


def columns_of(lines: Sequence[str]) -> list[dict[str, Any]]:
    """The columns of a form as an office writes them, a heading a line; "heading = known name" says what it is.

    What the base knows under that name fills itself, whatever the office calls it. All else is asked.
    """
    columns: list[dict[str, Any]] = []
    for line in lines:
        heading, _sign, name = (part.strip() for part in line.partition("="))
        if heading:
            value = known_as(name or heading) or f"{ANSWER}{len(columns) + 1}"
            columns.append({"heading": heading, "value": value, **_face(value)})
    return columns


def _face(value: str) -> dict[str, Any]:
    """Codes by their names: people read this form."""
    coded = (value in ATTRIBUTES and ATTRIBUTES[value].codes) or (
        value in DERIVED and DERIVED[value].codes
    )
    return {"codes": "label"} if coded else {}


def due_days(first: date, frequency: str, ends_on: date) -> list[date]:
    """All due days of a request; the 31st becomes the last day of a shorter month."""
    if frequency == Frequency.ONCE:
        return [first]
    days, step, number = [], MONTHS[Frequency(frequency)], 0
    while (day := _months_after(first, number * step)) <= ends_on:
        days.append(day)
        number += 1
    return days


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    return date(day.year + year, month + 1, day.day)


@dataclass(frozen=True, slots=True)
class Cost:
    """Cells of one form: filled by the base, kept from last time, typed; and what that is in time."""

    held: int
    kept: int
    typed: int

    def minutes_spent(self, cell_seconds: int) -> int:
        """Rounded up: a burden is not made small."""
        return -(-self.typed * cell_seconds // 60)

    def minutes_saved(self, cell_seconds: int) -> int:
        """Rounded down: a saving is not made great."""
        return (self.held + self.kept) * cell_seconds // 60

"""How much two entries look like one human being: a pure sum of dated weights (domain 4.11).

The points say where a person has to look; they decide nothing.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from residents.base.enums import Likeness

DATA = Path(__file__).parent / "data" / "doubles.yaml"
SEXES = frozenset({"1", "2"})
MOST = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """The rules in force: points by likeness, and from how many on one is warned or a pair is queued."""

    valid_from: date
    warn: int
    queue: int
    days_near: int
    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared of an entry. Number and phone come as their blind indexes; "" and None are unknown.

    `is_certificate`: the number is that of a birth certificate, which a child has before its own.
    """

    full_name: str = ""
    pinyin: str = ""
    birth_on: date | None = None
    sex: str = ""
    number: bytes | None = None
    phone: bytes | None = None
    address: str = ""
    is_certificate: bool = False


@dataclass(frozen=True, slots=True)
class Likelihood:
    score: int
    reasons: tuple[str, ...]


@functools.cache
def _lists() -> tuple[Weights, ...]:
    lists: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    found = (
        Weights(
            each["valid_from"],
            each["warn"],
            each["queue"],
            each["days_near"],
            {Likeness(key).value: points for key, points in each["weights"].items()},
        )
        for each in lists
    )
    return tuple(sorted(found, key=lambda weights: weights.valid_from))


def weights_on(day: date) -> Weights:
    """The newest list that has begun; before the first one, the first."""
    begun = [weights for weights in _lists() if weights.valid_from <= day]
    return begun[-1] if begun else _lists()[0]


def compare(one: Traits, other: Traits, weights: Weights) -> Likelihood:
    """The points of two entries and why, the same in either order; between 0 and 100."""
    reasons = tuple(_likenesses(one, other, weights.days_near))
    total = sum(weights.points.get(reason, 0) for reason in reasons)
    return Likelihood(max(0, min(MOST, total)), reasons)


def _likenesses(one: Traits, other: Traits, days_near: int) -> Iterator[str]:
    yield from _numbers(one, other)
    if _same(one.full_name, other.full_name):
        yield Likeness.NAME
    elif _same(one.pinyin, other.pinyin):
        yield Likeness.PINYIN
    if one.birth_on and other.birth_on:
        yield from _ages(abs((one.birth_on - other.birth_on).days), days_near)
    if _same(one.phone, other.phone):
        yield Likeness.PHONE
    if _same(one.address, other.address):
        yield Likeness.ADDRESS
    if {one.sex, other.sex} == SEXES:
        yield Likeness.OTHER_SEX


def _numbers(one: Traits, other: Traits) -> Iterator[str]:
    if _same(one.number, other.number):
        yield Likeness.NUMBER
    elif one.number and other.number and one.is_certificate == other.is_certificate:
        yield Likeness.OTHER_NUMBER


def _ages(days_apart: int, days_near: int) -> Iterator[str]:
    if days_apart == 0:
        yield Likeness.BIRTH
    elif days_apart <= days_near:
        yield Likeness.BIRTH_NEAR


def _same(one: object, other: object) -> bool:
    """Known, and the same."""
    return bool(one) and one == other

"""The figures of data/limits.yaml, and the columns that data/refused.yaml keeps out."""

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.utils.translation import get_language

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at the most, and how many days it is kept."""

    bytes: int
    entries: int
    unpacked_bytes: int
    ratio: int
    rows: int
    columns: int
    keep_days: int
    whole_rows: int


@functools.cache
def limits() -> Limits:
    return Limits(**yaml.safe_load((DATA / "limits.yaml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a column is not taken."""

    rule: str
    rule_en: str
    basis: str
    words: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.rule_en if get_language() == "en" else f"{self.rule}（{self.basis}）"


@functools.cache
def refusals() -> tuple[Refusal, ...]:
    rows = yaml.safe_load((DATA / "refused.yaml").read_text(encoding="utf-8"))
    return tuple(Refusal(**row | {"words": tuple(row["words"])}) for row in rows)


def refusal_of(heading: str) -> Refusal | None:
    """The rule that keeps a column out, by the words of its heading."""
    upper = heading.upper()
    return next((each for each in refusals() if any(w in upper for w in each.words)), None)

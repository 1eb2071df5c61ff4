"""How alike somebody in a file and somebody in the base are, where no number settles it. Pure; a person decides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from common.names import pinyin_key

# With a birthday stated, equal names alone are no lead: in a city many share them.
LIKELY, LIKELY_WITHOUT_BIRTH = 60, 50
MOST = 5  # candidates that a person is shown


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody in the base, as far as matching looks."""

    full_name: str
    birth_on: str = ""
    sex: str = ""
    phone: str = ""
    addresses: tuple[str, ...] = ()


def score(row: Mapping[str, str], known: Known) -> int:
    """0 to 100. Equal names give half; a birthday, a telephone, an address add or speak against."""
    name = row.get("full_name", "")
    if not name:
        return 0
    if name == known.full_name:
        points = 50
    elif pinyin_key(name) == pinyin_key(known.full_name):
        points = 35
    else:
        return 0
    points += _birth(row.get("birth_on", ""), known.birth_on)
    if {row.get("sex", ""), known.sex} == {"1", "2"}:
        points -= 30
    if row.get("phone") and row["phone"] == known.phone:
        points += 25
    written = [row[key] for key in ("actual_address", "registered_address") if row.get(key)]
    points += round(
        15 * max((likeness(a, b) for a in written for b in known.addresses), default=0.0)
    )
    return max(0, min(points, 100))


def is_likely(points: int, row: Mapping[str, str]) -> bool:
    return points >= (LIKELY if row.get("birth_on") else LIKELY_WITHOUT_BIRTH)


def _birth(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one == other:
        return 35
    digits, others = one.replace("-", ""), other.replace("-", "")
    wrong = sum(a != b for a, b in zip(digits, others, strict=True))
    swapped = digits[:4] + digits[6:] + digits[4:6] == others
    return 15 if wrong == 1 or swapped else -30


def likeness(one: str, other: str) -> float:
    """The share of pairs of characters that two addresses have in common, of the shorter one."""
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _pairs(address: str) -> set[str]:
    text = re.sub(r"[\s,，。号室#-]", "", address)
    return {text[i : i + 2] for i in range(len(text) - 1)}

"""From the first rows of a table to its columns: where the headings are, and which attribute each column carries.

A pure function of texts. What it proposes a person confirms.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import override

from common.errors import NotAllowed
from common.identity import check_id_number, is_mobile, normalise_phone
from residents.base.attributes import ATTRIBUTES
from residents.exchange.limits import refusal_of

COMMUNITY = "community"  # a column that says where a person lives, which is no attribute
_COMMUNITY_NAMES = (
    *("社区", "所属社区", "所在社区", "社区名称", "现住社区", "居住社区", "社区代码", "社区居委会"),
    *("居委会", "村居", "所属居委会", "管辖社区"),
)
# What a list calls its people when it has no column of names beside it: 申请人 next to 姓名 is somebody else.
_WHO = frozenset(
    (
        "申请人",
        "居民",
        "参保人",
        "参保人姓名",
        "救助对象",
        "持证人",
        "持证人姓名",
        "户主",
        "户主姓名",
    )
)
_COMMUNITY_ENDINGS = re.compile("(社区)?(居民委员会|居委会|服务站)?$")
_DEPTH = 3  # rows over which headings may be spread
_SEEN = 30  # rows in which they are looked for
_SAMPLES = 50


@dataclass(slots=True)
class Column:
    """One column of the file. `target` is an attribute, COMMUNITY, or "" for a column that is not read."""

    place: int
    heading: str
    target: str = ""
    refused: bool = False

    @property
    def letter(self) -> str:
        return letter_of(self.place)


@dataclass(slots=True)
class Layout:
    """Where the headings lie (numbers of rows as the table shows them) and what they say."""

    first: int
    last: int
    columns: list[Column] = field(default_factory=list)

    @property
    def known(self) -> int:
        return sum(bool(column.target) for column in self.columns)


def letter_of(place: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def short_community(name: str) -> str:
    """ "青山社区居委会", "青山社区" and "青山" are one name."""
    return _COMMUNITY_ENDINGS.sub("", plain(name))


def plain(heading: str) -> str:
    """Without brackets and what is in them, spaces, stars and marks: "*姓 名（必填）" is "姓名"."""
    text = unicodedata.normalize("NFKC", heading)
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", text)
    return re.sub(r"[\s*:：、。.·_/\\-]+", "", bare or text)


@functools.cache
def known_headings() -> Mapping[str, str]:
    """Every heading that is understood, and its target."""
    with override("zh-hans"):
        found = {
            plain(name): key
            for key, attribute in ATTRIBUTES.items()
            for name in (str(attribute.label), *attribute.names)
        }
    return found | dict.fromkeys(_COMMUNITY_NAMES, COMMUNITY)


def find(first: Sequence[tuple[int, list[str]]]) -> Layout:
    """The rows of headings: those whose texts are understood best; without any, the fullest row of words."""
    options = [
        layout
        for start in range(min(len(first), _SEEN))
        for depth in range(1, _DEPTH + 1)
        if (layout := _layout(first[start : start + depth], depth)) is not None
    ]
    if not options:
        number = first[0][0] if first else 1
        return Layout(number, number)
    # Among equals the shallower and the lower: a title may hold a word that headings hold as well.
    return max(
        options,
        key=lambda each: (
            each.known,
            0 if each.known else len(each.columns),
            each.first - each.last,
            each.first if each.known > 1 else -each.first,
        ),
    )


def _layout(rows: Sequence[tuple[int, list[str]]], depth: int) -> Layout | None:
    if len(rows) < depth or any(_is_data(text) for _number, row in rows for text in row):
        return None
    width = max(len(row) for _number, row in rows)
    levels = [_spread(row + [""] * (width - len(row)), rows[-1][1]) for _number, row in rows[:-1]]
    levels.append(rows[-1][1] + [""] * (width - len(rows[-1][1])))
    layout = Layout(rows[0][0], rows[-1][0])
    taken: set[str] = set()
    for place in range(width):
        texts = list(dict.fromkeys(level[place] for level in levels if level[place]))
        if not texts:
            continue
        column = Column(place, " ".join(texts)[:60])
        column.refused = refusal_of(column.heading) is not None
        target = "" if column.refused else _target(texts)
        if target not in taken:
            column.target = target
            taken.add(target)
        layout.columns.append(column)
    return layout


def _spread(row: list[str], below: list[str]) -> list[str]:
    """An upper heading stands for the empty cells to its right under which others stand."""
    spread, current = [], ""
    for place, text in enumerate(row):
        has_below = place < len(below) and bool(below[place])
        current = text or (current if has_below else "")
        spread.append(current)
    return spread


def _target(texts: Sequence[str]) -> str:
    """By all levels joined, by the lowest alone, by the upper ones."""
    known = known_headings()
    for text in ("".join(texts), *reversed(texts)):
        if target := known.get(plain(text)):
            return target
    return ""


def _is_data(text: str) -> bool:
    """Numbers, dates and amounts are no headings."""
    return bool(re.search(r"\d{6,}|\d{4}-\d", text)) or len(text) > 60


# --- by content -----------------------------------------------------------------------------------
def sniff(layout: Layout, first: Sequence[tuple[int, list[str]]]) -> None:
    """Propose a target for columns whose heading says little, where nearly all contents have one form."""
    _name_the_people(layout)
    body = [cells for number, cells in first if number > layout.last][:_SAMPLES]
    taken = {column.target for column in layout.columns}
    for column in layout.columns:
        if column.target or column.refused:
            continue
        texts = [row[column.place] for row in body if column.place < len(row) and row[column.place]]
        for target, fits in _FORMS.items():
            if target not in taken and len(texts) > 1:
                share = sum(_fits(fits, text) for text in texts) / len(texts)
                if share >= 0.8:
                    column.target = target
                    taken.add(target)
                    break


def _name_the_people(layout: Layout) -> None:
    if not any(column.target == "full_name" for column in layout.columns):
        for column in layout.columns:
            if not column.target and not column.refused and plain(column.heading) in _WHO:
                column.target = "full_name"
                return


def _fits(reads: Callable[[str], object], text: str) -> bool:
    try:
        return bool(reads(text))
    except NotAllowed:
        return False


def _is_phone(text: str) -> bool:
    return is_mobile(normalise_phone(text))


_FORMS: dict[str, Callable[[str], object]] = {
    "id_number": check_id_number,
    "phone": _is_phone,
    "sex": lambda text: re.fullmatch("[男女]性?", text),
    "ethnic_group": lambda text: re.fullmatch(r"[\u4e00-\u9fff]{1,4}族", text),
}

"""Live variables: what `{申请人}` in the text of a letter means. Small on purpose: names, no expressions.

A text is checked when it is loaded or edited: a name that is not known there is refused, so no letter goes out
with a gap. Values are plain text; whoever draws a letter escapes them. `{{` and `}}` are the braces themselves.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]  # text, or a list of rows of text for a block that repeats

# What every letter can say; the rest depends on its kind (kinds.py).
COMMON = frozenset(
    "申请人 申请人证件号 涉及子女 办件编号 事项 申请日期 受理日期 服务站 机关 机关电话 机关地址 服务时间"
    " 投诉电话 成文日期 法律依据 承诺时限 法定时限 承诺办结日 法定办结日".split()
)
# What a row of a repeating block can say, by the list that it repeats.
ROWS: Mapping[str, frozenset[str]] = {
    "补正事项": frozenset({"序号", "名称", "内容"}),
    "收到材料": frozenset({"序号", "名称"}),
    "送达文书": frozenset({"序号", "名称", "文号"}),
    "容缺材料": frozenset({"序号", "名称"}),
    "承诺事项": frozenset({"序号", "名称"}),
    "公示内容": frozenset({"序号", "姓名", "内容"}),
}
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def names_in(text: str) -> Iterator[str]:
    """The variables of a text; a brace that stands alone is a variable without a name, hence unknown."""
    for found in _TOKEN.finditer(text):
        if found[0] in {"{{", "}}"}:
            continue
        yield (found[1] or "").strip()


def unknown(text: str, known: Collection[str]) -> list[str]:
    return sorted({name for name in names_in(text) if name not in known})


def fill(text: str, values: Values) -> str:
    """The text with its variables resolved. Raises KeyError for a name that nobody gave."""

    def put(found: re.Match[str]) -> str:
        if found[0] in {"{{", "}}"}:
            return found[0][0]
        return plain(values[(found[1] or "").strip()])

    return _TOKEN.sub(put, text)


def plain(value: Any) -> str:
    """One line of plain text: no control or direction characters, which could make a letter read otherwise.

    Characters of private use stay: old systems wrote rare names with them, and a name loses nothing in silence.
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(plain(entry.get("名称", "")) for entry in value)
    text = unicodedata.normalize("NFC", str(value))
    spaced = re.sub(r"\s+", " ", text).strip()
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})

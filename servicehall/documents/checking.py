"""Whether the words of a letter can be used: every variable known, everything said that the law asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.errors import Invalid
from servicehall.documents import variables
from servicehall.documents.enums import LetterKind
from servicehall.documents.kinds import KINDS, REMEDY

KEYS = frozenset({"title", "to", "blocks", "attachments", "sign"})
SHAPES = ("text", "h1", "h2", "h3", "each")  # what a block is; `each` has a `row` besides
ROLES = frozenset({"", "reason", "remedy", "basis"})
MOST_BLOCKS = 60
MOST_CHARACTERS = 1000


def problems(kind: LetterKind, content: Mapping[str, Any]) -> list[str]:
    """What is wrong with a text, in words for whoever edits it; empty when it can be used."""
    if set(content) - KEYS or not content.get("title") or not content.get("blocks"):
        return [_("文书要有标题（title）和正文（blocks），不能有别的栏目。")]
    if len(content["blocks"]) > MOST_BLOCKS:
        return [_("正文太长，请拆成附件。")]
    known = variables.COMMON | KINDS[kind].provides
    found = [*_in_lines(content, known)]
    used: set[str] = set()
    for number, block in enumerate(content["blocks"], start=1):
        where = _("第 %(number)s 段") % {"number": number}
        found += [f"{where}：{text}" for text in _in_block(block, known)]
        used |= _used(block)
    used |= {name for text in _lines(content) for name in variables.names_in(text)}
    if missing := sorted(KINDS[kind].must - used):
        found.append(_("必须写明：%(names)s。") % {"names": "、".join(missing)})
    if KINDS[kind].must >= REMEDY and not _has_remedy(content):
        found.append(_("必须有一段写明救济途径（role: remedy）。"))
    return found


def check(kind: LetterKind, content: Mapping[str, Any]) -> None:
    """Raises Invalid with every problem."""
    if found := problems(kind, content):
        raise Invalid(
            "letter_text_wrong",
            _("“%(kind)s”的文书模板不能用：%(problems)s")
            % {"kind": kind.label, "problems": "；".join(found)},
            {"content": "；".join(found)},
        )


def _lines(content: Mapping[str, Any]) -> list[str]:
    return [
        content["title"],
        content.get("to", ""),
        *content.get("attachments", ()),
        *content.get("sign", ()),
    ]


def _in_lines(content: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    for text in _lines(content):
        yield from _unknown(text, known)


def _in_block(block: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    shapes = [shape for shape in SHAPES if shape in block]
    extra = set(block) - {"when", "unless", "role", "row", *shapes}
    if len(shapes) != 1 or extra or block.get("role", "") not in ROLES:
        yield _("一段只能是 text、h1、h2、h3、each 中的一种。")
        return
    for condition in (block.get("when"), block.get("unless")):
        if condition and condition not in known:
            yield _("不认识的变量：%(names)s") % {"names": condition}
    shape = shapes[0]
    if shape != "each":
        yield from _unknown(block[shape], known)
        return
    rows = variables.ROWS.get(block["each"])
    if rows is None or block["each"] not in known:
        yield _("“%(name)s”不是可以逐项列出的内容。") % {"name": block["each"]}
        return
    yield from _unknown(block.get("row", ""), known | rows)


def _unknown(text: Any, known: frozenset[str]) -> Iterator[str]:
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        yield _("一段要是文字，不超过 %(most)s 字。") % {"most": MOST_CHARACTERS}
    elif names := variables.unknown(text, known):
        yield _("不认识的变量：%(names)s") % {"names": "、".join(n or "{}" for n in names)}


def _used(block: Mapping[str, Any]) -> set[str]:
    texts = [str(block.get(key, "")) for key in (*SHAPES, "row") if key != "each"]
    return {name for text in texts for name in variables.names_in(text)} | {block.get("each", "")}


def _has_remedy(content: Mapping[str, Any]) -> bool:
    return any(block.get("role") == "remedy" for block in content["blocks"])

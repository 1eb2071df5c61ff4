"""The words of a letter as an official types them: one paragraph a line, what is special about it in marks before it.

【标题1】 【标题2】 【标题3】 headings; 【逐项 补正事项】 one line for each entry of a list; 【有 涉及子女】 only
where the variable has a value, 【无 …】 only where it has none; 【理由】 【救济】 【依据】 what the law asks a letter
to say. `spell` and `parse` are each other's reverse.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.errors import Invalid

HEADINGS = {"标题1": "h1", "标题2": "h2", "标题3": "h3"}
ROLES = {"理由": "reason", "救济": "remedy", "依据": "basis"}
CONDITIONS = {"有": "when", "无": "unless"}
EACH, HEADING = "逐项", "heading"
_MARK = re.compile(r"【([^【】]*)】\s*")


def spell(blocks: Iterable[Mapping[str, Any]]) -> str:
    """The paragraphs of a text as lines."""
    return "\n".join(_line(block) for block in blocks)


def _line(block: Mapping[str, Any]) -> str:
    marks = [f"{word} {block[key]}" for word, key in CONDITIONS.items() if block.get(key)]
    marks += [word for word, role in ROLES.items() if block.get("role") == role]
    marks += [word for word, shape in HEADINGS.items() if shape in block]
    if "each" in block:
        marks.append(f"{EACH} {block['each']}")
    shape = next(key for key in ("row", "text", *HEADINGS.values()) if key in block)
    return "".join(f"【{mark}】" for mark in marks) + str(block[shape])


def parse(lines: str) -> list[dict[str, str]]:
    """The paragraphs; empty lines are none. Raises Invalid with the line and what to do about it."""
    found, problems = [], []
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_block(line.strip()))
        except ValueError as problem:
            where = _("第 %(number)s 行") % {"number": number}
            problems.append(f"{where}：{problem}")
    if problems:
        text = "；".join(problems)
        raise Invalid("letter_lines_wrong", text, {"body": text})
    return found


def _block(line: str) -> dict[str, str]:
    block: dict[str, str] = {}
    at = 0
    while mark := _MARK.match(line, at):
        at = mark.end()
        word, _space, name = mark[1].strip().partition(" ")
        key, value = _meaning(word, name.strip())
        if key in block:
            raise ValueError(_("“【%(mark)s】”写了两次。") % {"mark": mark[1]})
        block[key] = value
    text = line[at:].strip()
    if not text:
        raise ValueError(_("标记后面要有文字。"))
    heading = block.pop(HEADING, "")
    if heading and "each" in block:
        raise ValueError(_("标题不能逐项列出。"))
    return {**block, heading or ("row" if "each" in block else "text"): text}


def _meaning(word: str, name: str) -> tuple[str, str]:
    """What a mark stands for in a block."""
    if word in HEADINGS and not name:
        return HEADING, HEADINGS[word]
    if word in ROLES and not name:
        return "role", ROLES[word]
    if word in CONDITIONS and name:
        return CONDITIONS[word], name
    if word == EACH and name:
        return "each", name
    raise ValueError(_("不认识的标记“【%(mark)s】”。") % {"mark": f"{word} {name}".strip()})


def legend(lists: Mapping[str, Iterable[str]]) -> list[tuple[list[str], str]]:
    """The marks with what they mean; `lists` are those that the kind of letter knows, with the parts of an entry."""
    return [
        ([f"【{word}】" for word in HEADINGS], _("小标题")),
        ([f"【{word} 涉及子女】" for word in CONDITIONS], _("有（没有）这项内容时才写这一段")),
        ([f"【{word}】" for word in ROLES], _("法律要求写明的内容")),
        *(
            (
                [f"【{EACH} {name}】"],
                _("一项一行，可以用：") + " ".join(f"{{{part}}}" for part in sorted(parts)),
            )
            for name, parts in lists.items()
        ),
    ]

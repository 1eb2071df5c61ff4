"""When an item demands a vote of the community (民主评议), read from its content. Pure.

Since 民发〔2021〕57号 there is none in general: it settles a dispute, and then an objection asks for it. Where the
rules of an item still want one, `appraisal` of the item says "before it is granted", `appraisal` of a step says
"before this step is passed on", and `appraisal_when` of the step for which answers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from servicehall.catalogue import conditions

Content = Mapping[str, Any]
Row = Mapping[str, Any]


def may_be_demanded(content: Content) -> bool:
    """Whether any case of the item needs one; asked first, for it costs nothing."""
    return bool(content.get("appraisal") or _rows(content))


def is_demanded(content: Content, heard: Mapping[str, Any]) -> bool:
    """Before a case with these answers is granted."""
    return bool(content.get("appraisal")) or any(_wants(row, heard) for row in _rows(content))


def is_demanded_at(
    content: Content, heard: Mapping[str, Any], *, level: str, department: str
) -> bool:
    """Before the step of this level, at this department, is passed on."""
    return any(
        row["level"] == level
        and row.get("department") in {None, "", department}
        and _wants(row, heard)
        for row in _rows(content)
    )


def _rows(content: Content) -> Sequence[Row]:
    return [row for row in content.get("levels") or [] if row.get("appraisal")]


def _wants(row: Row, heard: Mapping[str, Any]) -> bool:
    rule = row.get("appraisal_when")
    return not rule or conditions.holds(rule, heard)

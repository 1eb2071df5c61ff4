"""Answers as people read them back: on the check page and on the page of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _, ngettext

from common.masking import mask_card
from servicehall.cases.models import Upload
from servicehall.cases.prefill import Fact
from servicehall.cases.steps import Question
from servicehall.catalogue.models import in_language


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question with its answer in words, and where the answer comes from."""

    key: str
    label: str
    shown: str
    source: str = ""
    as_of: date | None = None
    uploads: Sequence[Upload] = field(default_factory=tuple)


def answer_rows(
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    *,
    facts: Mapping[str, Fact],
    members: Mapping[str, str],
    uploads: Mapping[str, Sequence[Upload]],
    typed_by_staff: bool = False,
    is_filed: bool = False,
) -> list[AnswerRow]:
    """`members` are names by id. Once a case is filed its bank card is shown by the last digits."""
    rows = []
    for question in questions:
        key, label = question["key"], in_language(question["label"])
        if question["type"] == "file":
            rows.append(AnswerRow(key, label, "", uploads=uploads.get(key, ())))
            continue
        value = answers.get(key)
        shown = _in_words(question, value, members)
        fact = facts.get(question.get("prefill") or "")
        if not shown:
            rows.append(AnswerRow(key, label, ""))
        elif fact is not None and value == fact.value:
            # Left as the base knows it: numbers stay masked, the source is the base's.
            known = shown if question["type"] == "household_member" else fact.shown
            rows.append(AnswerRow(key, label, known, fact.source, fact.as_of))
        else:
            is_card = is_filed and question.get("prefill") == "bank_card"
            source = _("窗口代填") if typed_by_staff else _("本人填写")
            rows.append(AnswerRow(key, label, mask_card(shown) if is_card else shown, source))
    return rows


def _in_words(question: Question, value: Any, members: Mapping[str, str]) -> str:
    if value in (None, "", []):
        return ""
    kind = question["type"]
    if kind == "yesno":
        return _("是") if value == "yes" else _("否")
    if kind == "choice":
        labels = {str(o["value"]): in_language(o["label"]) for o in question["options"]}
        return labels.get(str(value), "")
    if kind == "household_member":
        wanted = value if isinstance(value, list) else [value]
        named = [members[str(member)] for member in wanted if str(member) in members]
        if gone := len(wanted) - len(named):
            named.append(
                ngettext("另有 %(count)s 人已不在本户", "另有 %(count)s 人已不在本户", gone) % {"count": gone}
            )  # fmt: skip
        return str(_("、")).join(named)
    if kind == "money":
        return _("%(amount)s 元") % {"amount": value}
    return str(value)

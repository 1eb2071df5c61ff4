"""The pages of a filing in order: what the base knows, the situations, the item's own pages, the check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicehall.catalogue import rules
from servicehall.catalogue.models import ItemVersion, in_language

KNOWN, SITUATION, CHECK = "known", "situation", "check"
Question = dict[str, Any]

# Asked of everybody; the item's own files ask neither for it nor for anything else of the base.
CONTACT: Question = {
    "key": "contact_phone",
    "label": {"zh": "我们怎么联系您", "en": "How we reach you"},
    "hint": {
        "zh": "办到哪一步了，我们发短信告诉您",
        "en": "We send a text message when there is news",
    },
    "type": "phone",
    "required": True,
    "prefill": "phone",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One page: its key in addresses, its heading, and what it asks."""

    key: str
    title: str | Promise
    questions: Sequence[Question] = field(default_factory=tuple)

    @property
    def has_files(self) -> bool:
        return any(question["type"] == "file" for question in self.questions)

    @property
    def has_only_files(self) -> bool:
        return bool(self.questions) and all(q["type"] == "file" for q in self.questions)


def steps_of(version: ItemVersion, answers: Mapping[str, Any]) -> list[Step]:
    """The pages that these answers lead through; a page without a question that applies is left out."""
    asked = [q for q in version.questions if rules.applies(q.get("condition"), answers)]
    pages: list[tuple[str, str | Promise]] = [(SITUATION, _("您的情况"))]
    pages += [(page["key"], in_language(page["title"])) for page in version.content["pages"]]
    steps = [Step(KNOWN, _("核对已有的信息"), (CONTACT,))]
    for key, title in pages:
        questions = tuple(question for question in asked if question["page"] == key)
        if questions:
            steps.append(Step(key, title, questions))
    return [*steps, Step(CHECK, _("最后看一遍"))]


def position(steps: Sequence[Step], key: str) -> int | None:
    """The index of a page, None when these answers do not lead there."""
    return next((index for index, step in enumerate(steps) if step.key == key), None)

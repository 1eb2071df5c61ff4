"""The pages of a filing in order: what the base knows, the situations, the item's own pages, the check."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicehall.catalogue import answering
from servicehall.catalogue.conditions import fields_of
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
    """One page: its key in addresses, its heading, and what it asks.

    `drawn` are its questions with those among them that an answer on the same page may bring up.
    """

    key: str
    title: str | Promise
    questions: Sequence[Question] = field(default_factory=tuple)
    drawn: Sequence[Question] = field(default_factory=tuple)

    @property
    def has_files(self) -> bool:
        return any(question["type"] == "file" for question in self.drawn)

    @property
    def has_only_files(self) -> bool:
        return bool(self.drawn) and all(q["type"] == "file" for q in self.drawn)

    @property
    def looks_at(self) -> frozenset[str]:
        """The questions whose answers decide what this page shows while somebody types."""
        rules_here = [question.get("condition") for question in self.drawn]
        keys = {question["key"] for question in self.drawn}
        looked = {key for rule in rules_here for key in fields_of(rule)}
        return frozenset(looked) if looked & keys else frozenset()


Pages = Sequence[tuple[str, str | Promise]]  # key and heading of each


def pages_of(version: ItemVersion) -> Pages:
    """The pages of an item: its situations, then its own."""
    own = [(page["key"], in_language(page["title"])) for page in version.content["pages"]]
    return [(SITUATION, _("您的情况")), *own]


def steps_of(version: ItemVersion, answers: Mapping[str, Any]) -> list[Step]:
    return laid_out(pages_of(version), version.questions, answers)


def laid_out(pages: Pages, questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Step]:
    """The pages that these answers lead through; a page without a question that applies is left out."""
    asked = {question["key"] for question in answering.asked(questions, answers)}
    steps = [Step(KNOWN, _("核对已有的信息"), (CONTACT,), (CONTACT,))]
    for key, title in pages:
        here = [question for question in questions if question["page"] == key]
        applying = tuple(question for question in here if question["key"] in asked)
        if applying:
            steps.append(Step(key, title, applying, tuple(_drawn(here, asked))))
    return [*steps, Step(CHECK, _("最后看一遍"))]


def _drawn(here: Sequence[Question], asked: Collection[str]) -> list[Question]:
    keys = {question["key"] for question in here}
    return [
        question
        for question in here
        if question["key"] in asked or keys.intersection(fields_of(question.get("condition")))
    ]


def position(steps: Sequence[Step], key: str) -> int | None:
    """The index of a page, None when these answers do not lead there."""
    return next((index for index, step in enumerate(steps) if step.key == key), None)

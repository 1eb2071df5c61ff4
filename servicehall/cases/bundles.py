"""一件事: how the questions of several items become one list. Which items those are is data of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicehall.cases.steps import Pages, Question, pages_of
from servicehall.catalogue.conditions import renamed
from servicehall.catalogue.models import ItemVersion

SAME = ("type", "label", "options", "must_be", "min", "max", "condition")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the joint form asks it, and whose it is: (number of the item, key there)."""

    question: Question
    owners: tuple[tuple[int, str], ...]

    @property
    def key(self) -> str:
        """Its name on the joint form."""
        return str(self.question["key"])


def joint(versions: Sequence[ItemVersion]) -> list[Asked]:
    """Every question once. What several items ask in the same words and in the same case is one question, which
    must be answered if one of them wants it; the same key with other words gets a name of its own."""
    found: dict[str, Asked] = {}
    for number, version in enumerate(versions):
        names: dict[str, str] = {}  # of this item's questions on the joint form
        for question in version.questions:
            key = question["key"]
            rule = renamed(question.get("condition"), names)
            asked = {**question, "condition": rule, "page": page_key(number, question["page"])}
            same = next((one for one in found.values() if _same(one, asked)), None)
            if same is not None:
                required = bool(same.question["required"] or question["required"])
                found[same.key] = Asked(
                    {**same.question, "required": required}, (*same.owners, (number, key))
                )
            name = same.key if same else f"{key}-{number}" if key in found else key
            names[key] = name
            if same is None:
                found[name] = Asked({**asked, "key": name}, ((number, key),))
    return list(found.values())


def _same(one: Asked, other: Question) -> bool:
    is_named_so = one.owners[0][1] == other["key"]
    return is_named_so and all(one.question.get(key) == other.get(key) for key in SAME)


def page_key(number: int, key: str) -> str:
    """A page of the item with this number, as the joint form calls it."""
    return f"{number}-{key}"


def joint_pages(versions: Sequence[ItemVersion]) -> Pages:
    """Each item's own pages, one item after the other."""
    return [
        (page_key(number, key), f"{version.label} · {title}")
        for number, version in enumerate(versions)
        for key, title in pages_of(version)
    ]

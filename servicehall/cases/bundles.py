"""一件事: how the questions of several items become one list. Which items those are is data of the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from servicehall.cases.models import CaseFamily
from servicehall.cases.steps import CHECK, KNOWN, Question, Step, steps_of
from servicehall.catalogue.models import Bundle, ItemVersion

SAME = ("type", "label", "options", "must_be", "min", "max")


def labels_of(families: Iterable[CaseFamily]) -> dict[str, str]:
    """What the bundles of forms are called, by code, whether or not they are still offered."""
    codes = {family.bundle for family in families}
    return dict.fromkeys(codes, "") | {
        code: bundle.label for code, bundle in Bundle.objects.begun(codes).items()
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the joint form: its name there, and whose it is: (number of the item, key there)."""

    key: str
    owners: tuple[tuple[int, str], ...]
    question: Question


def joint(versions: Sequence[ItemVersion]) -> list[Asked]:
    """Every question once. What several items ask in the same words is one question; the same key with
    other words gets a name of its own."""
    found: list[Asked] = []
    taken: set[str] = set()
    for number, version in enumerate(versions):
        for question in version.questions:
            place = next((n for n, one in enumerate(found) if _same(one.question, question)), None)
            if place is not None:
                one = found[place]
                owners = (*one.owners, (number, question["key"]))
                found[place] = Asked(one.key, owners, one.question)
                continue
            key = question["key"]
            if key in taken:
                key = f"{key}-{number}"
            taken.add(key)
            found.append(Asked(key, ((number, question["key"]),), question))
    return found


def _same(one: Question, other: Question) -> bool:
    return one["key"] == other["key"] and all(one.get(key) == other.get(key) for key in SAME)


def joint_steps(
    versions: Sequence[ItemVersion], answers: Sequence[Mapping[str, Any]], first: Step
) -> list[Step]:
    """The pages: the contact, each item's own with what was not asked before, and the check."""
    names = {one.owners[0]: one for one in joint(versions)}
    steps = [first]
    for number, version in enumerate(versions):
        for step in steps_of(version, answers[number]):
            if step.key in {KNOWN, CHECK}:
                continue
            questions = tuple(
                {**question, "key": names[number, question["key"]].key}
                for question in step.questions
                if (number, question["key"]) in names
            )
            if questions:
                steps.append(
                    Step(f"{number}-{step.key}", f"{version.label} · {step.title}", questions)
                )
    return steps

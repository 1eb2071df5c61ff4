"""Figures, retention and purposes from their data files. Repeats change nothing; what held before stays readable."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from residents.rights.models import ProcessingPurpose, RetentionRule, RightsFigure

DATA = Path(__file__).parents[1] / "data"
Model = type[ProcessingPurpose] | type[RetentionRule] | type[RightsFigure]


def load_rights(folder: Path = DATA) -> dict[str, int]:
    """Bring the rows to what the files say; how many there are of each. A row is known by code and first day."""
    figures, purposes = _read(folder / "figures.yaml"), _read(folder / "purposes.yaml")
    with transaction.atomic():
        return {
            "figures": _load(RightsFigure, figures["figures"]),
            "retention": _load(RetentionRule, figures["retention"]),
            "purposes": _load(ProcessingPurpose, purposes["purposes"]),
        }


def _load(model: Model, rows: list[Mapping[str, Any]]) -> int:
    there = {(each.code, each.valid_from): each for each in model.objects.all()}
    fresh: list[Any] = []
    # Rows that end come first, and new ones last: no two of a code may hold on one day, not even for a moment.
    for row in sorted(rows, key=lambda row: (row["valid_to"] is None, row["valid_from"])):
        found = there.get((row["code"], row["valid_from"]))
        if found is None:
            fresh.append(model(**row))
        elif any(getattr(found, key) != value for key, value in row.items()):
            for key, value in row.items():
                setattr(found, key, value)
            found.save()
    model.objects.bulk_create(fresh)
    return len(rows)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = plain.read(path)
    return content

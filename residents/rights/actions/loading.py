"""Figures, retention and purposes from their data files. Repeats change nothing; what held before stays readable."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

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
    # Rows that end come first: no two of a code may hold on one day, not even for a moment.
    for row in sorted(rows, key=lambda row: (row["valid_to"] is None, row["valid_from"])):
        known = {"code": row["code"], "valid_from": row["valid_from"]}
        values = {key: value for key, value in row.items() if key not in known}
        model.objects.update_or_create(**known, defaults=values)
    return len(rows)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content

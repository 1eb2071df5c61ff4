"""Ladder and figures from their data file. Repeats change nothing; what held before stays readable."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from servicehall.supervision.models import Rung, SupervisionRule

DATA = Path(__file__).parents[1] / "data/supervision.yaml"


def load_supervision(path: Path = DATA) -> dict[str, int]:
    """Bring the rows to what the file says; how many there are of each. A row is known by code and first day."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    with transaction.atomic():
        return {
            "rungs": _load(Rung, content["rungs"]),
            "rules": _load(SupervisionRule, content["rules"]),
        }


def _load(model: type[Rung] | type[SupervisionRule], rows: Sequence[Mapping[str, Any]]) -> int:
    # Rows that end come first: no two of a code may hold on one day, not even for a moment.
    for row in sorted(rows, key=lambda row: (row["valid_to"] is None, row["valid_from"])):
        known = {"code": row["code"], "valid_from": row["valid_from"]}
        values = {key: value for key, value in row.items() if key not in known}
        model.objects.update_or_create(**known, defaults=values)
    return len(rows)

"""Figures, retention and purposes from their data files. Repeats change nothing; what held before stays readable."""

from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from common.rows import bring
from residents.rights.models import ProcessingPurpose, RetentionRule, RightsFigure

DATA = Path(__file__).parents[1] / "data"


def load_rights(folder: Path = DATA) -> dict[str, int]:
    """Bring the rows to what the files say; how many there are of each. A row is known by code and first day."""
    figures, purposes = _read(folder / "figures.yaml"), _read(folder / "purposes.yaml")
    with transaction.atomic():
        return {
            "figures": bring(RightsFigure, figures["figures"]),
            "retention": bring(RetentionRule, figures["retention"]),
            "purposes": bring(ProcessingPurpose, purposes["purposes"]),
        }


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = plain.read(path)
    return content

"""Ladder and figures from their data file. Repeats change nothing; what held before stays readable."""

from pathlib import Path

from django.db import transaction

from common import plain
from common.rows import bring
from servicehall.supervision.models import Rung, SupervisionRule

DATA = Path(__file__).parents[1] / "data/supervision.yaml"


def load_supervision(path: Path = DATA) -> dict[str, int]:
    """Bring the rows to what the file says; how many there are of each. A row is known by code and first day."""
    content = plain.read(path)
    with transaction.atomic():
        return {
            "rungs": bring(Rung, content["rungs"]),
            "rules": bring(SupervisionRule, content["rules"]),
        }

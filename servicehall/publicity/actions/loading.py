"""The local rules from their data file. Repeats change nothing; what held before stays readable."""

from pathlib import Path

from django.db import transaction

from common import plain
from common.rows import bring
from servicehall.publicity.models import PublicityRule

DATA = Path(__file__).parents[1] / "data/rules.yaml"


def load_publicity(path: Path = DATA) -> int:
    """Bring the rows to what the file says; how many there are. A row is known by code and first day."""
    with transaction.atomic():
        return bring(PublicityRule, plain.read(path)["rules"])

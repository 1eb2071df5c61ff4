"""The local rules from their data file. Repeats change nothing; what held before stays readable."""

from pathlib import Path

import yaml
from django.db import transaction

from servicehall.publicity.models import PublicityRule

DATA = Path(__file__).parents[1] / "data/rules.yaml"


def load_publicity(path: Path = DATA) -> int:
    """Bring the rows to what the file says; how many there are. A row is known by code and first day."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    with transaction.atomic():
        # Rows that end come first: no two of a code may hold on one day, not even for a moment.
        for row in sorted(rows, key=lambda row: (row["valid_to"] is None, row["valid_from"])):
            known = {"code": row["code"], "valid_from": row["valid_from"]}
            values = {key: value for key, value in row.items() if key not in known}
            PublicityRule.objects.update_or_create(**known, defaults=values)
    return len(rows)

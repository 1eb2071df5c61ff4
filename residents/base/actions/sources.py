"""The sources of the base with their ranks, and its figures, from data files. Repeats change nothing."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from common.rows import bring
from residents.base.models import BaseLimit, SourceRank, SourceSystem

DATA = Path(__file__).parents[1] / "data" / "sources.yaml"
LIMITS = DATA.with_name("limits.yaml")


def load_sources(path: Path = DATA) -> int:
    """Enter the sources, and the ranks as they hold from the file's day on; how many ranks changed.

    A rank that differs from the one in force ends on that day: what held before stays readable.
    """
    content: dict[str, Any] = plain.read(path)
    start: date = content["valid_from"]
    wanted = {
        (source, attribute): rank
        for attribute, tiers in content["ranks"].items()
        for rank, tier in enumerate(tiers, start=1)
        for source in ([tier] if isinstance(tier, str) else tier)
    }
    with transaction.atomic():
        columns = ("code", "name", "name_en", "body_key")
        rows = [{key: each.get(key, "") for key in columns} for each in content["sources"]]
        bring(SourceSystem, rows, by=["code"])
        current = {
            (row.source_id, row.attribute): row
            for row in SourceRank.objects.select_for_update().filter(valid_to__isnull=True)
        }
        over = [row for key, row in current.items() if wanted.get(key) != row.rank]
        for row in over:
            if row.valid_from >= start:
                row.delete()
            else:
                row.valid_to = start
                row.save(update_fields=["valid_to"])
        kept = {key for key, row in current.items() if row not in over}
        fresh = [
            SourceRank(
                source_id=source,
                attribute=attribute,
                rank=rank,
                valid_from=start,
                basis=content["basis"],
            )
            for (source, attribute), rank in wanted.items()
            if (source, attribute) not in kept
        ]
        SourceRank.objects.bulk_create(fresh)
    return len(over) + len(fresh)


def load_limits(path: Path = LIMITS) -> int:
    """Enter the figures; one that was in force until a new one begins ends there. How many were new."""
    content: dict[str, Any] = plain.read(path)
    fresh = 0
    with transaction.atomic():
        for each in content["limits"]:
            same = BaseLimit.objects.filter(code=each["code"], valid_from=each["valid_from"])
            if same.exists():
                continue
            former = BaseLimit.objects.filter(code=each["code"], valid_to__isnull=True)
            former.update(valid_to=each["valid_from"])
            BaseLimit.objects.create(**each)
            fresh += 1
    return fresh

"""The sources of the base with their ranks, and its figures, from data files. Repeats change nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from common.rows import bring
from residents.base.models import BaseLimit, SourceRank, SourceSystem

DATA = Path(__file__).parents[1] / "data" / "sources.yaml"
LIMITS = DATA.with_name("limits.yaml")


def load_sources(path: Path = DATA) -> int:
    """Enter the sources, and the ranks as they hold from their day on; how many ranks changed.

    A rank that differs from the one in force ends on that day: what held before stays readable.
    """
    content: dict[str, Any] = plain.read(path)
    wanted = {(row.source_id, row.attribute): row for row in _ranks(content)}
    with transaction.atomic():
        columns = ("code", "name", "name_en", "body_key")
        rows = [{key: each.get(key, "") for key in columns} for each in content["sources"]]
        bring(SourceSystem, rows, by=["code"])
        current = {
            (row.source_id, row.attribute): row
            for row in SourceRank.objects.select_for_update().filter(valid_to__isnull=True)
        }
        none = SourceRank(rank=0, valid_from=content["valid_from"])
        over = [row for key, row in current.items() if wanted.get(key, none).rank != row.rank]
        for row in over:
            end = wanted.get((row.source_id, row.attribute), none).valid_from
            if row.valid_from >= end:
                row.delete()
            else:
                row.valid_to = end
                row.save(update_fields=["valid_to"])
        kept = {key for key, row in current.items() if row not in over}
        fresh = [row for key, row in wanted.items() if key not in kept]
        SourceRank.objects.bulk_create(fresh)
    return len(over) + len(fresh)


def _ranks(content: dict[str, Any]) -> Iterator[SourceRank]:
    """The ranks that a file names. A tier is a source, several that count alike, or these with a day and a basis."""
    dated = {key: content[key] for key in ("valid_from", "basis")}
    for attribute, tiers in content["ranks"].items():
        for rank, tier in enumerate(tiers, start=1):
            own = tier if isinstance(tier, dict) else {"sources": tier}
            names = own["sources"]
            since = {key: own.get(key, dated[key]) for key in dated}
            for source in [names] if isinstance(names, str) else names:
                yield SourceRank(source_id=source, attribute=attribute, rank=rank, **since)


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

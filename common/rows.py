"""Rows that a data file describes, brought to the database in a few statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

DATED = ("code", "valid_from")


def bring(
    model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, by: Sequence[str] = DATED
) -> int:
    """Make the rows that `by` names say what the file says, add those that are missing; how many the file has.

    Columns that a row does not name, and rows that the file does not, stay as they are. Needs a transaction.
    """
    named = {f"{by[0]}__in": [row[by[0]] for row in rows]}
    known = model._default_manager.filter(**named)
    there = {tuple(getattr(each, key) for key in by): each for each in known}
    fresh = []
    # Rows that end come first, and new ones last: no two of a code may hold on one day, not even for a moment.
    for row in sorted(rows, key=lambda row: row.get("valid_to") is None):
        found = there.get(tuple(row[key] for key in by))
        if found is None:
            fresh.append(model(**row))
        elif changed := [key for key, value in row.items() if getattr(found, key) != value]:
            for key in changed:
                setattr(found, key, row[key])
            found.save(update_fields=changed)
    model._default_manager.bulk_create(fresh)
    return len(rows)

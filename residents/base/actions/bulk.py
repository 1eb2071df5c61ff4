"""Whole registers at once: COPY for rows that are ready, and a checked list of persons from outside."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from accounts import audit
from residents.base.models import (
    Dwelling,
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonDetail,
    PersonEvent,
)


@dataclass(slots=True)
class Batch:
    """Rows that belong together, not saved yet, with their derived columns filled in (name_columns, …)."""

    dwellings: list[Dwelling] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    details: list[PersonDetail] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    members: list[HouseholdMember] = field(default_factory=list)
    occupancies: list[Occupancy] = field(default_factory=list)
    events: list[PersonEvent] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in self.__slots__}


def write(
    batch: Batch, *, source: str, place_path: str = "", by: audit.Actor, now: datetime
) -> dict[str, int]:
    """Write a batch in one transaction, by COPY; returns how many rows of each kind.

    The database's constraints are the check: a known number raises IntegrityError and nothing is written.
    """
    with transaction.atomic(), patience():
        for rows in (
            batch.dwellings,
            batch.persons,
            batch.details,
            batch.households,
            batch.members,
            batch.occupancies,
            batch.events,
        ):
            copy(rows)
        counts = batch.counts()
        audit.record(
            "person.loaded",
            by=by,
            place_path=place_path,
            detail={"source": source, **counts},
            now=now,
        )
    return counts


@contextmanager
def patience() -> Iterator[None]:
    """Inside a transaction: statements may take as long and as much memory as work on a whole city takes, the
    check of all relations at its end included."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [settings.BULK_STATEMENT_TIMEOUT])
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL work_mem TO DEFAULT")
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")


def copy(rows: Sequence[models.Model]) -> None:
    """Insert instances of one model by COPY. Encrypted fields encrypt, as in bulk_create; nothing is read back."""
    if not rows:
        return
    model = type(rows[0])
    columns = [
        each
        for each in model._meta.concrete_fields
        if not each.generated and not isinstance(each, models.AutoField)
    ]
    _copy(rows, columns, model._meta.db_table, is_new=True)


# Up to here a statement for each row is cheaper than a temporary table.
FEW = 10


def rewrite(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Update these fields of saved instances of one model, set-based: a temporary table and one UPDATE.

    For rows that the caller has locked. `auto_now` is the caller's to set.
    """
    if len(rows) <= FEW:
        for row in rows:
            row.save(update_fields=list(fields))
        return
    meta = type(rows[0])._meta
    key = meta.pk
    wanted = {key.name, *fields}
    columns = [key, *(each for each in meta.concrete_fields if each.name in wanted - {key.name})]
    quote = connection.ops.quote_name
    names = [quote(str(each.column)) for each in columns]
    table, scratch = quote(meta.db_table), quote(f"{meta.db_table}_rewrite")
    with connection.cursor() as cursor:
        # The names are those of our own columns.
        cursor.execute(
            f"CREATE TEMPORARY TABLE {scratch} ON COMMIT DROP AS"  # noqa: S608
            f" SELECT {', '.join(names)} FROM {table} WITH NO DATA"
        )
        _copy(rows, columns, f"{meta.db_table}_rewrite", is_new=False)
        cursor.execute(f"ANALYZE {scratch}")
        sets = ", ".join(f"{name} = new.{name}" for name in names[1:])
        where = f"old.{names[0]} = new.{names[0]}"
        cursor.execute(f"UPDATE {table} old SET {sets} FROM {scratch} new WHERE {where}")  # noqa: S608
        cursor.execute(f"DROP TABLE {scratch}")


def _copy(
    rows: Sequence[models.Model],
    columns: Sequence["models.Field[Any, Any]"],
    table: str,
    *,
    is_new: bool,
) -> None:
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(_text(each.pre_save(row, add=is_new), each) for each in columns))
        buffer.write("\n")
    buffer.seek(0)
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(each.column)) for each in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", buffer)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Any, column: "models.Field[Any, Any]") -> str:
    """A value in COPY's text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes | memoryview):
        return f"\\\\x{bytes(value).hex()}"
    if isinstance(column, models.JSONField):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).translate(_ESCAPES)

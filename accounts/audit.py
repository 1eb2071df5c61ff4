"""The one door to the audit trail: who did what to whose file, in the transaction that did it.

An entry carries ids, codes and field names, never personal values: it outlives what it speaks of.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol, TypeAlias

from django.db import connection, models, transaction

from accounts.models.audit import AuditEntry

Json: TypeAlias = Any  # what json.dumps takes: mypy has no finite name for it


class Actor(Protocol):
    """Whoever acts. `community.governance.scopes.Scope` is one; so is SYSTEM."""

    @property
    def user_id(self) -> uuid.UUID | None: ...
    @property
    def post_id(self) -> uuid.UUID | None: ...
    @property
    def post_label(self) -> str: ...
    @property
    def body_id(self) -> uuid.UUID | None: ...
    @property
    def ip(self) -> str | None: ...
    @property
    def request_id(self) -> str: ...


@dataclass(frozen=True)
class Acting:
    """An actor where no scope exists yet: at sign-in, in commands, in the machine itself."""

    user_id: uuid.UUID | None = None
    post_id: uuid.UUID | None = None
    post_label: str = ""
    body_id: uuid.UUID | None = None
    ip: str | None = None
    request_id: str = ""


SYSTEM = Acting(post_label="系统")


def record(
    action: str,
    *,
    by: Actor,
    target: models.Model | None = None,
    person_id: uuid.UUID | None = None,
    place_path: str = "",
    reason: str = "",
    detail: Mapping[str, Json] | None = None,
    now: datetime,
) -> AuditEntry:
    """Write one entry. `person_id` says whose file it is, so that this person can see it.

    Raises TransactionManagementError outside a transaction: an act and its entry live or die together.
    """
    touched = Touched(target, person_id, place_path, dict(detail or {}))
    return AuditEntry.objects.create(
        **_act(action, by, reason, now), **dict(zip(_OF_ROW, touched.values, strict=True))
    )


@dataclass(frozen=True, slots=True)
class Touched:
    """One of many rows that an act touched, with what its entry says of it."""

    target: models.Model | None = None
    person_id: uuid.UUID | None = None
    place_path: str = ""
    detail: Mapping[str, Json] = field(default_factory=dict)

    @property
    def values(self) -> tuple[Json, ...]:
        """What stands in the columns of _OF_ROW."""
        return (
            self.target._meta.label_lower if self.target is not None else "",
            str(self.target.pk) if self.target is not None else "",
            self.person_id,
            self.place_path,
            dict(self.detail),
        )


_OF_ROW = {
    "target_type": "text",
    "target_id": "text",
    "person_id": "uuid",
    "place_path": "text",
    "detail": "jsonb",
}
PORTION = 2000


def record_many(
    action: str, rows: Iterable[Touched], *, by: Actor, reason: str = "", now: datetime
) -> None:
    """Write an entry for each row of one act, as `record` does for one."""
    act = _act(action, by, reason, now)
    columns = ", ".join([*act, *_OF_ROW])
    same = ", ".join(["%s"] * len(act))
    lists = ", ".join(f"%s::{kind}[]" for kind in _OF_ROW.values())
    source = iter(rows)
    with connection.cursor() as cursor:
        while portion := [row.values for row in islice(source, PORTION)]:
            *texts, details = zip(*portion, strict=True)
            cursor.execute(
                # The names are those of our own columns.
                f"INSERT INTO {AuditEntry._meta.db_table} ({columns})"  # noqa: S608
                f" SELECT {same}, each.* FROM unnest({lists}) each",
                [*act.values(), *map(list, texts), [json.dumps(each) for each in details]],
            )


def _act(action: str, by: Actor, reason: str, now: datetime) -> dict[str, Json]:
    """What all entries of an act have in common."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "audit entries must be written inside the act's transaction"
        )
    return {
        "at": now,
        "action": action,
        "user_id": by.user_id,
        "post_id": by.post_id,
        "post_label": by.post_label,
        "body_id": by.body_id,
        "reason": reason,
        "ip": by.ip or None,
        "request_id": by.request_id,
    }

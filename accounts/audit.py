"""The one door to the audit trail: who did what to whose file, in the transaction that did it.

An entry carries ids, codes and field names, never personal values: it outlives what it speaks of.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    return record_many(action, [touched], reason=reason, by=by, now=now)[0]


@dataclass(frozen=True, slots=True)
class Touched:
    """One of many rows that an act touched, with what its entry says of it."""

    target: models.Model | None = None
    person_id: uuid.UUID | None = None
    place_path: str = ""
    detail: Mapping[str, Json] = field(default_factory=dict)


def record_many(
    action: str, rows: Iterable[Touched], *, by: Actor, reason: str = "", now: datetime
) -> list[AuditEntry]:
    """Write an entry for each row of one act, as `record` does for one."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "audit entries must be written inside the act's transaction"
        )
    return list(
        AuditEntry.objects.bulk_create(
            (
                AuditEntry(
                    at=now,
                    action=action,
                    user_id=by.user_id,
                    post_id=by.post_id,
                    post_label=by.post_label,
                    body_id=by.body_id,
                    target_type=row.target._meta.label_lower if row.target is not None else "",
                    target_id=str(row.target.pk) if row.target is not None else "",
                    person_id=row.person_id,
                    place_path=row.place_path,
                    reason=reason,
                    detail=dict(row.detail),
                    ip=by.ip or None,
                    request_id=by.request_id,
                )
                for row in rows
            ),
            batch_size=2000,
        )
    )

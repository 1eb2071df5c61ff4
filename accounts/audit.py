"""The one door to the audit trail: who did what to whose file, in the transaction that did it.

An entry carries ids, codes and field names, never personal values: it outlives what it speaks of.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
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
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "audit.record() must run inside the act's transaction"
        )
    entry: AuditEntry = AuditEntry.objects.create(
        at=now,
        action=action,
        user_id=by.user_id,
        post_id=by.post_id,
        post_label=by.post_label,
        body_id=by.body_id,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        person_id=person_id,
        place_path=place_path,
        reason=reason,
        detail=dict(detail or {}),
        ip=by.ip or None,
        request_id=by.request_id,
    )
    return entry

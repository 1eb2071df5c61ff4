"""Seals the audit trail: rows become links of a hash chain, its head is signed and kept elsewhere.

Sealing runs behind the writers (an inline chain would let one writer at a time through). The sealer
alone gives the numbers, to the rows it sees without one, so a row of a slow transaction is neither
forgotten nor waited for: it gets the number that is due when it appears. What a database administrator
alters later no longer fits the chain; who rewrites the whole chain does not fit the anchor file, which
lies on another host and is signed with a key that the database does not know. The newest rows, up to
one beat, are not yet protected.
"""

import base64
import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import limits
from accounts.models import AuditEntry, AuditSeal, SealDelay

START = bytes(32)
BATCH = 1000
# Of each row's chain value the anchor keeps this much: enough to name the first row that was touched.
MARK = 4
FIELDS = (
    "id", "at", "action", "user_id", "post_id", "post_label", "body_id", "target_type", "target_id",
    "person_id", "place_path", "reason", "detail", "ip", "request_id",
)  # fmt: skip
_LOCK = 0x5EA1

_SEAL = """
UPDATE accounts_auditentry entry SET seal_no = link.no, chain = link.chain
FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS link(id, no, chain) WHERE entry.id = link.id
"""


def link(previous: bytes, row: Sequence[Any]) -> bytes:
    """The next value of the chain: SHA-256 over the value before it and the row in canonical form."""
    return hashlib.sha256(previous + canonical(row)).digest()


def canonical(row: Sequence[Any]) -> bytes:
    """One row (the values of FIELDS) as bytes that every installation computes alike."""
    plain = [_plain(value) for value in row]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value


def seal(*, now: datetime, limit: int = BATCH) -> int:
    """Seal the next rows, at most `limit`; returns how many. Two sealers at once: the second does nothing."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        rows = list(AuditEntry.objects.unsealed().values_list(*FIELDS)[:limit])
        if not rows:
            return 0
        last = AuditSeal.objects.order_by("last_no").last()
        first_no = last.last_no + 1 if last else 1
        head = bytes(last.head) if last else START
        chain = []
        for row in rows:
            head = link(head, row)
            chain.append(head)
        numbers = list(range(first_no, first_no + len(rows)))
        cursor.execute(_SEAL, [[row[0] for row in rows], numbers, chain])
        key = signing_key()
        AuditSeal.objects.create(
            first_no=first_no,
            last_no=numbers[-1],
            head=head,
            signature=key.sign(statement(first_no, numbers[-1], head, _marks(chain))),
            key_id=key_id(key.public_key()),
            sealed_at=now,
        )
    return len(rows)


def anchor(*, now: datetime) -> int:
    """Append the seals that are not yet in the anchor file; returns how many. Safe to repeat."""
    with transaction.atomic(durable=True):
        seals = list(
            AuditSeal.objects.select_for_update().filter(anchored_at=None).order_by("last_no")
        )
        if not seals:
            return 0
        path = Path(settings.AUDIT_ANCHOR_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.writelines(_line(row) for row in seals)
            file.flush()
            os.fsync(file.fileno())
        AuditSeal.objects.filter(pk__in=[row.pk for row in seals]).update(anchored_at=now)
    return len(seals)


def lag(*, now: datetime) -> timedelta:
    """How long the oldest entry waits for its seal, or the oldest seal for its line in the anchor file."""
    waiting = (
        AuditEntry.objects.unsealed().values_list("at", flat=True).first(),
        AuditSeal.objects.filter(anchored_at=None)
        .order_by("last_no")
        .values_list("sealed_at", flat=True)
        .first(),
    )
    return max((now - since for since in waiting if since is not None), default=timedelta(0))


def is_late(*, now: datetime) -> bool:
    """Whether it lags so long that somebody must be told (limits.seal_late)."""
    return lag(now=now) > timedelta(seconds=limits.in_force(timezone.localdate(now)).seal_late)


def note_delay(*, now: datetime) -> SealDelay | None:
    """The delay that begins now, once, however often one asks; in the caller's transaction. Ends one that is over."""
    running: SealDelay | None = SealDelay.objects.going_on().select_for_update().first()
    if not is_late(now=now):
        SealDelay.objects.going_on().update(ended_at=now)
        return None
    if running is not None:
        return None
    try:
        with transaction.atomic():
            return SealDelay.objects.create(began_at=now)
    except IntegrityError:  # another process noticed it at the same moment
        return None


def _line(row: AuditSeal) -> str:
    chain = AuditEntry.objects.filter(seal_no__range=(row.first_no, row.last_no))
    return (
        json.dumps(
            {
                "first": row.first_no,
                "last": row.last_no,
                "head": bytes(row.head).hex(),
                "marks": _marks(list(chain.order_by("seal_no").values_list("chain", flat=True))),
                "at": row.sealed_at.astimezone(UTC).isoformat(timespec="seconds"),
                "key": row.key_id,
                "signature": base64.b64encode(bytes(row.signature)).decode(),
            }
        )
        + "\n"
    )


def _marks(chain: Sequence[bytes]) -> str:
    return "".join(bytes(value[:MARK]).hex() for value in chain)


def statement(first_no: int, last_no: int, head: bytes, marks: str) -> bytes:
    """What is signed."""
    return f"yizhan-audit-1|{first_no}|{last_no}|{head.hex()}|{marks}".encode()


def signing_key() -> Ed25519PrivateKey:
    """The key in settings.AUDIT_KEY_FILE (PEM). Development and tests create it; production never does."""
    path = Path(settings.AUDIT_KEY_FILE)
    if not path.exists():
        if not settings.AUDIT_KEY_CREATE:
            raise ImproperlyConfigured(f"AUDIT_KEY_FILE does not exist: {path}")
        _create_key(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured("AUDIT_KEY_FILE must hold an Ed25519 private key")
    return key


def _create_key(path: Path) -> None:
    """Two processes may start at once: whoever links the file first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]

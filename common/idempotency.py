"""The same request sent twice is carried out once: for double clicks, retries and lost answers.

with transaction.atomic(durable=True):
    if (found := idempotency.claim(owner, key, fingerprint, now=now)) is not None:
        return Case.objects.get(pk=found)
    ... do it ...
    idempotency.settle(owner, key, str(case.pk))
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from common.crypto import blind_index
from common.errors import Conflict, Invalid
from common.models import IdempotencyKey

_CLAIM = """
    INSERT INTO common_idempotencykey (owner, key, fingerprint, result, created_at)
    VALUES (%s, %s, %s, '', %s)
    ON CONFLICT (owner, key) DO NOTHING
    RETURNING id
"""


def fingerprint(body: bytes | Mapping[str, Any]) -> str:
    """64 hex digits for the content of a request. Keyed: a plain hash of a short body could be tried out."""
    if not isinstance(body, bytes):
        body = json.dumps(body, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False).encode()
    return blind_index(sha256(body).hexdigest(), field="idempotency").hex()


def claim(owner: str, key: str, fingerprint: str, now: datetime) -> str | None:
    """None: the request is new, and this transaction carries it out. Otherwise the earlier result.

    `owner` says whose keys these are ("user:<id>"); two owners never meet. A second request waits while the
    first is still at work, and does the work itself when the first fails. Raises Conflict
    ("idempotency_key_reused") when the key came with another content, Invalid when it is no key, and
    TransactionManagementError outside a transaction: the claim must fall together with the work.
    """
    _require_transaction()
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,100}", key):
        raise Invalid("idempotency_key", _("幂等键应为1至100位字母、数字或 - _ . :"))
    key = _kept(key)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [owner, key, fingerprint, now])
        if cursor.fetchone():
            return None
    earlier = IdempotencyKey.objects.get(owner=owner, key=key)
    if earlier.fingerprint != fingerprint:
        raise Conflict(
            "idempotency_key_reused", _("这次提交与先前同一编号的内容不同，请刷新页面后重新提交。")
        )
    return earlier.result


def settle(owner: str, key: str, result: str) -> None:
    """Remember what came of a claimed request, in the same transaction."""
    _require_transaction()
    IdempotencyKey.objects.filter(owner=owner, key=_kept(key)).update(result=result)


def forget(before: datetime) -> int:
    """Delete keys older than `before`; returns how many. Retries come within days."""
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]


def _kept(key: str) -> str:
    """As it lies in the table: some programs make their keys of a person's number."""
    return blind_index(key, field="idempotency:key").hex()


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an idempotency key is claimed inside the action's transaction"
        )

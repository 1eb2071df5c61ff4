"""Signatures after the Standard Webhooks specification, 1.0: on what we send, and on what a gateway sends us.

Signed is "id.timestamp.body" with HMAC-SHA256. A secret is written as "whsec_" and the base64 of 24 to 64
bytes. The header names one signature for each secret in use, so that a secret changes without a gap.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as random_bytes
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX, VERSION = "whsec_", "v1,"
FEWEST, MOST = 24, 64  # bytes of a secret
TOLERANCE = timedelta(minutes=5)  # a copy that comes later is a replay


class BadSecret(ValueError):
    """Not a secret in the form of the specification. Never holds the value."""


class BadSignature(ValueError):
    """Not signed by who holds the secret, or not lately."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(random_bytes.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    try:
        _key(text)
    except BadSecret:
        return False
    return True


def sign(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """The three headers of a message sent at `at`."""
    stamp = str(int(at.timestamp()))
    signatures = (_signature(secret, message_id, stamp, body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: stamp, SIGNATURE: " ".join(signatures)}


def verify(
    secrets: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> str:
    """The id of the message, if one of the secrets signed it within the tolerance. Raises BadSignature."""
    message_id, stamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message_id or "." in message_id or not _is_recent(stamp, now):
        raise BadSignature
    given = [one.encode() for one in headers.get(SIGNATURE, "").split()]
    known = [_signature(secret, message_id, stamp, body).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, right) for right in known for one in given):
        raise BadSignature
    return message_id


def _is_recent(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= TOLERANCE.total_seconds()


def _signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    return VERSION + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise BadSecret from None
    if not secret.startswith(PREFIX) or not FEWEST <= len(key) <= MOST:
        raise BadSecret
    return key

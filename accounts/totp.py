"""Time-based one-time codes (RFC 6238, 30 seconds, 6 digits) and recovery codes. Pure functions."""

import base64
import binascii
import hashlib
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from django.utils.crypto import constant_time_compare
from django_otp.oath import hotp

STEP = 30
# Codes of the neighbouring steps count too: clocks of telephones are off by some seconds.
TOLERANCE = 1
RECOVERY_CODES = 10
# No letters or digits that are read for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_secret() -> str:
    """160 random bits, base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def is_secret(text: str) -> bool:
    try:
        return len(base64.b32decode(text)) >= 16
    except binascii.Error:
        return False


def matching_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """The time step to which this code belongs, later than `after` and near `now`; else None."""
    key, current = base64.b32decode(secret), int(now.timestamp()) // STEP
    found = None
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        if constant_time_compare(f"{hotp(key, step):06d}", code) and step > after:
            found = step
    return found


def code_at(secret: str, moment: datetime) -> str:
    """What the telephone shows at this moment."""
    return f"{hotp(base64.b32decode(secret), int(moment.timestamp()) // STEP):06d}"


def uri(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth address for the QR code."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def new_recovery_code() -> str:
    """Twelve characters, about 59 random bits, in three groups."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return "-".join((text[:4], text[4:8], text[8:]))


def recovery_digest(code: str, *, user_id: object) -> bytes:
    """What the table holds. The code is random enough for a plain hash; the user makes it his own."""
    plain = "".join(ch for ch in code.upper() if ch.isalnum())
    return hashlib.sha256(f"{user_id}|{plain}".encode()).digest()

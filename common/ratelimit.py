"""How often is too often: fixed windows, counted in the database, so that a lost cache forgets no attempt."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F

from common.crypto import blind_index
from common.models import RateBucket

_COUNT = """
    INSERT INTO common_ratebucket AS b (bucket, started_at, ends_at, count)
    VALUES (%s, %s, %s, 1)
    ON CONFLICT (bucket, started_at) DO UPDATE SET count = b.count + 1
    RETURNING count
"""


def hit(name: str, subject: str, limit: int, per_seconds: int, now: datetime) -> bool:
    """Count one attempt; True while `subject` has made at most `limit` of them in this window.

    Windows begin at multiples of `per_seconds` since 1970, so across a boundary 2 × `limit` may pass.
    `subject` (an address, an account, a telephone number) is stored as a keyed digest only. Call it before
    the action's transaction: inside one it is undone by a rollback, and holds others up until the commit.
    """
    bucket, started_at = _window(name, subject, per_seconds, now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [bucket, started_at, started_at + timedelta(seconds=per_seconds)])
        (count,) = cursor.fetchone()
    return bool(count <= limit)


def take_back(name: str, subject: str, per_seconds: int, now: datetime) -> None:
    """Uncount an attempt that turned out right, where only wrong ones count.

    Count first, look afterwards: of many guesses at once none is looked at beyond the limit.
    """
    bucket, started_at = _window(name, subject, per_seconds, now)
    RateBucket.objects.filter(bucket=bucket, started_at=started_at, count__gt=0).update(
        count=F("count") - 1
    )


def _window(name: str, subject: str, per_seconds: int, now: datetime) -> tuple[bytes, datetime]:
    started_at = datetime.fromtimestamp(now.timestamp() // per_seconds * per_seconds, UTC)
    return blind_index(f"{name}|{per_seconds}|{subject}", field="ratelimit"), started_at


def purge(now: datetime) -> int:
    """Delete windows that are over; returns how many."""
    return RateBucket.objects.filter(ends_at__lte=now).delete()[0]

"""Looking after the audit trail itself: who seals it must not fall silent unnoticed (security.md G11)."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit, sealing
from community.governance import watchers


def watch_sealing(*, now: datetime) -> bool:
    """Tell the keepers once when sealing lags; True when a delay begins."""
    with transaction.atomic(durable=True):
        delay = sealing.note_delay(now=now)
        if delay is None:
            return False
        minutes = sealing.lag(now=now) // timedelta(minutes=1)
        watchers.tell(
            "audit.unsealed",
            key=f"seal:{delay.pk}",
            roles=watchers.KEEPERS,
            params={"minutes": minutes},
            now=now,
        )
        audit.record(
            "audit.late", by=audit.SYSTEM, target=delay, detail={"minutes": minutes}, now=now
        )
    return True

"""Housekeeping of the floor: what has served its time goes."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from common import idempotency, ratelimit

KEEP_KEYS = timedelta(days=2)


@shared_task
def purge(**_: object) -> None:
    """Forget spent rate buckets and idempotency keys that no client repeats any more."""
    now = timezone.now()
    ratelimit.purge(now)
    idempotency.forget(now - KEEP_KEYS)

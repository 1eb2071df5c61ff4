"""The clockwork of what follows a case. Each task may be lost or run twice: what it does is decided by the rows."""

from celery import shared_task
from django.utils import timezone

from servicehall.aftercare import actions


@shared_task(soft_time_limit=600, time_limit=660)
def nightly(**_: object) -> None:
    """Re-checks and proofs that come due, rectifications that are over, how long things take."""
    now = timezone.now()
    actions.close_rectifications(now=now)
    actions.find_tasks(now=now)
    actions.count_durations(now=now)

"""The clockwork of supervision. Each task may be lost or run twice: what it does is decided by the rows."""

from celery import shared_task
from django.utils import timezone

from servicehall.supervision import actions


@shared_task(soft_time_limit=600, time_limit=660)
def sweep(**_: object) -> None:
    """Tell the rungs that were reached since the last time, and write down what passed its day."""
    actions.sweep(now=timezone.now())


@shared_task(soft_time_limit=1800, time_limit=1860)
def recompute_clocks(**_: object) -> None:
    """After a change of the work calendar: every due day anew."""
    actions.recompute(now=timezone.now())

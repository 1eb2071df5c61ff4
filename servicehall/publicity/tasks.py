"""The clockwork of publicity. The task may be lost or run twice: what it does is decided by the rows."""

from celery import shared_task
from django.utils import timezone

from servicehall.publicity import actions
from servicehall.publicity.models import PublicNotice


@shared_task
def end_publicities(**_: object) -> None:
    """End the notices whose days are over and to which no objection is open."""
    now = timezone.now()
    for notice_id in PublicNotice.objects.over(timezone.localdate(now))[:500]:
        actions.end_over(notice_id, now=now)

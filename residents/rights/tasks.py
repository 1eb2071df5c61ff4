"""The clockwork of the rights. Each task may be lost or run twice: what it does is decided by the rows."""

from celery import shared_task
from django.utils import timezone

from residents.rights import actions
from residents.rights.models import Copy


@shared_task
def make_copies(**_: object) -> None:
    """Make the copies that were asked for."""
    now = timezone.now()
    for copy_id in Copy.objects.asked().order_by("id").values_list("pk", flat=True)[:20]:
        actions.make_copy(copy_id, now=now)


@shared_task
def expire_copies(**_: object) -> None:
    """Forget the copies whose time is over."""
    while actions.expire_copies(now=timezone.now()):
        pass

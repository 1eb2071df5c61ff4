"""Background work of exchange. Every task may be lost or repeated: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from residents.exchange.actions import working


@shared_task(queue="jobs", soft_time_limit=1800, time_limit=1900)
def work(**_: object) -> None:
    """Check, import or undo what waits."""
    working.work(now=timezone.now())


@shared_task(queue="jobs")
def forget_files(**_: object) -> None:
    """Drop files of departments whose term is over."""
    while working.forget_files(now=timezone.now()):
        pass

"""The nightly count, and the watch over the seals."""

from celery import shared_task
from django.utils import timezone

from dashboards import actions


@shared_task(soft_time_limit=900, time_limit=1000)
def recount(**_: object) -> None:
    actions.recount(now=timezone.now())


@shared_task
def watch_sealing(**_: object) -> None:
    actions.watch_sealing(now=timezone.now())

"""The nightly count."""

from celery import shared_task
from django.utils import timezone

from dashboards import actions


@shared_task(queue="jobs", soft_time_limit=900, time_limit=1000)
def recount(**_: object) -> None:
    actions.recount(now=timezone.now())

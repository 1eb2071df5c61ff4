"""Background work of the resident base. Every task may be lost or repeated."""

from celery import shared_task
from django.utils import timezone

from accounts.audit import SYSTEM
from residents.base.actions.people import forget_visits
from residents.base.actions.registration import forget_claims


@shared_task(queue="jobs")
def sweep_claims(**_: object) -> None:
    """Forget account claims that are over, and first passwords that nobody replaced in time."""
    while forget_claims(by=SYSTEM, now=timezone.now()):
        pass


@shared_task(queue="jobs")
def sweep_visits(**_: object) -> None:
    """Forget the purposes that no longer hold; the audit trail keeps what was looked at."""
    forget_visits(now=timezone.now())

"""Background work of accounts. Every task may be lost or repeated."""

from celery import shared_task
from django.utils import timezone

from accounts import budget, lockout, sealing
from accounts.sessions import SessionStore


@shared_task
def seal_audit(**_: object) -> None:
    """Seal what was written since the last beat, then carry the signed head out of the database."""
    while sealing.seal(now=timezone.now()) == sealing.BATCH:
        pass
    sealing.anchor(now=timezone.now())


@shared_task
def sweep_sign_ins(**_: object) -> None:
    """Forget sessions, failures and looks that no longer count."""
    SessionStore.clear_expired()
    lockout.forget_old(now=timezone.now())
    budget.forget(now=timezone.now())

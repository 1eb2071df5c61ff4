"""Signing in and out, written down; ending one's own sign-ins elsewhere."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.audit import Actor
from accounts.models import Session, User
from accounts.querysets import SessionQuerySet


def note_sign_in(user: User, *, by: Actor, now: datetime) -> None:
    with transaction.atomic(durable=True):
        audit.record("session.opened", by=by, target=user, now=now)


def note_sign_out(user: User, *, by: Actor, now: datetime) -> None:
    with transaction.atomic(durable=True):
        audit.record("session.closed", by=by, target=user, now=now)


def end_session(session_id: str, *, by: Actor, now: datetime) -> bool:
    """End one of the actor's own sign-ins; False when there is none of that id among them."""
    return _end(Session.objects.of(by.user_id).filter(session_key=session_id), by=by, now=now) == 1


def end_other_sessions(*, keep: str, by: Actor, now: datetime) -> int:
    """End all of the actor's own sign-ins but the one he sits at; returns how many."""
    return _end(Session.objects.of(by.user_id).exclude(session_key=keep), by=by, now=now)


def _end(sessions: SessionQuerySet, *, by: Actor, now: datetime) -> int:
    with transaction.atomic(durable=True):
        ended, _ = sessions.delete()
        if ended:
            audit.record("session.revoked", by=by, detail={"count": ended}, now=now)
    return ended

"""Somebody at a browser, signed in and acting in a post, without the steps of the sign-in pages."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts import sessions, step_up
from accounts.models import User
from accounts.sessions import SessionStore
from community.governance.middleware import ACTING_POST
from community.governance.scopes import Scope
from community.governance.views.posts import seat_of


def open_session(who: Scope | User, *, now: datetime | None = None) -> str:
    """The cookie of a new session: of a post, when a scope with one is given; verified just now."""
    user = who if isinstance(who, User) else User.objects.get(pk=str(who.user_id))
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    sessions.sit(store, sessions.first_seat(user.kind))
    store[step_up.VERIFIED_AT] = (now or timezone.now()).timestamp()
    if isinstance(who, Scope) and who.post_id:
        store[ACTING_POST] = str(who.post_id)
        sessions.sit(store, seat_of(who))
    store.create()
    key = store.session_key
    assert key is not None
    return key


def client_for(who: Scope | User | None, *, checks_csrf: bool = False) -> Client:
    """A browser; None is somebody who has not signed in."""
    client = Client(enforce_csrf_checks=checks_csrf)
    if who is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = open_session(who)
    return client

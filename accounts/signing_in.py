"""A sign-in is a short way: password, second factor, new password when the old was given by another.

Until the end is reached the session only remembers how far one is; `request.user` stays anonymous,
so no page can forget to ask for the factor.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import lockout, sessions, step_up
from accounts.actions.sessions import note_sign_in
from accounts.audit import Acting
from accounts.enums import UserKind
from accounts.models import Totp, User

PENDING = "sign_in"
# Who walks away between the steps starts again.
STEPS_WITHIN = 10 * 60


@dataclass(frozen=True)
class Pending:
    user: User
    next: str
    has_factor: bool  # given in this sign-in


def acting(request: HttpRequest, user: User | None = None) -> Acting:
    """Who acts in a sign-in or upon the own account: the person, not a post."""
    carrier: Any = request
    owner = user or (request.user if isinstance(request.user, User) else None)
    return Acting(
        user_id=owner.pk if owner else None,
        ip=getattr(carrier, "client_ip", "") or None,
        request_id=getattr(carrier, "id", ""),
    )


def begin(request: HttpRequest, user: User, *, next_url: str, now: datetime) -> None:
    """The password was right. Nothing of the anonymous session survives, least of all its key."""
    request.session.flush()
    request.session[PENDING] = {
        "user": str(user.pk),
        "password": user.get_session_auth_hash(),
        "next": safe_next(request, next_url),
        "since": now.timestamp(),
    }


def pending(request: HttpRequest, *, now: datetime) -> Pending | None:
    """How far this sign-in is; None when there is none, or it is too old, or the account changed."""
    state = request.session.get(PENDING)
    if not state or now.timestamp() - state["since"] > STEPS_WITHIN:
        return None
    user = User.objects.filter(pk=uuid.UUID(state["user"]), is_active=True).first()
    if user is None or user.get_session_auth_hash() != state["password"]:
        return None
    return Pending(user, state["next"], state.get("factor", False))


def factor_given(request: HttpRequest) -> None:
    request.session[PENDING] = request.session[PENDING] | {"factor": True}


def password_renewed(request: HttpRequest, user: User) -> None:
    request.session[PENDING] = request.session[PENDING] | {"password": user.get_session_auth_hash()}


def needs_factor(user: User) -> bool:
    return has_device(user) or (user.kind == UserKind.STAFF and settings.STAFF_SECOND_FACTOR)


def has_device(user: User) -> bool:
    return Totp.objects.filter(user=user, confirmed_at__isnull=False).exists()


def next_step(state: Pending) -> str:
    """The URL name of the page that is due, or "" when the way is walked."""
    if not state.has_factor and needs_factor(state.user):
        return "accounts:second-factor" if has_device(state.user) else "accounts:enrol"
    return "accounts:new-password" if state.user.must_change_password else ""


def finish(request: HttpRequest, state: Pending, *, now: datetime) -> str:
    """Open the session with a new key; returns where to go."""
    request.session.flush()
    lockout.succeed(state.user.get_username(), getattr(request, "client_ip", ""), now=now)
    session = request.session
    sessions.sit(session, sessions.first_seat(state.user.kind))
    session[sessions.IP] = getattr(request, "client_ip", "") or None
    session[sessions.LABEL] = device_label(request.headers.get("User-Agent", ""))
    step_up.verified(request, now=now)
    login(request, state.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    note_sign_in(state.user, by=acting(request, state.user), now=now)
    home = "governance:choose-post" if state.user.kind == UserKind.STAFF else "home"
    return state.next or home


def safe_next(request: HttpRequest, url: str) -> str:
    """The page to come back to, when it is one of ours; else nothing."""
    ok = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if ok and url.startswith("/") else ""


def current_session_id(request: HttpRequest) -> str:
    return sessions.digest(cast(str, request.session.session_key) or "")


BROWSERS = {
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "MicroMessenger": "微信",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def device_label(agent: str) -> str:
    """A browser and a system that people recognise; nothing finer, it is not a fingerprint."""
    found = [
        next((name for mark, name in table.items() if mark in agent), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(name for name in found if name)

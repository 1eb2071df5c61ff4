"""Passwords are looked at only here, and only when the account may be tried."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from typing_extensions import override

from accounts import lockout
from accounts.models import User


class TooEarly(PermissionDenied):
    """Django stops authenticating at this error; `request.sign_in_wait` says how many seconds to wait."""


class PasswordBackend(ModelBackend):
    """ModelBackend already hashes for unknown names, so that both answers take equally long."""

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        ip, now = getattr(request, "client_ip", ""), timezone.now()
        seconds = lockout.wait(username, ip, now=now)
        if seconds:
            if request is not None:
                request.sign_in_wait = seconds  # type: ignore[attr-defined]
            raise TooEarly
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            # Refused attempts are not counted: else anybody could prolong the wait of others for ever.
            lockout.fail(username, ip, now=now)
        return user if isinstance(user, User) else None

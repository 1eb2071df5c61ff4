"""Before payouts, exports, changes of rights and much unmasking a person proves itself once more."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import limits
from common.access import go_to

VERIFIED_AT = "_verified_at"
SEND_AGAIN = "_send_again"  # a form was sent that must be sent once more

View = TypeVar("View", bound=Callable[..., Any])


def recently_verified(
    request: HttpRequest, seconds: int = 300, *, now: datetime | None = None
) -> bool:
    """Whether the person gave a factor in this session at most `seconds` ago."""
    since = request.session.get(VERIFIED_AT)
    age = (now or timezone.now()).timestamp() - since if since is not None else -1
    return 0 <= age <= seconds


def is_proven(request: HttpRequest, *, now: datetime) -> bool:
    """As recently_verified, by the figure in force (limits.proof_lasts)."""
    seconds = limits.in_force(timezone.localdate(now)).proof_lasts
    return recently_verified(request, seconds, now=now)


def verified(request: HttpRequest, *, now: datetime) -> None:
    request.session[VERIFIED_AT] = now.timestamp()


def _came_from(request: HttpRequest) -> str:
    """The page of ours whose form was sent, as a path; browsers name it with scheme and host."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host():
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path


def ask(request: HttpRequest, back: str) -> HttpResponse:
    """To the page that asks for the factor, and then to `back`."""
    return go_to(request, f"{reverse('accounts:verify')}?{urlencode({'next': back})}")


def verified_within(seconds: int = 300) -> Callable[[View], View]:
    """For views (inside @access): asks for the factor first, and comes back. A POST must be sent again."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if recently_verified(request, seconds):
                return cast(HttpResponse, view(request, *args, **kwargs))
            if request.method == "GET":
                return ask(request, request.get_full_path())
            request.session[SEND_AGAIN] = True
            return ask(request, _came_from(request))

        return cast(View, guard)

    return decorate

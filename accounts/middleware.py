"""What a signed-in request means: it counts as use of the session, and nobody may store the answer."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from accounts.sessions import SessionStore

# A page that asks for news by itself says so, lest it keep an abandoned counter open for ever.
BACKGROUND = "X-Background"


class SignedInMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came_signed_in = SESSION_KEY in request.session
        if came_signed_in and BACKGROUND not in request.headers:
            cast(SessionStore, request.session).touch(now=timezone.now())
        response = self.get_response(request)
        if came_signed_in or SESSION_KEY in request.session:
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response

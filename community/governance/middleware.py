"""Adds `request.scope`: lazy, one query, gone with the request."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from community.governance.scopes import NOBODY, PortalRequest, Scope, scope_of

ACTING_POST = "acting_post"


class ScopeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        portal = cast("PortalRequest", request)
        portal.scope = cast("Scope", SimpleLazyObject(lambda: scope_of_request(portal)))
        return self.get_response(request)


def scope_of_request(request: PortalRequest) -> Scope:
    user: User | AnonymousUser = request.user
    if isinstance(user, AnonymousUser):
        return NOBODY
    return scope_of(
        user,
        request.session.get(ACTING_POST),
        today=timezone.localdate(),
        ip=getattr(request, "client_ip", ""),
        request_id=getattr(request, "id", ""),
    )

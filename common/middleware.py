"""What every request and every answer carry, whoever asks."""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from typing_extensions import override

from common.access import to_sign_in
from common.ids import uuid7

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
        "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


class RequestContextMiddleware:
    """Sets `request.id` (also sent as X-Request-ID) and `request.client_ip`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        carrier: Any = request
        carrier.id = str(uuid7())
        carrier.client_ip = client_ip(request)
        response = self.get_response(request)
        response["X-Request-ID"] = carrier.id
        return response


def client_ip(request: HttpRequest) -> str:
    """The address of the client, or "" when there is none.

    X-Forwarded-For counts only as far as our own proxies wrote it (settings.TRUSTED_PROXIES, networks):
    read from the right, the first address that is not one of them. A client can put in what it likes.
    """
    hops = [request.META.get("REMOTE_ADDR", "")]
    hops = [*request.headers.get("X-Forwarded-For", "").split(","), *hops]
    networks = [ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES]
    known = ""
    for hop in reversed(hops):
        try:
            address = ipaddress.ip_address(hop.strip())
        except ValueError:
            return known
        known = str(address)
        if not any(address in network for network in networks):
            return known
    return known


class BrowserLimitsMiddleware:
    """Headers that take from the browser what no page of ours needs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's net under views that forgot their policy, with an answer that htmx understands."""

    @override
    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        return to_sign_in(request)


class ErrorPageMiddleware:
    """A page with a way on where Django or a proxy of ours would show a blank one: a wrong method, too often."""

    PAGES = frozenset({405, 413, 429})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in self.PAGES and not (response.streaming or response.content):
            page = render_to_string(f"{response.status_code}.html", request=request)
            response.content = page.encode()
            response["Content-Type"] = "text/html; charset=utf-8"
        return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; a body that is larger than we take says so (Django calls both a bad request)."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return HttpResponse(render_to_string(f"{status}.html", request=request), status=status)

"""Who may open a URL. Every view carries one policy; `common.checks` refuses a URL without one.

A policy is the outer door only: which kind of actor may knock, and which power the post must hold.
Which rows are behind the door is decided by `Model.objects.visible_to(request.scope)`.
"""

import functools
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class Who(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    RESIDENT = "resident"
    STAFF = "staff"
    POWER = "power"


@dataclass(frozen=True)
class Policy:
    """`name` is what machines and the API documentation print; `power` is asked of the acting post."""

    name: str
    description: str | Promise
    who: Who
    power: str = ""


PUBLIC = Policy("public", _("任何人，无须登录"), Who.PUBLIC)
SIGNED_IN = Policy("signed_in", _("任何已登录的人"), Who.SIGNED_IN)
RESIDENT = Policy("resident", _("已登录的居民"), Who.RESIDENT)
STAFF = Policy("staff", _("以某一岗位办公的工作人员"), Who.STAFF)


@functools.cache
def power(code: str) -> Policy:
    """The policy for those whose acting post holds the power `code` somewhere."""
    return Policy(f"power:{code}", _("岗位具有相应权限的人"), Who.POWER, code)


# Where staff without an acting post are sent. The page lives above us, so it is known by name only.
CHOOSE_POST = "governance:choose-post"

View = TypeVar("View", bound=Callable[..., Any])


def access(policy: Policy, *, api: bool = False) -> Callable[[View], View]:
    """Declare and enforce the policy of a view function or a class-based view.

    Pages send the anonymous to the sign-in page; with `api=True` they get a 401 problem document.
    Those who lack the right get 403.
    """

    def declare(view: View) -> View:
        if isinstance(view, type):
            guarded = cast(Any, method_decorator(access(policy, api=api), name="dispatch")(view))
            guarded.access_policy = policy
            return cast(View, guarded)

        @functools.wraps(view)
        def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = _refusal(request, policy, api=api)
            return (
                cast(HttpResponseBase, view(request, *args, **kwargs))
                if refusal is None
                else refusal
            )

        declared = cast(Any, guard)
        declared.access_policy = policy
        # LoginRequiredMiddleware is the net for views that forgot; an API answers 401 by itself.
        declared.login_required = policy.who is not Who.PUBLIC and not api
        return cast(View, declared)

    return declare


def _refusal(request: HttpRequest, policy: Policy, *, api: bool) -> HttpResponse | None:
    """What to answer instead of the page, or None when the door is open. Raises PermissionDenied (403)."""
    if policy.who is Who.PUBLIC:
        return None
    if not request.user.is_authenticated:
        return _problem(401, "not_signed_in", _("请先登录")) if api else to_sign_in(request)
    kind = getattr(request.user, "kind", "")
    if policy.who is Who.SIGNED_IN:
        return None
    if policy.who is Who.RESIDENT:
        return None if kind == "resident" else _denied(api)
    scope = cast(Any, request).scope
    if kind == "staff" and scope.post_id is None:
        return _problem(403, "no_post", _("请先选择岗位")) if api else _to_choose_post(request)
    if policy.who is Who.STAFF:
        return None if kind == "staff" else _denied(api)
    return None if scope.has(policy.power) else _denied(api)


def opens(url: str, powers: Container[str]) -> bool:
    """Whether staff with these powers get through the outer door of a page of this site."""
    try:
        policy = policy_of(resolve(urlsplit(url).path).func)
    except Resolver404:
        return False
    if policy is None or policy.who is Who.RESIDENT:
        return False
    return policy.who is not Who.POWER or policy.power in powers


def _to_choose_post(request: HttpRequest) -> HttpResponse:
    """Staff who come straight from the sign-in have no post yet; the page that they wanted follows the choice."""
    url = resolve_url(CHOOSE_POST)
    wanted = request.method == "GET" and not request.headers.get("HX-Request")
    query = f"?{urlencode({'next': request.get_full_path()})}" if wanted else ""
    return go_to(request, f"{url}{query}")


def _denied(api: bool) -> HttpResponse:
    if not api:
        raise PermissionDenied
    return _problem(403, "not_allowed", _("您的岗位没有此项权限"))


def _problem(status: int, code: str, title: str | Promise) -> HttpResponse:
    """A problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": str(title), "status": status, "code": code}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page, and back to this page afterwards where that makes sense."""
    if request.headers.get("HX-Request"):
        # A fragment is no place to come back to; the page that holds it is.
        back = _of_ours(request, request.headers.get("HX-Current-URL", ""))
        return go_to(
            request, redirect_to_login(back).url if back else resolve_url(settings.LOGIN_URL)
        )
    back = request.get_full_path() if request.method == "GET" else _came_from(request)
    return redirect_to_login(back) if back else redirect(settings.LOGIN_URL)


def _came_from(request: HttpRequest) -> str:
    """The page of ours on which a form stood whose session had ended: people return to it, not to the start."""
    return _of_ours(request, request.headers.get("Referer", ""))


def _of_ours(request: HttpRequest, page: str) -> str:
    """Path and query of a page of this site, or nothing."""
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return ""
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole window, also when htmx asked for a fragment of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


@dataclass(frozen=True)
class DeclaredUrl:
    route: str
    name: str  # "namespace:name", empty when the pattern has none
    policy: Policy | None


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The declared policy of a view: on the function itself, or on the class behind it (Django, DRF)."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        policy = getattr(holder, "access_policy", None)
        if isinstance(policy, Policy):
            return policy
    return None


def declared_urls(urlconf: str | None = None) -> Iterator[DeclaredUrl]:
    """Every URL of the site with its policy; the access tests and the API description read it."""
    return _walk(get_resolver(urlconf), "", ())


def _walk(resolver: URLResolver, route: str, namespaces: tuple[str, ...]) -> Iterator[DeclaredUrl]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join((*namespaces, pattern.name)) if pattern.name else ""
            yield DeclaredUrl(here, name, policy_of(pattern.callback))
        else:
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern, here, inner)

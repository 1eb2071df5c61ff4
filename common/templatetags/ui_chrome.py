"""What stands around every page: who is signed in, which post acts, language, size of print, navigation."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from common import crypto

register = template.Library()

SIZE_COOKIE = "yizhan_size"
ELDER = "elder"
# The one hotline for public services in every Chinese city, until the operator names the hall's own.
HOTLINE = "12345"


@dataclass(frozen=True, kw_only=True)
class Chrome:
    """Everything the base layout asks; every field has an answer, even without a request."""

    language: str
    size: str
    here: str
    csrf_token: str
    nonce: str | None
    phone: str
    name: str
    post: str
    is_staff: bool
    is_resident: bool
    idle_seconds: int
    typed_key: str
    urls: dict[str, str]

    @property
    def is_elder(self) -> bool:
        """Whether the reader chose the large print of 长辈版."""
        return self.size == ELDER


def url_or_nothing(name: str, *args: object) -> str:
    """The address of a view, or "" while no such view exists."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _scope(request: HttpRequest | None) -> Any:
    user = getattr(request, "user", None)
    return getattr(request, "scope", None) if user is not None and user.is_authenticated else None


def _idle_seconds(request: HttpRequest | None) -> int:
    """As the session itself counts them; 0 where none knows."""
    ask = getattr(getattr(request, "session", None), "idle_seconds", None)
    return int(ask(now=timezone.now())) if ask else 0


def _typed_key(user: Any) -> str:
    """What the browser seals unsent words of this account with (typed.js): the same after the next sign-in."""
    return b64encode(crypto.blind_index(str(user.pk), field="typed")).decode()


@register.simple_tag(takes_context=True)
def chrome(context: Context) -> Chrome:
    """The state of the frame; safe on error pages, where there may be no request at all."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    is_signed_in = user is not None and user.is_authenticated
    kind = getattr(user, "kind", "") if is_signed_in else ""
    return Chrome(
        language="zh-CN" if (get_language() or "zh").startswith("zh") else "en",
        size=ELDER if request and request.COOKIES.get(SIZE_COOKIE) == ELDER else "normal",
        here=request.get_full_path() if request and request.method == "GET" else "/",
        csrf_token=get_token(request) if request else "",
        nonce=getattr(request, "csp_nonce", None),
        phone=getattr(settings, "SERVICE_PHONE", HOTLINE),
        name=str(getattr(user, "display_name", "") or user) if is_signed_in else "",
        post=str(getattr(_scope(request), "post_shown", "")) if kind == "staff" else "",
        is_staff=kind == "staff",
        is_resident=kind == "resident",
        idle_seconds=_idle_seconds(request) if is_signed_in else 0,
        typed_key=_typed_key(user) if is_signed_in else "",
        urls={
            "home": url_or_nothing("home") or "/",
            "sign_in": url_or_nothing("accounts:sign-in"),
            "sign_out": url_or_nothing("accounts:sign-out"),
            "post": url_or_nothing("governance:choose-post"),
            "me": url_or_nothing("accounts:me"),
            "stay": url_or_nothing("accounts:stay"),
            "language": url_or_nothing("common:language"),
            "size": url_or_nothing("common:size"),
        },
    )


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    label: str | Promise,
    name: str,
    *,
    icon: str = "",
    key: str = "",
    power: str = "",
    count: int | None = None,
    within: bool | str = False,
) -> SafeString | str:
    """A place in the navigation, by URL name; nothing where the view or the viewer's power is missing.

    `within`: the pages below a short address such as /imports/ belong to it too; or those below the named ones.
    """
    request: HttpRequest | None = context.get("request")
    url = url_or_nothing(name)
    if not url:
        return ""
    if power:
        scope = _scope(request)
        if scope is None or not scope.has(power):
            return ""
    here = request.path if request else ""
    is_current = here == url or ((within or url.count("/") > 2) and here.startswith(url))
    if isinstance(within, str):
        others = [url_or_nothing(other) for other in within.split()]
        is_current = is_current or any(other and here.startswith(other) for other in others)
    return render_to_string(
        "ui/nav_link.html",
        {
            "label": label,
            "url": url,
            "icon": icon,
            "key": key,
            "count": count,
            "is_current": is_current,
        },
    )

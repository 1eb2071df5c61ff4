"""Choosing the post in which to act (domain S7: every act is recorded in one capacity)."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit, sessions
from accounts.enums import UserKind
from common.access import SIGNED_IN, access, opens
from community.governance.enums import BodyKind, Power
from community.governance.middleware import ACTING_POST
from community.governance.models import Post
from community.governance.scopes import PortalRequest, Scope, scope_of

# Where a post starts its day: the first page whose power it holds. The pages live above us.
START = (
    (Power.ACCEPT_CASES, "servicehall:desk"),
    (Power.REVIEW_CASES, "servicehall:desk"),
    (Power.IMPORT_DATA, "exchange:imports"),
    (Power.READ_AUDIT, "dashboards:audit"),
    (Power.READ_FACTS, "dashboards:overview"),
    (Power.GRANT, "dashboards:posts"),
    (Power.MANAGE_USERS, "dashboards:users"),
    (Power.SETUP, "governance:calendar"),
)


@access(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def choose_post(request: PortalRequest) -> HttpResponse:
    """One post is taken without asking; several are offered; none is explained."""
    if request.user.kind != UserKind.STAFF:
        return redirect("home")
    today = timezone.localdate()
    posts = list(Post.objects.held_by(request.user.pk, today).with_powers())
    if request.method == "POST":
        return _take(request, posts, request.POST.get("post", ""))
    if len(posts) == 1 and request.scope.post_id == posts[0].pk:
        return redirect(_destination(request, request.scope))
    if len(posts) == 1:
        return _take(request, posts, str(posts[0].pk))
    wanted = _wanted(request)
    opening = [post for post in posts if wanted and opens(wanted, post.held)]  # type: ignore[attr-defined]  # annotated above
    context = {
        # Who can open the page that is wanted stands first; where all can, or none, nothing is said of it.
        "posts": sorted(posts, key=lambda post: post not in opening),
        "opening": opening if len(opening) < len(posts) else [],
        "next": wanted,
    }
    return TemplateResponse(request, "governance/choose_post.html", context)


def _take(request: PortalRequest, posts: list[Post], chosen: str) -> HttpResponse:
    post = next((post for post in posts if str(post.pk) == chosen), None)
    if post is None:
        raise Http404
    now = timezone.now()
    scope = scope_of(
        request.user,
        post.pk,
        today=timezone.localdate(now),
        ip=request.scope.ip,
        request_id=request.scope.request_id,
    )
    with transaction.atomic():
        audit.record("post.chosen", by=scope, target=post, now=now)
    request.session[ACTING_POST] = str(post.pk)
    sessions.sit(request.session, seat_of(scope))
    request.session.cycle_key()
    return redirect(_destination(request, scope))


def seat_of(scope: Scope) -> sessions.Seat:
    """Who works for a station sits at a counter, before everybody's eyes and hands."""
    is_counter = scope.body_kind == BodyKind.SERVICE_STATION
    return sessions.Seat.COUNTER if is_counter else sessions.Seat.OFFICE


def _wanted(request: PortalRequest) -> str:
    """The page of ours to which the choice leads, or nothing."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if is_ours else ""


def _destination(request: PortalRequest, scope: Scope) -> str:
    wanted = _wanted(request)
    if wanted and opens(wanted, {power for power in scope.powers if scope.has(power)}):
        return wanted
    if wanted:
        text = _("您要的那一页不归这个岗位办，已带您到这个岗位的首页。要打开那一页，请换岗位。")
        messages.warning(request, text)
    return start_url(scope)


def start_url(scope: Scope) -> str:
    """The page on which a post starts."""
    for power, name in START:
        if scope.has(power):
            return resolve_url(name)
    return resolve_url("home")

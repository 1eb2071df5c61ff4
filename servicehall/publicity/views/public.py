"""公示 for everybody: by community, one notice, its paper copy, an objection, and the answer to it.

No page here may stand in a search engine, and none outlives its last day.
"""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.access import PUBLIC, access
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from common.ratelimit import hit
from community.governance.enums import PlaceLevel
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from servicehall.publicity import actions
from servicehall.publicity.forms import LookUpForm, ObjectionForm
from servicehall.publicity.models import Objection, PublicityRule, PublicNotice

SIZE = 30
HOUR, MINUTE = 3600, 60
LOOKS_PER_MINUTE = 10
REFUSED, TOO_OFTEN, GONE = 422, 429, 410

View = Callable[..., HttpResponse]


def unlisted(view: View) -> View:
    """For no search engine and for no cache: what is gone must be gone everywhere."""

    @functools.wraps(view)
    def answered(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return never_cache(answered)


@access(PUBLIC)
@unlisted
@require_safe
def communities(request: PortalRequest) -> HttpResponse:
    """Every community with the number of its notices."""
    counts = PublicNotice.objects.public(timezone.localdate()).counted_by_community()
    places = (
        Place.objects.public()
        .on(timezone.localdate())
        .filter(code__in=counts, level=PlaceLevel.COMMUNITY)
        .select_related("parent")
        .order_by("path")
    )
    rows = [(place, counts[place.code]) for place in places]
    return TemplateResponse(request, "publicity/communities.html", {"rows": rows})


@access(PUBLIC)
@unlisted
@require_safe
def of_community(request: PortalRequest, code: str) -> HttpResponse:
    place = get_object_or_404(Place.objects.public(), code=code, level=PlaceLevel.COMMUNITY)
    rows = PublicNotice.objects.public(timezone.localdate()).filter(community=place)
    try:
        page = keyset_page(
            rows, order=("until_on", "id"), after=request.GET.get("after"), size=SIZE
        )
    except BadCursor:
        return redirect("publicity:of-community", code)
    context = {"place": place, "page": page}
    return TemplateResponse(request, "publicity/of_community.html", context)


@access(PUBLIC)
@unlisted
@require_safe
def notice(request: PortalRequest, ref: str) -> HttpResponse:
    found = _standing(ref)
    return _gone(request, ref) if found is None else _show(request, "notice", found)


@access(PUBLIC)
@unlisted
@require_safe
def paper(request: PortalRequest, ref: str) -> HttpResponse:
    """The copy for the notice board: A4, with the day and the place for objections."""
    found = _standing(ref)
    return _gone(request, ref) if found is None else _show(request, "paper", found)


@access(PUBLIC)
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def object_(request: PortalRequest, ref: str) -> HttpResponse:
    """Anybody objects, with or without a name. Nothing of the sender is kept but what he writes."""
    found = _standing(ref)
    if found is None:
        return _gone(request, ref)
    if request.method != "POST":
        return _show(request, "object", found, form=ObjectionForm())
    now = timezone.now()
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _show(request, "object", found, form=form, status=REFUSED)
    most = PublicityRule.objects.in_force(timezone.localdate(now)).objections_per_hour
    if not hit("objection.address", request.client_ip, most, HOUR, now):
        form.add_error(None, _("提交得太频繁了，请过一小时再试，或到服务站窗口当面提出。"))
        return _show(request, "object", found, form=form, status=TOO_OFTEN)
    try:
        filed = actions.file_objection(ref, **form.cleaned_data, by=None, now=now)
    except NotAllowed as refusal:
        form.take(refusal)
        return _show(request, "object", found, form=form, status=REFUSED)
    return _show(request, "filed", found, objection=filed)


@access(PUBLIC)
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PortalRequest) -> HttpResponse:
    """Whoever holds the code of an objection reads what became of it."""
    if request.method != "POST":
        return _looked_up(request, LookUpForm())
    form = LookUpForm(request.POST)
    if not hit("objection.answer", request.client_ip, LOOKS_PER_MINUTE, MINUTE, timezone.now()):
        form.add_error(None, _("查得太频繁了，请过一分钟再试。"))
        return _looked_up(request, form, status=TOO_OFTEN)
    if not form.is_valid():
        return _looked_up(request, form, status=REFUSED)
    rows = Objection.objects.with_code(form.cleaned_data["code"])
    found = rows.select_related("notice__case__version", "notice__body").first()
    if found is None:
        form.add_error("code", _("没有这个编号，请对照再看一遍。"))
        return _looked_up(request, form, status=REFUSED)
    return _looked_up(request, form, objection=found)


def _looked_up(
    request: PortalRequest,
    form: LookUpForm,
    *,
    objection: Objection | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "objection": objection}
    return TemplateResponse(request, "publicity/answer.html", context, status=status)


def _standing(ref: str) -> PublicNotice | None:
    return PublicNotice.objects.public(timezone.localdate()).filter(ref=ref).first()


def _gone(request: PortalRequest, ref: str) -> HttpResponse:
    """There was such a notice once (410), or never (404)."""
    if not PublicNotice.objects.of_ref(ref).exists():
        raise Http404
    return TemplateResponse(request, "publicity/gone.html", status=GONE)


def _show(
    request: PortalRequest, page: str, found: PublicNotice, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "notice": found,
        "station": found.case.station,
        "notice_url": request.build_absolute_uri(reverse("publicity:notice", args=[found.ref])),
        "can_write_down": request.scope.has("accept_cases"),
        **more,
    }
    return TemplateResponse(request, f"publicity/{page}.html", context, status=status)

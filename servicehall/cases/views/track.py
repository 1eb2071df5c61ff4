"""查进度 without an account: number and query code, the case then lives in the session only."""

import hmac

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import PUBLIC, access
from common.masking import mask_name
from common.ratelimit import hit, take_back
from community.governance.scopes import PortalRequest
from servicehall.cases.forms import TrackForm, digits
from servicehall.cases.models import Case
from servicehall.cases.panels import Audience
from servicehall.cases.tracking import SESSION_KEY, followed
from servicehall.cases.views._rating import rate_page
from servicehall.cases.views.mine import case_context, more_page, open_notice

PER_ADDRESS, MINUTE = 10, 60
WRONG_PER_NUMBER, HOUR = 5, 3600


@access(PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: PortalRequest) -> HttpResponse:
    if request.method != "POST":
        number = digits(request.GET.get("number", ""))[:40]  # what the QR code on the receipt holds
        return _form(request, TrackForm(initial={"number": number}))
    now = timezone.now()
    if not hit("track.address", request.client_ip, PER_ADDRESS, MINUTE, now):
        form = TrackForm(request.POST)
        form.add_error(None, _("查得太频繁了，请过一分钟再试。"))
        return _form(request, form, status=429)
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    number, code = form.cleaned_data["number"], form.cleaned_data["code"]
    if not hit("track.number", number, WRONG_PER_NUMBER, HOUR, now):
        form.add_error(None, _("这个编号试的次数太多了，请一小时后再查，或打电话问服务站。"))
        return _form(request, form, status=429)
    if not _fits(number, code):
        form.add_error(
            None, _("编号和查询码对不上。请对照回执再看一遍；回执丢了，带身份证到服务站查。")
        )
        return _form(request, form, status=422)
    take_back("track.number", number, HOUR, now)
    request.session.cycle_key()
    request.session[SESSION_KEY] = {"number": number, "at": now.timestamp()}
    return redirect("servicehall:tracked")


def _fits(number: str, code: str) -> bool:
    """One answer for an unknown number and for a wrong code."""
    case = Case.objects.with_number(number).first()
    return case is not None and hmac.compare_digest(case.query_code, code)


def _form(request: PortalRequest, form: TrackForm, *, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "servicehall/track/form.html", {"form": form}, status=status)


@access(PUBLIC)
@never_cache
@require_safe
def tracked(request: PortalRequest) -> HttpResponse:
    case = followed(request.session, timezone.now())
    if case is None:
        return redirect("servicehall:track")
    notice = open_notice(case)
    context = {
        **case_context(case, notice),
        "notice": notice,
        "masked_name": mask_name(case.applicant.full_name),
        "rate_url": reverse("servicehall:track-rate"),
        "more_url": reverse("servicehall:tracked-more"),
    }
    return TemplateResponse(request, "servicehall/track/case.html", context)


@access(PUBLIC)
@never_cache
@require_safe
def more(request: PortalRequest) -> HttpResponse:
    """Papers and notices of the case that is being followed."""
    case = followed(request.session, timezone.now())
    if case is None:
        return redirect("servicehall:track")
    return more_page(request, case, Audience.TRACKER, back=reverse("servicehall:tracked"))


@access(PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: PortalRequest) -> HttpResponse:
    case = followed(request.session, timezone.now())
    if case is None:
        return redirect("servicehall:track")
    return rate_page(request, case, back=reverse("servicehall:tracked"))


@access(PUBLIC)
@require_POST
def leave(request: PortalRequest) -> HttpResponse:
    """For a borrowed telephone or the kiosk: forget the case now."""
    request.session.pop(SESSION_KEY, None)
    return redirect("servicehall:track")

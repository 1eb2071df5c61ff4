"""What a resident finds after his case: what became of his rating, his benefits, how long things take."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.access import PUBLIC, RESIDENT, access
from common.errors import NotAllowed
from common.refusals import TakingForm
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.aftercare import actions, forms
from servicehall.aftercare.enums import BenefitAction
from servicehall.aftercare.models import Benefit, ExpectedDuration
from servicehall.cases.models import Case
from servicehall.cases.tracking import followed
from servicehall.catalogue.models import ItemVersion

# What a person reads of his benefit; what the station reports inwards is not among it.
TOLD = {BenefitAction.REPORT}


# --- the rating -------------------------------------------------------------------------------------
def _my_case(request: PortalRequest, case_id: uuid.UUID) -> Case:
    rows = Case.objects.visible_to(request.scope).select_related("version", "station", "applicant")
    return get_object_or_404(rows, pk=case_id)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def pressure(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _my_case(request, case_id)
    return _pressure(request, case, back=reverse("servicehall:my-case", args=[case.pk]))


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _my_case(request, case_id)
    return _again(request, case, back=reverse("servicehall:my-case", args=[case.pk]))


@access(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track_pressure(request: PortalRequest) -> HttpResponse:
    case = followed(request.session, timezone.now())
    if case is None:
        return redirect("servicehall:track")
    return _pressure(request, case, back=reverse("servicehall:tracked"))


@access(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track_again(request: PortalRequest) -> HttpResponse:
    case = followed(request.session, timezone.now())
    if case is None:
        return redirect("servicehall:track")
    return _again(request, case, back=reverse("servicehall:tracked"))


def _pressure(request: PortalRequest, case: Case, *, back: str) -> HttpResponse:
    form = forms.PressureForm(request.POST if request.method == "POST" else None)
    done = _("已收到，由另外的单位处理。办事的人看不到是谁反映的。")
    return _said(request, case, form, actions.complain, "pressure", done=done, back=back)


def _again(request: PortalRequest, case: Case, *, back: str) -> HttpResponse:
    form = forms.AgainForm(request.POST if request.method == "POST" else None)
    done = _("谢谢您再次评价。")
    return _said(request, case, form, actions.rate_again, "again", done=done, back=back)


def _said(
    request: PortalRequest,
    case: Case,
    form: TakingForm,
    run: Callable[..., Any],
    page: str,
    *,
    done: str,
    back: str,
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            run(case, by=request.scope, now=timezone.now(), **form.cleaned_data)
        except NotAllowed as refusal:
            status = form.take(refusal)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"case": case, "form": form, "back": back}
    return TemplateResponse(request, f"aftercare/{page}.html", context, status=status)


# --- benefits ---------------------------------------------------------------------------------------
@access(RESIDENT)
@require_safe
def benefits(request: PortalRequest) -> HttpResponse:
    rows = Benefit.objects.visible_to(request.scope).select_related("version").order_by("-id")[:50]
    return TemplateResponse(request, "aftercare/my_benefits.html", {"benefits": list(rows)})


@access(RESIDENT)
@require_safe
def benefit(request: PortalRequest, benefit_id: uuid.UUID) -> HttpResponse:
    rows = Benefit.objects.visible_to(request.scope).select_related("version", "decider", "case")
    found = get_object_or_404(rows, pk=benefit_id)
    events = found.events.exclude(action__in=TOLD).select_related("post__body")
    context = {"benefit": found, "events": list(events), "is_over": found.state == "stopped"}
    return TemplateResponse(request, "aftercare/my_benefit.html", context)


# --- how long it takes ------------------------------------------------------------------------------
@access(PUBLIC)
@require_safe
def expected(request: PortalRequest, code: str) -> HttpResponse:
    """How long an item took lately: around one's own home, else in the whole city."""
    version = ItemVersion.objects.public(timezone.localdate()).filter(item_id=code).first()
    if version is None:
        raise Http404
    person = Person.objects.of_account(request.scope.user_id).select_related("community").first()
    found = ExpectedDuration.objects.public().nearest(code, person.community if person else None)
    name = "_expected_words" if request.htmx else "expected"
    context = {"found": found, "version": version}
    return TemplateResponse(request, f"aftercare/{name}.html", context)

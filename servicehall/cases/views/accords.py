"""征求意见和承诺: asking other offices about a case, answering them, and noting that a promised paper came."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.forms_accords import AnswerForm, ConsultForm
from servicehall.cases.models import Case, Consultation

REFUSED = 422
SIZE = 30


def _case(request: PortalRequest, case_id: uuid.UUID) -> Case:
    cases = Case.objects.visible_to(request.scope).select_related("version", "community", "handler")
    return get_object_or_404(cases, pk=case_id)


@access(power(Power.REVIEW_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def consult(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask one office or several about a case."""
    case = _case(request, case_id)
    form = ConsultForm(case, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = REFUSED
        if form.is_valid():
            try:
                actions.consult(case.pk, by=request.scope, now=timezone.now(), **form.cleaned_data)
            except NotAllowed as refusal:
                form.take(refusal)
            else:
                messages.success(request, _("已发出。答复到了会显示在本件页面。"))
                return redirect("servicehall:case", case.pk)
    context = {"case": case, "form": form}
    return TemplateResponse(request, "servicehall/accords/consult.html", context, status=status)


@access(power(Power.READ_CASES))
@require_safe
def asked(request: PortalRequest) -> HttpResponse:
    """What other offices ask ours, the nearest day first."""
    rows = Consultation.objects.asked_of(request.scope).select_related(
        "case__version", "case__applicant", "asked_by__body"
    )
    try:
        page = keyset_page(rows, order=("due_on", "id"), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("servicehall:consultations")
    today = timezone.localdate()
    context = {
        "page": page,
        "rows": [
            (row, mask_name(row.case.applicant.full_name), row.due_on < today) for row in page.items
        ],
    }
    return TemplateResponse(request, "servicehall/accords/asked.html", context)


@access(power(Power.READ_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PortalRequest, consultation_id: uuid.UUID) -> HttpResponse:
    """Our answer, once."""
    row = get_object_or_404(
        Consultation.objects.asked_of(request.scope).select_related(
            "case__version", "asked_by__body"
        ),
        pk=consultation_id,
    )
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = REFUSED
        if form.is_valid():
            try:
                actions.answer_consultation(
                    row.pk,
                    answer=form.cleaned_data["answer"],
                    by=request.scope,
                    now=timezone.now(),
                )
            except NotAllowed as refusal:
                form.add_error(None, str(refusal.message))
            else:
                messages.success(request, _("已答复。"))
                return redirect("servicehall:consultations")
    context: dict[str, Any] = {"row": row, "form": form}
    return TemplateResponse(request, "servicehall/accords/answer.html", context, status=status)


@access(power(Power.REVIEW_CASES))
@require_POST
def cancel(request: PortalRequest, consultation_id: uuid.UUID) -> HttpResponse:
    """Whoever asked no longer needs it."""
    row = get_object_or_404(
        Consultation.objects.asked_by(request.scope),
        pk=consultation_id,
    )
    return _back(
        request,
        row.case_id,
        lambda: actions.cancel_consultation(row.pk, by=request.scope, now=timezone.now()),
        _("已取消。"),
    )


@access(power(Power.READ_CASES))
@require_POST
def keep(request: PortalRequest, case_id: uuid.UUID, key: str) -> HttpResponse:
    """A paper that was to follow has come."""
    case = _case(request, case_id)
    if not case.undertakings.filter(key=key).exists():
        raise Http404
    return _back(
        request,
        case.pk,
        lambda: actions.keep_undertaking(case.pk, key, by=request.scope, now=timezone.now()),
        _("已登记。"),
    )


def _back(request: PortalRequest, case_id: uuid.UUID, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done)
    return redirect(reverse("servicehall:case", args=[case_id]))

"""The work behind a notice: objections at the counter, their investigation, the vote of the community."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from common.refusals import TakingForm
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases.models import Case
from servicehall.publicity import actions
from servicehall.publicity.enums import ObjectionAction
from servicehall.publicity.forms import AnswerForm, AppraisalForm, ObjectionForm
from servicehall.publicity.models import Objection, PublicityRule, PublicNotice
from servicehall.publicity.transitions import available

SIZE = 30
REFUSED = 422
REVIEW = power(Power.REVIEW_CASES)


@access(power(Power.ACCEPT_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def at_counter(request: PortalRequest, ref: str) -> HttpResponse:
    """Somebody at the counter objects; any station writes it down."""
    rows = PublicNotice.objects.public(timezone.localdate())
    found = get_object_or_404(rows, ref=ref)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    context = {"notice": found, "form": form}
    if form.is_bound and form.is_valid():
        try:
            filed = actions.file_objection(
                ref, **form.cleaned_data, by=request.scope, now=timezone.now()
            )
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            context["objection"] = filed
            return TemplateResponse(request, "publicity/at_counter.html", context)
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "publicity/at_counter.html", context, status=status)


@access(REVIEW)
@require_safe
def objections(request: PortalRequest) -> HttpResponse:
    """What the acting body has to answer, the nearest day first."""
    rows = Objection.objects.in_hand_of(request.scope).select_related(
        "notice__community", "notice__case__version"
    )
    try:
        page = keyset_page(rows, order=("due_on", "id"), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("publicity:objections")
    context = {"page": page, "today": timezone.localdate()}
    return TemplateResponse(request, "publicity/objections.html", context)


@access(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: PortalRequest, objection_id: uuid.UUID) -> HttpResponse:
    found = _found(request, objection_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        run = partial(actions.answer_objection, found.pk, **form.cleaned_data, by=request.scope)
        if (done := _done(request, form, run, _("已答复。"), found.notice.case_id)) is not None:
            return done
    context = {
        "objection": found,
        "notice": found.notice,
        "form": form,
        "acts": available(found.state) if found.notice.body_id == request.scope.body_id else (),
        "refer": ObjectionAction.REFER,
        "dismiss": ObjectionAction.DISMISS,
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "publicity/objection.html", context, status=status)


@access(REVIEW)
@require_POST
def refer(request: PortalRequest, objection_id: uuid.UUID) -> HttpResponse:
    found = _found(request, objection_id)
    try:
        actions.refer_objection(found.pk, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已交民主评议，评议结果登记后再答复。"))
    return redirect("publicity:objection", found.pk)


@access(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def appraisal(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    rows = Case.objects.visible_to(request.scope).select_related("version", "handler", "community")
    case = get_object_or_404(rows, pk=case_id)
    form = AppraisalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        run = partial(actions.record_appraisal, case.pk, **form.cleaned_data, by=request.scope)
        if (done := _done(request, form, run, _("已登记评议结果。"), case.pk)) is not None:
            return done
    rules = PublicityRule.objects.public(timezone.localdate()).filter(code="appraisal_least")
    context = {"case": case, "form": form, "rule": rules.first()}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "publicity/appraisal.html", context, status=status)


def _found(request: PortalRequest, objection_id: uuid.UUID) -> Objection:
    rows = Objection.objects.visible_to(request.scope).select_related(
        "notice__community",
        "notice__body",
        "notice__case__version",
        "notice__case__handler",
        "filed_with__body",
        "answered_by__body",
    )
    return get_object_or_404(rows, pk=objection_id)


def _done(
    request: PortalRequest,
    form: TakingForm,
    run: Callable[..., Any],
    text: str,
    case_id: uuid.UUID,
) -> HttpResponse | None:
    """Carry it out and go back to the case; None when it was refused, with the refusal in the form."""
    try:
        run(now=timezone.now())
    except NotAllowed as refusal:
        form.take(refusal)
        return None
    messages.success(request, text)
    return redirect("servicehall:case", case_id)

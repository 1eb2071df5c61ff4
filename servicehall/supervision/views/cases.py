"""One case as supervision sees it: its clock, its findings, its letters. Who the applicant is is not shown."""

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
from django.views.decorators.http import require_http_methods, require_safe

from common.access import STAFF, access, power
from common.errors import NotAllowed
from common.refusals import TakingForm
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.models import Body
from community.governance.scopes import PortalRequest
from servicehall.cases.enums import Light
from servicehall.cases.models import Case
from servicehall.supervision import actions, evidence
from servicehall.supervision.actions.finding import bodies_of
from servicehall.supervision.enums import FindingKind
from servicehall.supervision.forms import PaperForm, RecordForm, UrgeForm
from servicehall.supervision.models import Escalation, Finding, Urging
from servicehall.supervision.querysets import supervised_by

REFUSED = 422
BY_LIGHT = {
    Light.RED: FindingKind.OVER_PROMISED,
    Light.DOUBLE_RED: FindingKind.OVER_STATUTORY,
}
SHOWN = ("version__item", "community", "station", "handler")


@access(STAFF)
@require_safe
def case(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """For those who watch over the place, and for those who may open the case anyway."""
    today = timezone.localdate()
    rows = supervised_by(request.scope) | Case.objects.visible_to(request.scope)
    found = get_object_or_404(
        rows.with_light(today).select_related(*SHOWN).distinct(),  # type: ignore[attr-defined]
        pk=case_id,
    )
    context = {
        "layout": layout_of(request.scope),
        "case": found,
        "lines": [(row, evidence.words(row)) for row in Finding.objects.of_case(found.pk)],
        "urgings": list(Urging.objects.of_case(found.pk)),
        "rungs": list(Escalation.objects.of_case(found.pk)),
        "can_supervise": request.scope.covers(Power.SUPERVISE, found.community.path),
        "can_open": request.scope.has(Power.READ_CASES),
    }
    return TemplateResponse(request, "supervision/case.html", context)


@access(power(Power.SUPERVISE))
@require_http_methods(["GET", "HEAD", "POST"])
def urge(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    found = _supervised(request, case_id)
    last, today = Finding.objects.of_case(found.pk).first(), timezone.localdate()
    seen = supervised_by(request.scope).with_light(today).get(pk=found.pk)  # type: ignore[attr-defined]
    form = UrgeForm(
        _bodies(found),
        request.POST if request.method == "POST" else None,
        body_id=str(last.body_id if last else found.handler_id),
        kind=last.kind if last else BY_LIGHT.get(seen.light, ""),
    )
    return _write(request, found, form, actions.urge, title=_("发督办"), done=_("已发出督办。"))


@access(power(Power.SUPERVISE))
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """A complaint, or what was seen on the spot."""
    found = _supervised(request, case_id)
    form = RecordForm(
        _bodies(found),
        request.POST if request.method == "POST" else None,
        body_id=str(found.handler_id),
    )
    return _write(
        request, found, form, actions.record_finding, title=_("登记监察发现"), done=_("已登记。")
    )


@access(power(Power.READ_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """补录: what was done outside the system, by the office that did it."""
    found = get_object_or_404(
        Case.objects.visible_to(request.scope).select_related(*SHOWN), pk=case_id
    )
    form = PaperForm(request.POST if request.method == "POST" else None)
    return _write(
        request, found, form, actions.record_paper, title=_("补录体外办理"), done=_("已补录。")
    )


def _supervised(request: PortalRequest, case_id: uuid.UUID) -> Case:
    return get_object_or_404(supervised_by(request.scope).select_related(*SHOWN), pk=case_id)


def _bodies(found: Case) -> list[Body]:
    return list(Body.objects.public().filter(pk__in=bodies_of(found)).order_by("code"))


def _write(
    request: PortalRequest,
    found: Case,
    form: TakingForm,
    run: Callable[..., Any],
    *,
    title: str,
    done: str,
) -> HttpResponse:
    """The form, or what it does. A refusal comes back with everything that was typed."""
    if form.is_bound and form.is_valid():
        carry_out = partial(run, found.pk, **form.cleaned_data, by=request.scope)
        try:
            carry_out(now=timezone.now())
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, done)
            return redirect("supervision:case", found.pk)
    context = {
        "layout": layout_of(request.scope),
        "form": form,
        "case": found,
        "title": title,
        "lead": f"{found.version.label} · {found.number}",
        "send": title,
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "supervision/write.html", context, status=status)

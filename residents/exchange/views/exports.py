"""部门表格: a department gets its own form filled, and a second person decides on large ones."""

import json
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.step_up import verified_within
from common.access import STAFF, access, power
from common.errors import NotAllowed
from common.paging import BadCursor, Page, keyset_page
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from residents.exchange.actions import exports
from residents.exchange.enums import RunState
from residents.exchange.forms_exports import DELTA, DecisionForm, ExportForm
from residents.exchange.models import ExportRun, ExportTemplate
from residents.exchange.table_schema import table_schema

SIZE = 20
REFUSED = 422
WITH = ("template", "place", "requested_by", "decided_by")
TONES = {
    RunState.READY: "success",
    RunState.WAITING: "warning",
    RunState.REJECTED: "danger",
    RunState.EXPIRED: "neutral",
    RunState.EMPTY: "neutral",
}
OVER = (RunState.EXPIRED, RunState.REJECTED)
KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@access(power(Power.EXPORT_DATA))
@require_safe
def export_list(request: PortalRequest) -> HttpResponse:
    """The forms that one may have filled, and what went out."""
    today = timezone.localdate()
    context = {
        "layout": layout_of(request.scope),
        "templates": list(ExportTemplate.objects.visible_to(request.scope).on(today)),
        "page": _page(request),
        "tones": TONES,
    }
    return TemplateResponse(request, "exchange/exports.html", context)


def _page(request: PortalRequest) -> Page[ExportRun]:
    runs = ExportRun.objects.visible_to(request.scope).select_related(*WITH)
    try:
        return keyset_page(runs, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return keyset_page(runs, order=("-id",), after=None, size=SIZE)


@access(power(Power.EXPORT_DATA))
@verified_within()
@require_http_methods(["GET", "HEAD", "POST"])
def export_new(request: PortalRequest, template_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    templates = ExportTemplate.objects.visible_to(request.scope).on(today)
    template = get_object_or_404(templates, pk=template_id)
    places = Place.objects.visible_to(request.scope, Power.EXPORT_DATA).on(today).order_by("path")
    data = request.POST if request.method == "POST" else None
    form = ExportForm(places & Place.objects.public(), data)
    if form.is_valid():
        given = form.cleaned_data
        try:
            run = exports.request_export(
                template.pk,
                form.places[given["place"]],
                is_delta=given["rows"] == DELTA,
                recipient=given["recipient"],
                purpose=given["purpose"],
                by=request.scope,
                now=now,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("已开始取数，完成后会给您发消息。"))
            return redirect("exchange:export", run.pk)
    context = {"layout": layout_of(request.scope), "template": template, "form": form}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/export_new.html", context, status=status)


@access(power(Power.APPROVE_EXPORTS))
@require_safe
def export_waiting(request: PortalRequest) -> HttpResponse:
    """What waits for a second person, and the viewer may be it."""
    runs = ExportRun.objects.visible_to(request.scope).to_decide(request.scope)
    context = {
        "layout": layout_of(request.scope),
        "runs": list(runs.select_related(*WITH).order_by("id")[:100]),
        "tones": TONES,
    }
    return TemplateResponse(request, "exchange/export_waiting.html", context)


@access(STAFF)
@require_safe
def export_page(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run, for those who export or approve there: where it stands, its file, the decision."""
    return _export_page(request, run_id, DecisionForm())


def _export_page(request: PortalRequest, run_id: uuid.UUID, form: DecisionForm) -> HttpResponse:
    runs = ExportRun.objects.visible_to(request.scope).select_related(*WITH)
    run = get_object_or_404(runs, pk=run_id)
    scope = request.scope
    today = timezone.localdate()
    templates = ExportTemplate.objects.visible_to(scope).on(today)
    context = {
        "layout": layout_of(scope),
        "run": run,
        "tone": TONES.get(RunState(run.state), "info"),
        "form": form,
        "may_decide": run.state == RunState.WAITING
        and run.requested_by_id != scope.user_id
        and scope.covers(Power.APPROVE_EXPORTS, run.place.path),
        "may_fetch": run.has_file and exports.may_fetch(run, by=scope),
        "exports": scope.has(Power.EXPORT_DATA),
        # A file that is gone, or was not approved, is asked for once more in the form as it now stands.
        "again": templates.filter(code=run.template.code).first()
        if scope.has(Power.EXPORT_DATA) and run.state in OVER
        else None,
        "is_own": run.requested_by_id == scope.user_id,
    }
    status = REFUSED if form.errors else 200
    return TemplateResponse(request, "exchange/export.html", context, status=status)


@access(power(Power.APPROVE_EXPORTS))
@verified_within()
@require_POST
def export_decide(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    form = DecisionForm(request.POST)
    is_approved = request.POST.get("decision") == "approve"
    if form.is_valid():
        try:
            exports.decide(
                run_id,
                approve=is_approved,
                note=form.cleaned_data["note"],
                by=request.scope,
                now=timezone.now(),
            )
        except ExportRun.DoesNotExist:
            raise Http404 from None
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            done = _("已批准，正在生成文件。") if is_approved else _("已记为不批准。")
            messages.success(request, done)
            return redirect("exchange:export", run_id)
    return _export_page(request, run_id, form)


@access(power(Power.EXPORT_DATA))
@verified_within()
@require_POST
def export_file(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """The file itself. Posted, for it leaves a trace with everybody who is in it."""
    try:
        run, content = exports.fetch(run_id, by=request.scope, now=timezone.now())
    except ExportRun.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
        return redirect("exchange:export", run_id)
    return _download(content, run.file_name, KINDS[run.template.layout.format])


@access(power(Power.EXPORT_DATA))
@require_safe
def export_schema(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """How a machine reads the file: its Table Schema, without any personal value."""
    runs = ExportRun.objects.visible_to(request.scope).select_related("template", "place")
    run = get_object_or_404(runs, pk=run_id)
    schema = json.dumps(table_schema(run.template.layout), ensure_ascii=False, indent=2)
    return _download(schema.encode(), f"{run.file_name}.schema.json", "application/json")


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response

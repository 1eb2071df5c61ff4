"""报表需求: a department asks, the community office decides."""

import uuid
from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import STAFF, access, power
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from residents.exchange.actions import reports
from residents.exchange.enums import RequestState
from residents.exchange.forms_reports import RequestDecisionForm, RequestForm
from residents.exchange.layouts import Persons, label_of
from residents.exchange.models import (
    ExchangeFigure,
    FieldEntitlement,
    ReportForm,
    ReportRefusal,
    ReportRequest,
)

SIZE = 20
FORMS = 200
REFUSED = 422
WITH = ("body", "place", "requested_by", "decided_by", "template")


@access(STAFF)
@require_safe
def request_list(request: PortalRequest) -> HttpResponse:
    """What was asked: by one's own office, in the place that one decides for, or of one's communities."""
    rows = ReportRequest.objects.visible_to(request.scope).select_related("body", "place")
    if request.GET.get("state") == RequestState.WAITING:
        rows = rows.waiting()
    try:
        page = keyset_page(rows, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        page = keyset_page(rows, order=("-id",), after=None, size=SIZE)
    is_waiting = request.GET.get("state") == RequestState.WAITING
    letters = ReportRefusal.objects.visible_to(request.scope).select_related("body", "community")
    context = {
        "layout": layout_of(request.scope),
        "page": page,
        "is_waiting": is_waiting,
        "is_all": not is_waiting,
        "waiting_url": f"{reverse('exchange:requests')}?state={RequestState.WAITING}",
        "letters": list(letters.order_by("-id")[:SIZE]),
        "may_ask": request.scope.has(Power.REQUEST_REPORTS),
    }
    return TemplateResponse(request, "exchange/requests.html", context)


@access(power(Power.REQUEST_REPORTS))
@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    places = Place.objects.visible_to(request.scope, Power.REQUEST_REPORTS).on(today)
    form = RequestForm(
        (places & Place.objects.public()).order_by("path"),
        request.POST if request.method == "POST" else None,
    )
    if form.is_valid():
        try:
            made = reports.request_report(**form.asked(), by=request.scope, now=now)
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已提交社区办审批。"))
            return redirect("exchange:request", made.pk)
    status = REFUSED if form.is_bound else 200
    body_key = request.scope.body_key
    held = FieldEntitlement.objects.of_body(body_key, today)
    context = {
        "layout": layout_of(request.scope),
        "form": form,
        "held": [str(label_of(key)) for key in held if key != "community"],
        "notice": ExchangeFigure.objects.in_force(today, "notice_days", body_key).value,
    }
    return TemplateResponse(request, "exchange/request_new.html", context, status=status)


@access(STAFF)
@require_safe
def request_page(request: PortalRequest, request_id: uuid.UUID) -> HttpResponse:
    return _request_page(request, _request(request, request_id), None)


def _request(request: PortalRequest, request_id: uuid.UUID) -> ReportRequest:
    rows = ReportRequest.objects.visible_to(request.scope).select_related(*WITH)
    return get_object_or_404(rows, pk=request_id)


def _request_page(
    request: PortalRequest, asked: ReportRequest, form: RequestDecisionForm | None
) -> HttpResponse:
    scope = request.scope
    is_waiting = asked.state == RequestState.WAITING
    may_decide = is_waiting and scope.covers(Power.APPROVE_REPORTS, asked.place.path)
    if form is None:
        form = RequestDecisionForm(is_over_quota=asked.is_over_quota)
    letters = ReportRefusal.objects.visible_to(scope).filter(request=asked)
    forms = ReportForm.objects.of(asked.pk).select_related("community").order_by("-due_on", "id")
    context = {
        "layout": layout_of(scope),
        "asked": asked,
        "form": form,
        "may_decide": may_decide,
        "may_refuse": asked.state != RequestState.APPROVED and scope.has(Power.FILL_REPORTS),
        "may_export": asked.template is not None
        and scope.has(Power.EXPORT_DATA)
        and scope.body_id == asked.body_id,
        "forms": list(forms[:FORMS]),
        "letters": list(letters.select_related("body", "community").order_by("-id")[:SIZE]),
        "whom": list(_whom(asked.layout.persons)),
    }
    status = REFUSED if form.errors else 200
    return TemplateResponse(request, "exchange/request.html", context, status=status)


def _whom(persons: Persons) -> Iterator[str]:
    """About whom the report is, in words; nothing for everybody."""
    youngest, oldest = persons.ages
    if youngest is not None and oldest is not None:
        yield _("{first}至{last}岁").format(first=youngest, last=oldest)
    elif youngest is not None:
        yield _("{first}岁以上").format(first=youngest)
    elif oldest is not None:
        yield _("{last}岁以下（含）").format(last=oldest)
    for key, values in persons.where.items():
        for value in values:
            yield ATTRIBUTES[key].shown(value)


@access(power(Power.APPROVE_REPORTS))
@require_POST
def request_decide(request: PortalRequest, request_id: uuid.UUID) -> HttpResponse:
    asked = _request(request, request_id)
    form = RequestDecisionForm(request.POST, is_over_quota=asked.is_over_quota)
    is_approved = request.POST.get("decision") == "approve"
    if form.is_valid():
        try:
            reports.decide_request(
                request_id,
                approve=is_approved,
                over_quota=form.cleaned_data.get("over_quota", False),
                note=form.cleaned_data["note"],
                by=request.scope,
                now=timezone.now(),
            )
        except ReportRequest.DoesNotExist:
            raise Http404 from None
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            done = _("已批准，已下发给各社区。") if is_approved else _("已记为不批准。")
            messages.success(request, done)
            return redirect("exchange:request", request_id)
    return _request_page(request, asked, form)

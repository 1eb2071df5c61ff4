"""事件推送: where other systems hear of events, and what became of each. For those who set the portal up."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.step_up import verified_within
from common.access import access, power
from common.errors import Invalid, NotAllowed
from common.paging import BadCursor, Page, keyset_page
from notifications import actions, events, reasons, receivers
from notifications.forms import EndForm, EndpointForm, SinceForm
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.querysets import SETUP

if TYPE_CHECKING:
    from notifications.views.requests import ScopedRequest

SIZE = 30


@require_safe
@access(power(SETUP))
def endpoint_list(request: "ScopedRequest") -> HttpResponse:
    rows = WebhookEndpoint.objects.visible_to(request.scope)
    try:
        page = keyset_page(rows, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("notifications:webhooks")
    names = receivers.below(request.scope.body_path) if page.items else {}
    named = [(row, names.get(row.body_key, row.body_key)) for row in page.items]
    context = {"page": page, "rows": named}
    return TemplateResponse(request, "notifications/webhooks/list.html", context)


@require_http_methods(["GET", "POST"])
@access(power(SETUP))
@verified_within()
def new(request: "ScopedRequest") -> HttpResponse:
    """Answers with the secret itself, not with a redirect: only now it is shown."""
    bodies = receivers.below(request.scope.body_path)
    form = EndpointForm(bodies, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.add_endpoint(
                **form.cleaned_data,
                place_path=request.scope.body_path,
                by=request.scope,
                now=timezone.now(),
            )
        except Invalid as refused:
            form.add_error("url", str(refused.message))
        else:
            return _secret(request, made.endpoint, made.secret)
    status = 422 if form.errors else 200
    template = "notifications/webhooks/new.html"
    return TemplateResponse(request, template, {"form": form}, status=status)


@require_POST
@access(power(SETUP))
@verified_within()
def rotate(request: "ScopedRequest", endpoint_id: UUID) -> HttpResponse:
    endpoint = _found(request, endpoint_id)
    try:
        secret = actions.rotate_secret(endpoint, by=request.scope, now=timezone.now())
    except NotAllowed as refused:
        messages.error(request, str(refused.message))
        return redirect("notifications:webhook", endpoint.pk)
    return _secret(request, _found(request, endpoint_id), secret)


@require_safe
@access(power(SETUP))
def endpoint(request: "ScopedRequest", endpoint_id: UUID) -> HttpResponse:
    return _page(request, _found(request, endpoint_id))


@require_POST
@access(power(SETUP))
def disable(request: "ScopedRequest", endpoint_id: UUID) -> HttpResponse:
    found, form = _found(request, endpoint_id), EndForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, end_form=form)
    return _done(
        request,
        found,
        lambda: actions.disable_endpoint(
            found, **form.cleaned_data, by=request.scope, now=timezone.now()
        ),
        _("已停用，不再向这个地址推送。"),
    )


@require_POST
@access(power(SETUP))
def enable(request: "ScopedRequest", endpoint_id: UUID) -> HttpResponse:
    found = _found(request, endpoint_id)
    return _done(
        request,
        found,
        lambda: actions.enable_endpoint(found, by=request.scope, now=timezone.now()),
        _("已启用，先推送停用期间没有发完的。"),
    )


@require_POST
@access(power(SETUP))
def ping(request: "ScopedRequest", endpoint_id: UUID) -> HttpResponse:
    found = _found(request, endpoint_id)
    return _done(
        request,
        found,
        lambda: actions.ping_endpoint(found, by=request.scope, now=timezone.now()),
        _("已发出一条试推送，结果见推送记录。"),
    )


@require_POST
@access(power(SETUP))
def replay_since(request: "ScopedRequest", endpoint_id: UUID) -> HttpResponse:
    found, form = _found(request, endpoint_id), SinceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, since_form=form)
    since = form.cleaned_data["since"]
    count = actions.replay_since(found, since, by=request.scope, now=timezone.now())
    text = ngettext("已安排补发 %(count)d 条。", "已安排补发 %(count)d 条。", count)
    messages.success(request, text % {"count": count})
    return redirect("notifications:webhook", found.pk)


@require_POST
@access(power(SETUP))
def replay(request: "ScopedRequest", delivery_id: UUID) -> HttpResponse:
    rows = WebhookDelivery.objects.visible_to(request.scope).select_related("endpoint")
    delivery = get_object_or_404(rows, pk=delivery_id)
    return _done(
        request,
        delivery.endpoint,
        lambda: actions.replay(delivery, by=request.scope, now=timezone.now()),
        _("已安排补发。"),
    )


def _found(request: "ScopedRequest", endpoint_id: UUID) -> WebhookEndpoint:
    found: WebhookEndpoint = get_object_or_404(
        WebhookEndpoint.objects.visible_to(request.scope), pk=endpoint_id
    )
    return found


def _done(
    request: "ScopedRequest", endpoint: WebhookEndpoint, run: Callable[[], None], text: str
) -> HttpResponse:
    try:
        run()
    except NotAllowed as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, text)
    return redirect("notifications:webhook", endpoint.pk)


def _secret(request: "ScopedRequest", endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret}
    answer = TemplateResponse(request, "notifications/webhooks/secret.html", context)
    answer["Cache-Control"] = "no-store, private"
    return answer


def _page(
    request: "ScopedRequest", endpoint: WebhookEndpoint, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    log = WebhookDelivery.objects.visible_to(request.scope).filter(endpoint=endpoint)
    after = request.GET.get("after")
    page: Page[WebhookDelivery]
    try:
        page = keyset_page(log, order=("-id",), after=after, size=SIZE)
    except BadCursor:
        page = keyset_page(log, order=("-id",), after=None, size=SIZE)
    context = {
        "endpoint": endpoint,
        "body": receivers.below(request.scope.body_path).get(endpoint.body_key, endpoint.body_key),
        "heard": [events.title(code) for code in endpoint.events],
        "page": page,
        "rows": [
            (row, events.title(row.event), reasons.explain_push(row.last_error))
            for row in page.items
        ],
        "end_form": EndForm(),
        "since_form": SinceForm(),
        **bound,
    }
    template = "notifications/webhooks/endpoint.html"
    return TemplateResponse(request, template, context, status=status)

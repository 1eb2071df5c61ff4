"""预警档案: files that nobody has a reason to open, for those who hold Power.GRANT. Nobody else hears of them."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.access import access, power
from common.errors import NotAllowed
from common.refusals import refuse
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from dashboards import administration
from dashboards.forms_admin import MarkForm, ReasonForm
from dashboards.views._lists import list_page
from dashboards.views._proof import is_proven, proof
from residents.base.actions import mark_canary, unmark_canary

PAGE_SIZE = 50


@access(power(Power.GRANT))
@require_http_methods(["GET", "POST"])
def canary_list(request: PortalRequest) -> HttpResponse:
    """What is marked in one's places, and the form that marks another file."""
    form = MarkForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and is_proven(request, form):
        try:
            mark_canary(
                form.cleaned_data["id_number"],
                reason=form.cleaned_data["reason"],
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已标记。有人打开这份档案，马上会有消息。"))
            return redirect("dashboards:canaries")
    rows = administration.canaries(request.scope)
    page = list_page(request, rows, order=("-id",), size=PAGE_SIZE)
    names = administration.staff_names({row.marked_by for row in page.items if row.marked_by})
    context = {
        "page": page,
        "rows": [
            (
                row,
                administration.masked(row.person),
                names.get(row.marked_by) if row.marked_by else None,
            )
            for row in page.items
        ],
        "form": form,
        **proof(request),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/canaries/list.html", context, status=status)


@access(power(Power.GRANT))
@require_http_methods(["GET", "POST"])
def canary(request: PortalRequest, canary_id: uuid.UUID) -> HttpResponse:
    """One marked file, and the form that takes the mark away."""
    found = get_object_or_404(administration.canaries(request.scope), pk=canary_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and is_proven(request, form):
        unmark_canary(found.pk, **form.cleaned_data, by=request.scope, now=timezone.now())
        messages.success(request, _("已取消标记。"))
        return redirect("dashboards:canaries")
    context = {
        "canary": found,
        "masked": administration.masked(found.person),
        "form": form,
        **proof(request),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/canaries/canary.html", context, status=status)

"""留言: one page of what the applicant and the body write to each other, the same on both sides."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common import ratelimit
from common.access import RESIDENT, access, power
from common.errors import NotAllowed
from common.uploads import UploadRefused, check_upload
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.actions import messaging
from servicehall.cases.forms import MessageForm
from servicehall.cases.models import Case
from servicehall.cases.replying import replies
from servicehall.catalogue.enums import ReplyOutcome

REFUSED, TOO_MANY = 422, 429
PER_HOUR, HOUR = 30, 3600


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """The applicant and the window."""
    return _talk(request, case_id, "servicehall:my-case")


@access(power(Power.READ_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def theirs(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """What the applicant wrote, and the answer of the body that has the case in hand."""
    return _talk(request, case_id, "servicehall:case")


def _talk(request: PortalRequest, case_id: uuid.UUID, back: str) -> HttpResponse:
    cases = Case.objects.visible_to(request.scope).select_related(
        "version__item", "handler", "applicant", "window", "station"
    )
    case = get_object_or_404(cases, pk=case_id)
    sent = request.method == "POST"
    form = MessageForm(request.POST if sent else None, request.FILES if sent else None)
    status = 200
    if sent:
        status = _send(request, case, form)
        if status == 302:
            messages.success(request, _("留言已发出。"))
            return redirect(f"{back}-messages", case.pk)
    now = timezone.now()
    rows = actions.read_messages(case.pk, by=request.scope, now=now)
    refusal = messaging.refuses(case, by=request.scope, now=now)
    context: dict[str, Any] = {
        "layout": "counter.html" if request.scope.is_staff else "resident.html",
        "case": case,
        "form": None if refusal else form,
        "refused": refusal.message if refusal else "",
        "rows": rows,
        "is_waiting": any(row.is_from_applicant and row.settled_at is None for row in rows),
        "back": back,
        "replies": replies(case, ReplyOutcome.MESSAGE, timezone.localdate(now))
        if request.scope.is_staff
        else [],
    }
    return TemplateResponse(request, "servicehall/talk/talk.html", context, status=status)


def _send(request: PortalRequest, case: Case, form: MessageForm) -> int:
    """302 when it went out, else the status of the page that says why not."""
    if not form.is_valid():
        return REFUSED
    now = timezone.now()
    if not ratelimit.hit("case.message", str(request.scope.user_id), PER_HOUR, HOUR, now):
        form.add_error(None, _("留言太频繁了，请过一会儿再写；急事请打服务站电话。"))
        return TOO_MANY
    try:
        files = [
            check_upload(file.read(), file.name or "")
            for file in request.FILES.getlist("attached")[: messaging.MAX_FILES + 1]
        ]
        actions.write_message(
            case.pk, form.cleaned_data["text"], files=files, by=request.scope, now=now
        )
    except UploadRefused as refusal:
        form.add_error("attached", str(refusal.message))
    except NotAllowed as refusal:
        form.take(refusal)
    else:
        return 302
    return REFUSED


@access(power(Power.READ_CASES))
@require_POST
def settle(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """Seen, and in need of no answer."""
    case = get_object_or_404(Case.objects.visible_to(request.scope), pk=case_id)
    try:
        actions.settle_messages(case.pk, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已登记，不用答复。"))
    return redirect("servicehall:case-messages", case.pk)

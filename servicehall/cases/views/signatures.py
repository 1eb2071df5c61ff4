"""需要我签字的: what a member of a household is asked to agree to; and papers signed at the counter."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, access, power
from common.errors import NotAllowed
from common.uploads import UploadRefused, check_upload
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.enums import OPEN_STATES, SignatureState
from servicehall.cases.forms import SignatureForm
from servicehall.cases.models import Case, CoSignature

REFUSED = 422
ANSWERS = {
    "sign": (SignatureState.SIGNED, gettext_lazy("已登记您的同意。")),
    "refuse": (SignatureState.REFUSED, gettext_lazy("已登记您不同意。")),
    "withdraw": (SignatureState.WITHDRAWN, gettext_lazy("已撤回同意。")),
}
SHOWN = 50


@access(RESIDENT)
@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    """What I, or somebody whose guardian I am, was asked; what waits stands first."""
    today = timezone.localdate()
    rows = CoSignature.objects.visible_to(request.scope, today).select_related(
        "person", "case__version", "case__applicant", "case__station"
    )
    listed = list(rows.order_by("-asked_at", "-id")[:SHOWN])
    context = {
        "rows": [
            {
                "row": row,
                "is_own": row.person.account_id == request.scope.user_id,
                "is_open": row.case.state in OPEN_STATES,
                "text": row.case.version.text("cosign_text"),
            }
            for row in sorted(listed, key=lambda row: row.state != SignatureState.ASKED)
        ]
    }
    return TemplateResponse(request, "servicehall/signatures/mine.html", context)


@access(RESIDENT)
@require_POST
def answer(request: PortalRequest, signature_id: uuid.UUID, verb: str) -> HttpResponse:
    if verb not in ANSWERS:
        raise Http404
    state, done = ANSWERS[verb]
    try:
        actions.answer_signature(signature_id, state, by=request.scope, now=timezone.now())
    except CoSignature.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(done))
    return redirect("servicehall:my-signatures")


@access(power(Power.ACCEPT_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def on_paper(request: PortalRequest, case_id: uuid.UUID, signature_id: uuid.UUID) -> HttpResponse:
    """Somebody signed at the counter; the paper may be kept as a picture."""
    case = get_object_or_404(
        Case.objects.visible_to(request.scope).select_related("version"), pk=case_id
    )
    row = get_object_or_404(case.signatures.select_related("person"), pk=signature_id)
    sent = request.method == "POST"
    form = SignatureForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        file = form.cleaned_data["scan"]
        try:
            actions.record_signature(
                row.pk,
                how=form.cleaned_data["how"],
                scan=check_upload(file.read(), file.name or "") if file else None,
                by=request.scope,
                now=timezone.now(),
            )
        except UploadRefused as refusal:
            form.add_error("scan", str(refusal.message))
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("签字已登记。"))
            return redirect("servicehall:case", case.pk)
    context: dict[str, Any] = {
        "case": case,
        "row": row,
        "form": form,
        "text": case.version.text("cosign_text"),
    }
    status = REFUSED if sent else 200
    return TemplateResponse(request, "servicehall/signatures/on_paper.html", context, status=status)

"""批量办理: choose on the desk, write once, watch it go, see a result for each case."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.refusals import TakingForm
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.actions.batches import MOST
from servicehall.cases.enums import BatchAct
from servicehall.cases.models import Batch, Case

REFUSED = 422


class BatchForm(TakingForm):
    """What to do to the cases that were ticked; `is_all` takes everything in hand instead."""

    act = forms.ChoiceField(label=gettext_lazy("要做什么"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每一件都写这一句；转下一环节必须写。"),
    )

    def __init__(self, choices: list[tuple[str, Any]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["act"] = forms.ChoiceField(
            label=gettext_lazy("要做什么"), choices=choices, widget=forms.RadioSelect
        )


@access(power(Power.READ_CASES))
@require_POST
def start(request: PortalRequest) -> HttpResponse:
    """The ticked cases and what is to be done to them; the first post only asks for it."""
    ids = _chosen(request)
    if not ids:
        messages.warning(request, _("请先勾选办件。"))
        return redirect("servicehall:desk")
    is_asked = "act" in request.POST
    form = BatchForm(_acts(request), request.POST if is_asked else None)
    if form.is_bound and form.is_valid():
        try:
            batch = actions.start_batch(
                form.cleaned_data["act"],
                ids,
                words=form.cleaned_data["words"],
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            return redirect("servicehall:case-batch", batch.pk)
    context = {"form": form, "ids": ids, "number": len(ids)}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "servicehall/batch/start.html", context, status=status)


def _chosen(request: PortalRequest) -> list[uuid.UUID]:
    if request.POST.get("is_all"):
        rows = Case.objects.in_hand_of(request.scope).order_by("act_by_on", "pk")
        return list(rows.values_list("pk", flat=True)[:MOST])
    found = []
    for text in request.POST.getlist("case")[:MOST]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _acts(request: PortalRequest) -> list[tuple[str, Any]]:
    powers = {
        BatchAct.ACCEPT: Power.ACCEPT_CASES,
        BatchAct.FORWARD: Power.REVIEW_CASES,
        BatchAct.GRANT: Power.DECIDE_CASES,
    }
    return [(act.value, act.label) for act, needed in powers.items() if request.scope.has(needed)]


@access(power(Power.READ_CASES))
@require_safe
def batch(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """How far it is and what became of each; while something is left the page goes on by itself."""
    found = get_object_or_404(Batch.objects.visible_to(request.scope), pk=batch_id)
    return _shown(request, found)


@access(power(Power.READ_CASES))
@require_POST
def go(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The next slice."""
    found = get_object_or_404(Batch.objects.visible_to(request.scope), pk=batch_id)
    actions.go_on(found.pk, by=request.scope, now=timezone.now())
    if not request.htmx:
        return redirect("servicehall:case-batch", found.pk)
    return _shown(request, found)


def _shown(request: PortalRequest, found: Batch) -> HttpResponse:
    entries = list(found.entries.select_related("case__version", "case__applicant").order_by("id"))
    told = [entry for entry in entries if entry.done_at is not None]
    context = {
        "batch": found,
        "total": len(entries),
        "told": len(told),
        "done": sum(entry.is_done for entry in told),
        "rows": [
            (entry, mask_name(entry.case.applicant.full_name))
            for entry in sorted(told, key=lambda entry: entry.is_done)
        ],
    }
    name = "_batch" if request.htmx else "batch"
    return TemplateResponse(request, f"servicehall/batch/{name}.html", context)

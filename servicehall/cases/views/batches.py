"""批量办理: choose on the desk, write once, watch it go, see a result for each case."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
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
from servicehall.cases.granting import gift_of
from servicehall.cases.models import Batch, Case

REFUSED = 422


class BatchForm(TakingForm):
    """What to do to the cases that were ticked; `is_all` takes everything in hand instead.

    `rows` are the cases of a decider: each with what a grant of it gives, or with a field for it.
    """

    act = forms.ChoiceField(label=gettext_lazy("要做什么"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每一件都写这一句；转下一环节必须写。"),
    )

    def __init__(
        self, choices: list[tuple[str, Any]], cases: Sequence[Case], data: Any = None
    ) -> None:
        super().__init__(data)
        self.fields["act"] = forms.ChoiceField(
            label=gettext_lazy("要做什么"), choices=choices, widget=forms.RadioSelect
        )
        if len(choices) == 1:
            self.fields["act"].initial = choices[0][0]
        self.gifts = [(case, gift_of(case)) for case in cases]
        for case, gift in self.gifts:
            if gift is not None and gift.amount is None:
                name = mask_name(case.applicant.full_name)
                label = _("%(name)s的核定金额（元）") % {"name": name}
                box = {"class": "control control--short", "inputmode": "decimal"}
                self.fields[_field_of(case)] = forms.DecimalField(
                    label=label,
                    widget=forms.TextInput(attrs={**box, "aria-label": label}),
                    required=False,
                    min_value=Decimal("0.01"),
                    max_digits=9,
                    decimal_places=2,
                )

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "case": case,
                "name": mask_name(case.applicant.full_name),
                "gift": gift,
                "field": self[_field_of(case)] if _field_of(case) in self.fields else None,
            }
            for case, gift in self.gifts
        ]

    def amounts(self) -> dict[uuid.UUID, Decimal]:
        """What was written beside the cases."""
        given = ((case.pk, self.cleaned_data.get(_field_of(case))) for case, _gift in self.gifts)
        return {pk: amount for pk, amount in given if amount is not None}


def _field_of(case: Case) -> str:
    return f"amount-{case.pk}"


@access(power(Power.READ_CASES))
@require_POST
def start(request: PortalRequest) -> HttpResponse:
    """The ticked cases and what is to be done to them; the first post only asks for it."""
    ids = _chosen(request)
    if not ids:
        messages.warning(request, _("请先勾选办件。"))
        return redirect("servicehall:desk")
    is_asked = "act" in request.POST
    form = BatchForm(_acts(request), _granted(request, ids), request.POST if is_asked else None)
    if form.is_bound and form.is_valid():
        try:
            batch = actions.start_batch(
                form.cleaned_data["act"],
                ids,
                words=form.cleaned_data["words"],
                amounts=form.amounts(),
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            return redirect("servicehall:case-batch", batch.pk)
    context = {
        "form": form,
        "chosen": " ".join(str(pk) for pk in ids),
        "number": len(ids),
        "rows": form.rows(),
        "missing": sum(row["field"] is not None for row in form.rows()),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "servicehall/batch/start.html", context, status=status)


def _granted(request: PortalRequest, ids: Sequence[uuid.UUID]) -> list[Case]:
    """Of a decider: the chosen cases as they lie in his hands; the versions are read once each."""
    if not request.scope.has(Power.DECIDE_CASES):
        return []
    rows = Case.objects.in_hand_of(request.scope).filter(pk__in=ids)
    return list(
        rows.select_related("applicant").prefetch_related("version").order_by("act_by_on", "pk")
    )


def _chosen(request: PortalRequest) -> list[uuid.UUID]:
    if request.POST.get("is_all"):
        rows = Case.objects.in_hand_of(request.scope).order_by("act_by_on", "pk")
        return list(rows.values_list("pk", flat=True)[:MOST])
    found = []
    # The page that asks what to do names them in one field: five hundred would be too many for a form.
    texts = request.POST.getlist("case") or request.POST.get("chosen", "").split()
    for text in texts[:MOST]:
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
        "has_amounts": bool(found.granted),
        "total": len(entries),
        "told": len(told),
        "done": sum(entry.is_done for entry in told),
        "rows": [
            (
                entry,
                mask_name(entry.case.applicant.full_name),
                found.granted.get(str(entry.case_id), "") if entry.is_done else "",
            )
            for entry in sorted(told, key=lambda entry: entry.is_done)
        ],
    }
    name = "_batch" if request.htmx else "batch"
    return TemplateResponse(request, f"servicehall/batch/{name}.html", context)

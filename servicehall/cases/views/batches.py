"""批量办理: choose on the desk, write once, watch it go, see a result for each case."""

import uuid
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.refusals import TakingForm
from community.governance.enums import Power
from community.governance.scopes import PortalRequest, Scope
from servicehall.cases import actions
from servicehall.cases.actions.batches import MOST
from servicehall.cases.enums import BatchAct
from servicehall.cases.granting import gift_of
from servicehall.cases.models import Batch, Case

REFUSED = 422


class BatchForm(TakingForm):
    """What to do to the cases that were ticked; `is_all` takes everything in hand instead.

    `rows` are these cases: each with what it may take, and for a decider with what a grant of it gives, or with a
    field for it.
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
        self, acts: Sequence[BatchAct], cases: Sequence[Case], by: Scope, data: Any = None
    ) -> None:
        super().__init__(data)
        self.ahead = actions.look_ahead(cases, acts, by=by)
        counted = Counter(act for ahead in self.ahead.values() for act in ahead.acts)
        choices = [(act.value, _choice(act, counted[act])) for act in acts]
        self.fields["act"] = forms.ChoiceField(
            label=gettext_lazy("要做什么"), choices=choices, widget=forms.RadioSelect
        )
        if len(choices) == 1:
            self.fields["act"].initial = choices[0][0]
        self.gifts = [(case, gift_of(case) if self.may_grant(case) else None) for case in cases]
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

    def may_grant(self, case: Case) -> bool:
        return BatchAct.GRANT in self.ahead[case.pk].acts

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "case": case,
                "name": mask_name(case.applicant.full_name),
                "ahead": self.ahead[case.pk],
                "may_grant": self.may_grant(case),
                "gift": gift,
                "field": self[_field_of(case)] if _field_of(case) in self.fields else None,
            }
            for case, gift in self.gifts
        ]

    def amounts(self) -> dict[uuid.UUID, Decimal]:
        """What was written beside the cases."""
        given = ((case.pk, self.cleaned_data.get(_field_of(case))) for case, _gift in self.gifts)
        return {pk: amount for pk, amount in given if amount is not None}


def _choice(act: BatchAct, number: int) -> str:
    """准予（2 件可办）: how many of the chosen may take it now."""
    return ngettext("%(act)s（%(number)s 件可办）", "%(act)s（%(number)s 件可办）", number) % {
        "act": act.label,
        "number": number,
    }


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
    cases = _in_hand(request, ids)
    form = BatchForm(_acts(request), cases, request.scope, request.POST if is_asked else None)
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
        "elsewhere": len(ids) - len(cases),
        "rows": form.rows(),
        "decides": request.scope.has(Power.DECIDE_CASES),
        "missing": sum(row["field"] is not None for row in form.rows()),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "servicehall/batch/start.html", context, status=status)


def _in_hand(request: PortalRequest, ids: Sequence[uuid.UUID]) -> list[Case]:
    """The chosen cases as they lie in the viewer's hands; the versions are read once each."""
    rows = Case.objects.in_hand_of(request.scope).filter(pk__in=ids)
    return list(rows.select_related("applicant", "handler", "window").order_by("act_by_on", "pk"))


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


def _acts(request: PortalRequest) -> list[BatchAct]:
    powers = {
        BatchAct.ACCEPT: Power.ACCEPT_CASES,
        BatchAct.FORWARD: Power.REVIEW_CASES,
        BatchAct.GRANT: Power.DECIDE_CASES,
    }
    return [act for act, needed in powers.items() if request.scope.has(needed)]


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

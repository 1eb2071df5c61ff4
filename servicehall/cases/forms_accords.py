"""The forms of asking and answering between offices."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.refusals import TakingForm
from community.governance.enums import BodyKind
from community.governance.models import Body
from servicehall.cases.enums import ConsultationKind
from servicehall.cases.models import Case

MAX_WORDS = 1000
# Who can have an opinion on a matter of the hall; Party and committee are asked in their own ways.
ASKED = (BodyKind.SERVICE_STATION, BodyKind.STREET_OFFICE, BodyKind.DEPARTMENT)


class ConsultForm(TakingForm):
    """Which offices, what, until when. Offered are those at the case's place and above it."""

    bodies = forms.MultipleChoiceField()
    kind = forms.ChoiceField(
        label=_("方式"),
        choices=ConsultationKind.choices,
        initial=ConsultationKind.OPINION,
        widget=forms.RadioSelect,
        help_text=_("征求意见的，答复以前本件不能转下一环节；询问的，不影响办理。"),
    )
    question = forms.CharField(
        label=_("要问什么"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("只给办理人员看。"),
    )
    due_on = forms.DateField(label=_("答复期限"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        today = timezone.localdate()
        bodies = (
            Body.objects.public()
            .on(today)
            .serving_above(case.community.path)
            .filter(kind__in=ASKED)
            .exclude(pk=case.handler_id)
            .select_related("place")
            .order_by("place__path", "code")
        )
        choices = [(str(body.pk), body.label) for body in bodies]
        self.fields["bodies"] = forms.MultipleChoiceField(
            label=_("问哪些单位"), choices=choices, widget=forms.CheckboxSelectMultiple
        )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("答复"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        help_text=_("只给办理人员看。"),
    )

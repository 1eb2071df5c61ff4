"""A mandate as it is recorded at the counter."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from common.identity import InvalidIdNumber, check_id_number
from common.refusals import TakingForm
from servicehall.cases.enums import MandateHow
from servicehall.catalogue.models import ItemVersion

USUAL_DAYS = 365


class MandateForm(TakingForm):
    """Who, for what, how long (民法典 165)."""

    number = forms.CharField(
        label=_("受托人证件号码"),
        max_length=30,
        help_text=_("按受托人的身份证原件输入。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    how = forms.ChoiceField(
        label=_("委托形式"), choices=MandateHow.choices, widget=forms.RadioSelect
    )
    document = forms.CharField(
        label=_("委托书名称或编号"), max_length=120, required=False, help_text=_("书面委托要填。")
    )
    witnesses = forms.CharField(
        label=_("两名见证人"), max_length=100, required=False, help_text=_("口头委托要填两人姓名。")
    )
    until = forms.DateField(
        label=_("有效至"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    items = forms.MultipleChoiceField(
        label=_("委托哪些事项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一项都不选，就是全部事项。"),
    )

    def __init__(self, today: date, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"until": today + timedelta(days=USUAL_DAYS)})
        versions = ItemVersion.objects.public(today).defer("content").order_by("item_id")
        offer(self, "items", [(version.item_id, version.label) for version in versions])

    def clean_number(self) -> str:
        try:
            return check_id_number(self.cleaned_data["number"]).number
        except InvalidIdNumber:
            raise forms.ValidationError(_("证件号码有误，请核对。"), code="number") from None

"""What is asked before data leaves, and before a second person lets it leave."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from common.refusals import TakingForm
from community.governance.models import Place

FULL, DELTA = "full", "delta"


class ExportForm(forms.Form):
    place = forms.ChoiceField(label=_("范围"))
    rows = forms.ChoiceField(
        label=_("要哪些人"),
        choices=[(FULL, _("全部")), (DELTA, _("只要上次下载以后有变化的"))],
        initial=FULL,
        widget=forms.RadioSelect,
    )
    recipient = forms.CharField(
        label=_("接收人"), max_length=60, help_text=_("部门里收下并负责保管这份文件的人。")
    )
    purpose = forms.CharField(
        label=_("本次用途"), max_length=160, help_text=_("写进文件和审计记录。")
    )

    def __init__(self, places: Iterable[Place], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        choices = [(code, place.label) for code, place in self.places.items()]
        offer(self, "place", choices)


class DecisionForm(TakingForm):
    note = forms.CharField(
        label=_("意见"), max_length=200, required=False, help_text=_("不批准时必须写明理由。")
    )

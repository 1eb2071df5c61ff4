"""Forms of whoever keeps the base in order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from residents.base.enums import CareBasis
from residents.base.models import CareKind


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("写明核对了什么，如证件原件、本人确认。")
    )


class WaiverForm(ReasonForm):
    until = forms.DateField(label=_("暂不处理至"), widget=forms.DateInput(attrs={"type": "date"}))


class CareForm(forms.Form):
    kind = forms.ChoiceField(label=_("标签"), widget=forms.RadioSelect)
    consent = forms.ChoiceField(
        label=_("登记依据"), choices=CareBasis.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("说明"),
        max_length=200,
        required=False,
        help_text=_("只写服务需要的，如谁有钥匙、何时方便；不要写病情。"),
    )

    def __init__(self, kinds: list[CareKind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.code: kind for kind in kinds}
        choices = [(code, f"{kind} · {kind.purpose_shown}") for code, kind in self.kinds.items()]
        offer(self, "kind", choices)

    def arguments(self) -> dict[str, Any]:
        return {**self.cleaned_data, "kind": self.kinds[self.cleaned_data["kind"]]}


class AnyPairForm(forms.Form):
    """Two entries that the machine did not put together: searched, and one chosen of what was found."""

    one = forms.CharField(
        label=_("第一份档案"), max_length=60, help_text=_("姓名、证件号码、手机号或住址。")
    )
    other = forms.CharField(
        label=_("第二份档案"), max_length=60, help_text=_("姓名、证件号码、手机号或住址。")
    )

    def choose(self, name: str, found: list[tuple[str, str]]) -> None:
        """A question which of those found is meant; a single one is chosen already."""
        self.fields[f"{name}_is"] = forms.ChoiceField(
            label=self.fields[name].label, choices=found, widget=forms.RadioSelect, required=False
        )


class PairForm(ReasonForm):
    """Whether two entries are one human being, and if so which of them stays."""

    keep = forms.ChoiceField(
        label=_("保留哪一份"),
        help_text=_("合并时须选。"),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "keep", choices)
        self.order_fields(["keep", "reason"])

"""Forms of governance. They clean; actions decide."""

import ipaddress
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from community.governance.enums import ApiScope

WORK, REST, BY_RULE = "work", "rest", "rule"


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("理由"), max_length=200, help_text=_("写明依据，会记入审计日志。")
    )


class DayForm(forms.Form):
    """Set one day of `year`. `is_workday` in the cleaned data is True, False, or None for the general rule."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    as_what = forms.ChoiceField(
        label=_("这一天"),
        choices=[(WORK, _("上班")), (REST, _("休息")), (BY_RULE, _("按一般规则"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("名称"), max_length=60, required=False, help_text=_("例如：国庆节。可以不填。")
    )
    reason = _reason()

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "day-%s"} | kwargs)
        self.year = year
        self.fields["day"].widget.attrs |= {"min": f"{year}-01-01", "max": f"{year}-12-31"}

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day.year != self.year:
            raise forms.ValidationError(_("请填写 %(year)s 年的日期。"), params={"year": self.year})
        return day

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["is_workday"] = {WORK: True, REST: False}.get(data.get("as_what", ""))
        return data


class PublishYearForm(forms.Form):
    source = forms.CharField(
        label=_("通知文号"), max_length=120, help_text=_("例如：国办发明电〔2025〕7号")
    )
    published_on = forms.DateField(
        label=_("通知日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = _reason()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "publish-%s"} | kwargs)


class WithdrawYearForm(forms.Form):
    reason = _reason()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "withdraw-%s"} | kwargs)


MOST_NETWORKS = 20
MONTHS = ((1, _("1个月")), (3, _("3个月")), (6, _("6个月")), (12, _("12个月")))


class TokenForm(forms.Form):
    """A new API token. `months` counts from today; the last day is included."""

    name = forms.CharField(
        label=_("用途"), max_length=60, help_text=_("写明哪个系统用它，例如：社区自助机。")
    )
    scopes = forms.MultipleChoiceField(
        label=_("可以做什么"),
        choices=ApiScope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选需要的。令牌不会超出您自己的权限。"),
    )
    months = forms.TypedChoiceField(
        label=_("使用期限"), choices=MONTHS, coerce=int, initial=3, widget=forms.RadioSelect
    )
    networks = forms.CharField(
        label=_("限定网络地址"),
        required=False,
        max_length=400,
        help_text=_(
            "可以不填。填写后只有这些地址能用，每行一个，例如 192.0.2.10 或 192.0.2.0/24。"
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_networks(self) -> list[str]:
        lines = self.cleaned_data["networks"].replace(",", " ").replace("，", " ").split()
        if len(lines) > MOST_NETWORKS:
            raise forms.ValidationError(_("网络地址太多，请合并填写。"))
        try:
            return [str(ipaddress.ip_network(line, strict=False)) for line in lines]
        except ValueError:
            raise forms.ValidationError(_("网络地址不正确，请核对。")) from None

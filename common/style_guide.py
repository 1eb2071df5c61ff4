"""What the style guide shows: made-up figures and forms, only where settings.DEMO."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NOON = datetime(2026, 9, 24, 10, 42, tzinfo=timezone(timedelta(hours=8)))


class ExampleForm(forms.Form):
    name = forms.CharField(label=_("姓名"), help_text=_("与身份证上的一致"))
    born_on = forms.DateField(label=_("出生日期"))
    people = forms.IntegerField(label=_("家庭人口"), required=False)
    income = forms.DecimalField(
        label=_("家庭月收入"), help_text=_("全家人的工资、养老金和其他收入加在一起")
    )
    way = forms.ChoiceField(
        label=_("怎样通知您？"),
        widget=forms.RadioSelect,
        choices=[("sms", _("短信")), ("call", _("打电话")), ("visit", _("上门告知"))],
    )
    help = forms.MultipleChoiceField(
        label=_("需要哪些帮助？"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("read", _("代读材料")), ("write", _("代填表格")), ("home", _("上门办理"))],
    )
    street = forms.ChoiceField(
        label=_("街道"),
        choices=[("", _("请选择")), ("001", _("凤凰岭街道")), ("002", _("海北街道"))],
    )
    story = forms.CharField(
        label=_("情况说明"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    photo = forms.FileField(
        label=_("户口簿照片"), help_text=_("照片或 PDF，不超过 10 MB"), required=False
    )
    agree = forms.BooleanField(label=_("以上内容属实，我愿意承担责任"))


@dataclass(frozen=True)
class ExamplePage:
    next: str | None = "c2lnbmVk"


def example() -> dict[str, Any]:
    """The context of the style guide."""
    streets = [_("凤凰岭街道"), _("海北街道"), _("新华街道"), _("滨河街道"), _("林荫街道")]
    months = [f"2026-{month:02}" for month in range(1, 10)]
    return {
        "form": ExampleForm(initial={"name": "苏日娜"}),
        "wrong_form": ExampleForm(
            {"name": "王秀英", "income": "很少", "people": "3"}, prefix="wrong"
        ),
        "now": NOON,
        "day": NOON.date() + timedelta(days=21),
        "page": ExamplePage(),
        "labels": [_("选择事项"), _("填写情况"), _("上传材料"), _("核对提交")],
        "bars": list(zip(streets, (412, 386, 251, 198, 97), ("#charts",) * 5, strict=True)),
        "months": months,
        "lines": [
            (_("受理"), [120, 98, 144, 171, 160, 182, 210, 197, 188]),
            (_("办结"), [101, 96, 120, None, 151, 170, 188, 201, 180]),
        ],
        "parts": [(street, (90 - i * 12, 14 - i, 6 + i)) for i, street in enumerate(streets)],
        "keys": [_("按时"), _("临期"), _("超期")],
        "lights": ["green", "yellow", "red", "double_red", "paused", "done"],
        "tones": ["neutral", "info", "success", "warning", "danger"],
    }

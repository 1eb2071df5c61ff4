"""The small forms of the editor; its sheets are in forms_sheet.py."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from common.forms import offer, want
from servicehall.catalogue.checking_bundles import BASIS_LENGTH, BUNDLE_CODE, MOST
from servicehall.catalogue.forms_parts import MAX_LINE, Choices
from servicehall.catalogue.models import Bundle

CODE = re.compile(r"[A-Z][A-Z0-9]{0,5}-[0-9]{2,4}")


class NewItemForm(forms.Form):
    code = forms.CharField(
        label=_("事项代码"),
        max_length=12,
        help_text=_("窗口号加顺序号，例如 W2-09。以后不能改。"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    name_zh = forms.CharField(label=_("事项名称"), max_length=MAX_LINE)
    name_en = forms.CharField(label=_("事项名称（英文）"), max_length=MAX_LINE, required=False)
    window = forms.ChoiceField(label=_("服务窗口"))

    def __init__(self, windows: Choices, data: Any = None) -> None:
        super().__init__(data)
        offer(self, "window", [("", _("请选择")), *windows])

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if not CODE.fullmatch(code):
            raise forms.ValidationError(gettext("请写成字母、数字加短横和顺序号，例如 W2-09。"))
        return code


class DayForm(forms.Form):
    day = forms.DateField(label=_("从哪天起生效"))


class LastDayForm(forms.Form):
    day = forms.DateField(label=_("最后一天"))


class NoteForm(forms.Form):
    note = forms.CharField(label=_("要改什么"), max_length=200)


class FileForm(forms.Form):
    file = forms.FileField(label=_("目录文件"), help_text=_("从另一套系统导出的 .json 文件。"))


class BundleForm(forms.Form):
    """What a joint form says; its items are chosen one after the other, in their order."""

    name_zh = forms.CharField(label=_("名称"), max_length=MAX_LINE)
    name_en = forms.CharField(label=_("名称（英文）"), max_length=MAX_LINE, required=False)
    short_zh = forms.CharField(label=_("一句话说明"), max_length=MAX_LINE, required=False)
    short_en = forms.CharField(label=_("一句话说明（英文）"), max_length=MAX_LINE, required=False)
    basis = forms.CharField(
        label=_("依据"),
        help_text=_("文号和写明的一件事，例如：国办发〔2024〕3号。"),
        max_length=BASIS_LENGTH,
        required=False,
    )

    def __init__(
        self, offered: Mapping[str, str], data: Any = None, *, bundle: Bundle | None = None
    ) -> None:
        super().__init__(data, initial=_typed(bundle) if bundle else None)
        # What stood there can be chosen again, even where the hall has stopped offering it.
        known = {code: code for code in (bundle.items if bundle else ())} | dict(offered)
        for number in range(MOST):
            self.fields[f"item_{number}"] = forms.ChoiceField(
                label=_("第%(number)s个事项") % {"number": number + 1},
                choices=[("", _("不选")), *known.items()],
                required=False,
            )
        for field in self.fields.values():
            want(field)

    def content(self) -> dict[str, Any]:
        given = self.cleaned_data
        chosen = [given[f"item_{number}"] for number in range(MOST)]
        return {
            "name": {"zh": given["name_zh"], "en": given["name_en"]},
            "short": {"zh": given["short_zh"], "en": given["short_en"]},
            "items": list(dict.fromkeys(code for code in chosen if code)),
            "basis": given["basis"],
        }


def _typed(bundle: Bundle) -> dict[str, str]:
    texts = {
        f"{key}_{language}": text.get(language) or ""
        for key, text in (("name", bundle.name), ("short", bundle.short))
        for language in ("zh", "en")
    }
    items = {f"item_{number}": code for number, code in enumerate(bundle.items)}
    return {**texts, **items, "basis": bundle.basis}


class NewBundleForm(BundleForm):
    code = forms.CharField(
        label=_("代码"),
        max_length=30,
        help_text=_("小写字母、数字和短横，用在网址里，以后不能改。"),
    )
    field_order = ("code",)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().lower()
        if not BUNDLE_CODE.fullmatch(code):
            raise forms.ValidationError(gettext("请以字母开头，只用小写字母、数字和短横。"))
        return code

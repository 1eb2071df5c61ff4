"""The small forms of the editor; its sheets are in forms_sheet.py."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from servicehall.catalogue.forms_parts import MAX_LINE, Choices

CODE = re.compile(r"[A-Z][A-Z0-9]{0,5}-[0-9]{2,4}")


class NewItemForm(forms.Form):
    code = forms.CharField(
        label=_("事项代码"),
        max_length=12,
        help_text=_("窗口号加顺序号，例如 W2-09。以后不能改。"),
    )
    name_zh = forms.CharField(label=_("事项名称"), max_length=MAX_LINE)
    name_en = forms.CharField(label=_("事项名称（英文）"), max_length=MAX_LINE, required=False)
    window = forms.ChoiceField(label=_("服务窗口"))

    def __init__(self, windows: Choices, data: Any = None) -> None:
        super().__init__(data)
        self.fields["window"].choices = [("", _("请选择")), *windows]  # type: ignore[attr-defined]

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

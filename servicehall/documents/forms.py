"""What is typed around letters: a code to check, a file to compare, the reason of a withdrawal."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.forms import offer, want
from common.refusals import TakingForm
from servicehall.documents import wording
from servicehall.documents.actions.ending import MAX_REASON
from servicehall.documents.actions.issuing import CODE_LENGTH
from servicehall.documents.content import TO
from servicehall.documents.enums import LetterKind
from servicehall.documents.models import LetterText
from servicehall.documents.models.letter import BASIS_LENGTH


def plain_code(typed: str) -> str:
    """As it is stored: without the dashes and spaces of paper, in capitals."""
    return "".join(c for c in typed.upper() if c.isalnum())[: CODE_LENGTH + 1]


class CodeForm(TakingForm):
    code = forms.CharField(
        label=_("核验码"),
        max_length=40,
        help_text=_("文书下方二维码旁边的 16 位，大小写都可以。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = plain_code(self.cleaned_data["code"])
        if len(code) != CODE_LENGTH:
            raise forms.ValidationError(_("核验码是 16 位，请对照文书再看一遍。"))
        return code


class CompareForm(TakingForm):
    file = forms.FileField(
        label=_("您手里的 PDF"),
        help_text=_("只比对，不保存。"),
        error_messages={"required": _("请选择一个 PDF 文件。")},
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )


class WithdrawLetterForm(TakingForm):
    reason = forms.CharField(
        label=_("作废理由"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )
    again = forms.BooleanField(
        label=_("按现在的登记内容重发一份"),
        required=False,
        help_text=_("新的一份用新的文号，公开核验时会注明旧的已被代替。"),
    )


class TextForm(forms.Form):
    """The text of a letter: its paragraphs as lines (wording.py)."""

    title = forms.CharField(label=_("标题"), max_length=100)
    to = forms.CharField(
        label=_("称呼"),
        max_length=100,
        required=False,
        help_text=_("例如“{申请人}：”；不写就没有称呼。"),
    )
    body = forms.CharField(
        label=_("正文"),
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=_("一段一行。花括号里的内容出文书时自动填上；标记的写法见下面。"),
    )
    attachments = forms.CharField(
        label=_("附件"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("一个附件一行，不用编号。"),
    )
    sign = forms.CharField(
        label=_("签字栏"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("打印以后手写的内容，一栏一行。"),
    )
    basis = forms.CharField(label=_("依据"), max_length=BASIS_LENGTH, required=False)

    def __init__(self, data: Any = None, *, text: LetterText | None = None) -> None:
        super().__init__(data, initial=_typed(text) if text else None)
        for field in self.fields.values():
            want(field)

    def clean_body(self) -> list[dict[str, str]]:
        try:
            return wording.parse(self.cleaned_data["body"])
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal.message)) from None

    def content(self) -> dict[str, Any]:
        given = self.cleaned_data
        lists = {
            key: lines
            for key in ("attachments", "sign")
            if (lines := [line.strip() for line in given[key].splitlines() if line.strip()])
        }
        return {"title": given["title"], "to": given["to"], "blocks": given["body"], **lists}


def _typed(text: LetterText) -> dict[str, str]:
    content = text.content
    return {
        "title": content["title"],
        "to": content.get("to", TO),
        "body": wording.spell(content["blocks"]),
        "attachments": "\n".join(content.get("attachments", ())),
        "sign": "\n".join(content.get("sign", ())),
        "basis": text.basis,
    }


class OwnTextForm(forms.Form):
    """An item is to have its own text of a kind."""

    kind = forms.ChoiceField(label=_("文种"), choices=LetterKind.choices)
    item = forms.ChoiceField(label=_("事项"))

    def __init__(self, items: Mapping[str, str], data: Any = None) -> None:
        super().__init__(data)
        offer(self, "item", [("", _("请选择")), *items.items()])

"""What is typed around letters: a code to check, a file to compare, the reason of a withdrawal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.refusals import TakingForm
from servicehall.documents.actions.ending import MAX_REASON
from servicehall.documents.actions.issuing import CODE_LENGTH


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

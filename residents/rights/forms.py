"""Forms of the rights, of residents and of those who answer. They clean; actions decide."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer, want
from common.identity import InvalidIdNumber, check_id_number
from common.refusals import TakingForm
from residents.base.attributes import Attribute
from residents.rights.enums import NEXT_OF_KIN, FamilyKind, GuardianKind, KinWish
from residents.rights.erasing import Part

MAX_WORDS = 500
ACCEPT = "image/jpeg,image/png,application/pdf"


def _words(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class CorrectionForm(TakingForm):
    """What is right, why, and a paper that shows it."""

    reason = _words(_("哪里不对，依据是什么？"), _("例如：户口本上写的是……，或者上个月换了号码。"))
    paper = forms.FileField(
        label=_("证明材料"),
        required=False,
        help_text=_("拍照即可，收 JPG、PNG 和 PDF，不超过 10 MB。没有也可以先提交。"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    field_order = ["value", "reason", "paper"]

    def __init__(self, attribute: Attribute, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        label = _("正确的内容")
        if attribute.codes:
            options = [("", _("请选择")), *attribute.codes.items()]
            self.fields["value"] = forms.ChoiceField(label=label, choices=options)
        elif attribute.is_date:
            self.fields["value"] = forms.DateField(
                label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            )
        else:
            self.fields["value"] = forms.CharField(
                label=label,
                max_length=200,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "value" in cleaned:
            cleaned["value"] = str(cleaned["value"])
        return cleaned


class AnswerForm(TakingForm):
    """The words for the resident; needed where the answer is no."""

    answer = _words(
        _("写给居民的答复"),
        _("同意的，可以写一句核对了什么；不同意的必须写理由，系统会附上申诉的办法。"),
        required=False,
    )
    act = forms.ChoiceField(choices=[("accept", ""), ("refuse", "")], widget=forms.HiddenInput)


class DeletionAnswerForm(AnswerForm):
    """Which parts are deleted; the others are kept, and the answer says why."""

    parts = forms.MultipleChoiceField(
        label=_("删除这些"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["parts", "answer"]

    def __init__(self, parts: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data, initial={"parts": [key for key, _label in parts]})
        offer(self, "parts", parts)


class DeletionForm(TakingForm):
    parts = forms.MultipleChoiceField(
        label=_("您想删除什么？"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, parts: Iterable[Part], data: Any = None) -> None:
        super().__init__(data)
        offer(self, "parts", [(part.key, part.label) for part in parts])


class ConsentForm(TakingForm):
    """Yes or no to one purpose; a sensitive use is confirmed by itself."""

    act = forms.ChoiceField(choices=[("give", ""), ("withdraw", "")], widget=forms.HiddenInput)
    is_separate = forms.BooleanField(
        label=_("我单独同意为这一目的使用上面列出的敏感个人信息"), required=False
    )


class AskForm(TakingForm):
    kind = forms.ChoiceField(choices=FamilyKind.choices)


class GuardianForm(TakingForm):
    """A guardian as the document says: one of the likely ones, or by ID number."""

    guardian = forms.ChoiceField(label=_("监护人"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("监护人证件号码"),
        required=False,
        max_length=30,
        help_text=_("上面没有的，按证件输入。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("监护依据"), choices=GuardianKind.choices, widget=forms.RadioSelect
    )
    document = forms.CharField(
        label=_("核对的材料"),
        max_length=120,
        help_text=_("写明材料名称和编号，例如：户口簿、出生医学证明、判决书。"),
    )
    from_on = forms.DateField(
        label=_("起"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    to_on = forms.DateField(
        label=_("止"),
        required=False,
        help_text=_("父母的监护到成年为止，不用填。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, likely: Sequence[tuple[str, str]], data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        offer(self, "guardian", [*likely, ("", _("另外的人"))] if likely else [])
        for name in ("guardian", "number"):  # one of the two is demanded
            want(self.fields[name])
        if not likely:
            del self.fields["guardian"]

    def clean_number(self) -> str:
        text = self.cleaned_data["number"]
        if not text.strip():
            return ""
        try:
            return check_id_number(text).number
        except InvalidIdNumber as error:
            raise forms.ValidationError(str(error.message)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            not cleaned.get("guardian")
            and not cleaned.get("number")
            and "number" not in self.errors
        ):
            self.add_error("number", _("请选择监护人，或输入证件号码。"))
        return cleaned


class KinForm(TakingForm):
    """What the next of kin asks for somebody who has died."""

    name = forms.CharField(label=_("逝者姓名"), max_length=60)
    number = forms.CharField(
        label=_("逝者证件号码"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label=_("您是逝者的"),
        choices=[("", _("请选择")), *((each.value, each.label) for each in NEXT_OF_KIN)],
    )
    wish = forms.ChoiceField(label=_("您想要"), choices=KinWish.choices, widget=forms.RadioSelect)
    words = _words(_("说明"), _("为什么需要、需要哪些内容。逝者生前另有安排的，按他的安排。"))

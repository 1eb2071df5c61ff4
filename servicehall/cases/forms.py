"""What visitors and residents choose and write beside the questions of an item (these are in forms_page)."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from common.numbers import is_valid
from common.refusals import TakingForm
from community.governance.models import StationCoverage
from servicehall.cases.actions.messaging import MAX_WORDS
from servicehall.cases.enums import PaperKind, SignatureHow
from servicehall.cases.forms_page import ACCEPT, ManyFiles
from servicehall.catalogue.enums import Satisfaction
from servicehall.catalogue.models import ItemVersion, in_language

QUERY_CODE_LENGTH = 6


class SituationForm(forms.Form):
    """情形: a few choices that decide which papers and questions follow. Optional on the guide page."""

    def __init__(self, version: ItemVersion, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for question in version.content.get("situations") or []:
            self.fields[question["key"]] = forms.ChoiceField(
                label=in_language(question["question"]),
                choices=[(o["value"], in_language(o["label"])) for o in question["options"]],
                widget=forms.RadioSelect,
                required=False,
            )

    def chosen(self) -> dict[str, str]:
        """The answers that are among the options, by question."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}


class StationForm(forms.Form):
    """Where do you live: communities under their streets; the answer leads to the station's page."""

    community = forms.ChoiceField(label=_("您住在哪个社区？"), required=True)

    def __init__(
        self, coverages: Iterable[StationCoverage], chosen: StationCoverage | None = None
    ) -> None:
        super().__init__(initial={"community": chosen.community.code if chosen else ""})
        streets: dict[str, list[tuple[str, str]]] = {}
        for coverage in coverages:
            place = coverage.community
            street = place.parent.label if place.parent else ""
            streets.setdefault(street, []).append((place.code, place.label))
        offer(self, "community", [("", _("请选择")), *streets.items()])


class RatingForm(forms.Form):
    """Five levels in words, then reasons that fit the level. Nothing is chosen beforehand."""

    level = forms.TypedChoiceField(
        label=_("您觉得办得怎么样？"),
        coerce=int,
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("因为什么？"), required=False, widget=forms.CheckboxSelectMultiple
    )
    comment = forms.CharField(
        label=_("还想说什么"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_anonymous = forms.BooleanField(
        label=_("匿名评价"),
        required=False,
        help_text=_("勾选后，处理的人也看不到您是谁，不会打电话回访。"),
    )

    def __init__(
        self,
        level: int,
        reasons: Sequence[tuple[str, str]],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"level": level})
        offer(self, "reasons", reasons)
        if not reasons:
            del self.fields["reasons"]


class TrackForm(forms.Form):
    """办件编号 and 查询码, typed from paper: spaces, hyphens and full-width digits are forgiven."""

    number = forms.CharField(
        label=_("办件编号"),
        help_text=_("在回执或短信上，一长串数字"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("查询码"),
        help_text=_("6 位数字"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        number = digits(self.cleaned_data["number"])
        if not is_valid(number):
            raise forms.ValidationError(
                _("这个编号有一位不对，请对照回执再看一遍。"), code="check_digit"
            )
        return number

    def clean_code(self) -> str:
        code = digits(self.cleaned_data["code"])
        if len(code) != QUERY_CODE_LENGTH:
            raise forms.ValidationError(_("查询码是 6 位数字，在编号的旁边。"), code="length")
        return code


def digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c in "0123456789")


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么撤回"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("想对窗口说的话"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MessageForm(TakingForm):
    text = forms.CharField(
        label=_("写留言"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("对方看得到；不要写银行卡密码、验证码。"),
    )
    attached = forms.FileField(
        label=_("附上照片或文件"),
        required=False,
        allow_empty_file=True,  # common.uploads says what is wrong with it
        widget=ManyFiles(attrs={"accept": ACCEPT}),
        help_text=_("最多 3 个，可以不附。"),
    )


class SignatureForm(TakingForm):
    how = forms.ChoiceField(
        label=_("谁签的字"),
        choices=[
            (SignatureHow.PAPER, _("本人当面签字")),
            (SignatureHow.GUARDIAN, _("监护人代签")),
        ],
        initial=SignatureHow.PAPER,
        widget=forms.RadioSelect,
    )
    scan = forms.FileField(
        label=_("签字页照片"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("可以不附，原件随本件存档。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.take_focus()


class PaperForm(TakingForm):
    """A paper to be kept; nothing but the file and its kind must be given."""

    kind = forms.ChoiceField(label=_("是什么材料"), choices=PaperKind.choices)
    file = forms.FileField(
        label=_("照片或文件"),
        allow_empty_file=True,  # common.uploads says what is wrong with it
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("手机可以直接拍照。收 JPG、PNG 和 PDF，不超过 10 MB。"),
    )
    title = forms.CharField(label=_("名称"), required=False, max_length=60)
    expires_on = forms.DateField(
        label=_("有效期到"),
        required=False,
        help_text=_("没有期限的不用填。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

"""Forms of the counter: find, open, register, telephone. They clean; actions decide."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import offer, want
from common.identity import InvalidIdNumber, InvalidPhone, normalise_phone
from common.names import normalise_name
from community.governance.models import Place
from residents.base.documents import read_document
from residents.base.enums import Purpose, RevealReason, Sex
from residents.base.likely import Sought

MAX_QUERY = 60


class FindForm(forms.Form):
    q = forms.CharField(
        label=_("找人"),
        max_length=MAX_QUERY,
        help_text=_("证件号码、后六位、姓名、拼音或首字母、电话、住址，认得出哪种就按哪种找"),
        widget=forms.TextInput(
            attrs={
                "class": "control",
                "aria-describedby": "id_q_hint",
                "autocomplete": "off",
                "autofocus": True,
                "data-search": True,
                "enterkeyhint": "search",
                "spellcheck": "false",
            }
        ),
    )


class PurposeForm(forms.Form):
    """Why a file is opened; the person can read it."""

    purpose = forms.ChoiceField(
        label=_("查看档案的目的"),
        choices=Purpose.choices,
        initial=Purpose.AT_COUNTER,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("说明"), max_length=200, required=False, help_text=_("选“其他”时必须写明。")
    )


class RevealForm(forms.Form):
    """Why a masked value is wanted in full; the person can read it, so nothing is chosen for the clerk."""

    reason = forms.ChoiceField(
        label=_("为什么要看完整内容？"),
        choices=RevealReason.choices,
        widget=forms.RadioSelect(attrs={"autofocus": True}),
    )


def _phone(text: str) -> str:
    try:
        return normalise_phone(text) if text.strip() else ""
    except InvalidPhone as error:
        raise forms.ValidationError(str(error.message)) from None


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("新的联系电话"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])


class RegisterForm(forms.Form):
    """A person who is not in the base yet. With a number, birth and sex follow from it."""

    full_name = forms.CharField(label=_("姓名"), max_length=60)
    id_number = forms.CharField(
        label=_("证件号码"),
        max_length=30,
        required=False,
        help_text=_(
            "身份证、居住证、永久居留证或出生医学证明的号码；没有的空着，填出生日期和性别。"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-says-birth": True}),
    )
    birth_on = forms.DateField(
        label=_("出生日期"), required=False, help_text=_("有18位号码的不用填，以号码为准。")
    )
    sex = forms.ChoiceField(
        label=_("性别"),
        choices=[(Sex.FEMALE, Sex.FEMALE.label), (Sex.MALE, Sex.MALE.label)],
        required=False,
        help_text=_("有18位号码的不用选，以号码为准。"),
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=_("联系电话"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    community = forms.ChoiceField(label=_("现住社区"))
    came_on = forms.DateField(
        label=_("从市外迁来的日期"),
        required=False,
        help_text=_("原来就住在这里的空着，只登记入库。"),
    )
    is_tenant = forms.BooleanField(label=_("租住"), required=False)
    duplicate_note = forms.CharField(
        label=_("重号说明"),
        max_length=200,
        required=False,
        help_text=_("公安核实两人同号的，写明核实的机关和文号后登记。"),
        widget=forms.HiddenInput,
    )
    is_another = forms.BooleanField(
        label=_("已核对证件，确认不是同一个人"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, communities: Iterable[Place], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in communities}
        choices = [(code, place.label) for code, place in self.places.items()]
        offer(self, "community", choices)
        self.fields["full_name"].widget.attrs["autofocus"] = True
        for name in ("birth_on", "sex"):  # demanded where the number does not say them
            want(self.fields[name])

    def clean_full_name(self) -> str:
        return normalise_name(self.cleaned_data["full_name"])

    def clean_id_number(self) -> str:
        text: str = self.cleaned_data["id_number"].strip()
        if not text:
            return ""
        try:
            return read_document(text).number
        except InvalidIdNumber as error:
            raise forms.ValidationError(str(error.message)) from None

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    def clean_came_on(self) -> date | None:
        day: date | None = self.cleaned_data["came_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("发生日期不能晚于今天。"))
        return day

    def clean_birth_on(self) -> date | None:
        day: date | None = self.cleaned_data["birth_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("出生日期不能晚于今天。"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # A birth certificate or the first card of foreigners says neither birthday nor sex.
        if "id_number" in data and read_document(data["id_number"]).birth_on is None:
            if not data.get("birth_on") and "birth_on" not in self.errors:
                self.add_error("birth_on", _("没有身份证号码时，请填写出生日期。"))
            if not data.get("sex"):
                self.add_error("sex", _("没有身份证号码时，请选择性别。"))
        return data

    @property
    def birth(self) -> date | None:
        """The birthday that the number gives, else the one that was typed."""
        typed: date | None = self.cleaned_data.get("birth_on")
        return read_document(self.cleaned_data.get("id_number") or "").birth_on or typed

    def ask_twice(self) -> None:
        """Likely doubles were shown: now the clerk may say that it is another person."""
        self.fields["is_another"].widget = forms.CheckboxInput()

    def ask_about_duplicate(self) -> None:
        """The number is somebody's already: whoever answers for the base may document that two have it."""
        self.fields["duplicate_note"].widget = forms.TextInput()

    def sought(self) -> Sought:
        """Whom to look for before anything is written."""
        data = self.cleaned_data
        number: str = data["id_number"]
        return Sought(
            full_name=data["full_name"],
            id_number=number,
            birth_on=self.birth,
            sex=read_document(number).sex or data["sex"],
            phone=data["phone"],
            community_id=self.places[data["community"]].pk,
        )

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "full_name": data["full_name"],
            "place": self.places[data["community"]],
            "id_number": data["id_number"],
            "phone": data["phone"],
            "sex": data["sex"] or Sex.UNKNOWN,
            "birth_on": data["birth_on"],
            "duplicate_note": data["duplicate_note"],
        }

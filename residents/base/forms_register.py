"""Forms of registration, of the counter's account page and of the own file. They clean; actions decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.identity import (
    IdNumber,
    InvalidIdNumber,
    InvalidPhone,
    check_id_number,
    is_mobile,
    normalise_phone,
)
from common.names import normalise_name


class IdentityForm(forms.Form):
    """Who somebody says he is. Looks at the form of what was typed only, never at the base."""

    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=40,
        help_text=_("18 位，最后一位可能是字母 X。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    full_name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        help_text=_("和身份证上的一样。"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=30,
        help_text=_("社区登记过的本人手机号，用来收验证码。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_id_number(self) -> IdNumber:
        try:
            return check_id_number(self.cleaned_data["id_number"])
        except InvalidIdNumber as error:
            raise forms.ValidationError(str(error.message)) from error

    def clean_full_name(self) -> str:
        return normalise_name(self.cleaned_data["full_name"])

    def clean_phone(self) -> str:
        try:
            phone = normalise_phone(self.cleaned_data["phone"])
        except InvalidPhone:
            phone = ""
        if not is_mobile(phone):
            raise forms.ValidationError(_("请填写 11 位手机号，固定电话收不到验证码。"))
        return phone


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("短信验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


def _password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class FirstPasswordForm(forms.Form):
    new_password = _password(_("密码"))
    repeated = _password(_("再输入一次密码"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("repeated") and data.get("new_password") != data["repeated"]:
            self.add_error("repeated", _("两次输入的密码不一样。"))
        return data


class CounterAccountForm(forms.Form):
    """Filled in by the clerk with the document in the hand."""

    id_number = forms.CharField(
        label=_("身份证原件上的号码"),
        max_length=40,
        help_text=_("请照原件录入或用读卡器读取，不要从屏幕上抄。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    has_seen = forms.BooleanField(label=_("本人在场，人和身份证原件一致"))
    has_guardian = forms.BooleanField(label=_("未满14周岁：监护人在场并同意"), required=False)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("用哪种语言"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

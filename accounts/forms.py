"""Forms of signing in and of the own account. They clean; views and actions decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts import usernames


def _password(label: Any, autocomplete: str) -> forms.CharField:
    # strip=False: a blank at the end of a password is a character like any other.
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("身份证号或账号"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _password(_("密码"), "current-password")
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def clean_username(self) -> str:
        """Residents type their ID number; from here on it is only known as a keyed digest."""
        return usernames.of_typed(self.cleaned_data["username"])


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class PasswordForm(forms.Form):
    """Asks the current password again."""

    password = _password(_("当前密码"), "current-password")
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class NewPasswordForm(forms.Form):
    new_password = _password(_("新密码"), "new-password")
    repeated = _password(_("再输入一次新密码"), "new-password")

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("repeated") and data.get("new_password") != data["repeated"]:
            self.add_error("repeated", _("两次输入的新密码不一样。"))
        return data


class ChangePasswordForm(NewPasswordForm):
    password = _password(_("当前密码"), "current-password")
    field_order = ("password", "new_password", "repeated")

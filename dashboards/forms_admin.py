"""Forms of those who run the portal: accounts, posts, the audit trail, messages. They clean; actions decide."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from common.identity import InvalidIdNumber, check_id_number
from community.governance.enums import BodyKind, PostBasis, Role
from community.governance.models import Body
from community.governance.roles import ROLE_BODIES
from dashboards import audit_words
from servicehall.catalogue.models import Window

CURRENT, ENDED, ALL = "current", "ended", "all"
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **given)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("写明依据，会记入审计日志。")
    )


class NumberForm(forms.Form):
    """A person of the residents' records, named by the document."""

    id_number = forms.CharField(
        label=_("证件号码"),
        max_length=30,
        help_text=_("照身份证原件输入。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_id_number(self) -> str:
        try:
            return check_id_number(self.cleaned_data["id_number"]).number
        except InvalidIdNumber as error:
            raise forms.ValidationError(str(error.message)) from None


class MarkForm(NumberForm, ReasonForm):
    field_order = ("id_number", "reason")


class NewUserForm(forms.Form):
    username = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("小写字母开头，可以用数字、点和横线，例如 zhang.wei。以后不能修改。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    display_name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        help_text=_("与身份证一致。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].lower()
        if not USERNAME.fullmatch(username):
            raise forms.ValidationError(
                _("账号须以小写字母开头，由3至40个小写字母、数字、点或横线组成。")
            )
        return username


class AppointForm(forms.Form):
    """A post at `body`. The name is asked as well: a slip in the account would give the post to a stranger."""

    username = forms.CharField(
        label=_("账号"),
        max_length=60,
        help_text=_("任职的人用来登录的账号。没有账号的，请系统管理员先开设。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    display_name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        help_text=_("用来核对账号。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("角色"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("职务名称"),
        max_length=40,
        required=False,
        help_text=_("与角色名称不同的才填，例如“副站长”。"),
    )
    basis = forms.ChoiceField(
        label=_("任职依据"),
        choices=PostBasis.choices,
        widget=forms.RadioSelect,
        help_text=_("居委会成员只能由居民选举产生。"),
    )
    document_no = forms.CharField(
        label=_("文号"), max_length=60, help_text=_("任命文件、聘用合同或选举结果公告的文号。")
    )
    started_on = _day(_("任职日期"))
    lines = forms.MultipleChoiceField(
        label=_("负责的业务"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就是机构的全部业务。"),
    )

    def __init__(self, *args: Any, body: Body, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        roles = [role for role in Role if BodyKind(body.kind) in ROLE_BODIES[role]]
        windows = [window for window in Window.objects.public() if body.answers_for(window.pk)]
        for name, choices in (
            ("role", [(role.value, role.label) for role in roles]),
            ("lines", [(window.pk, window.label) for window in windows]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
            field.choices = choices
        self.initial.setdefault("started_on", today)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean_basis(self) -> PostBasis:
        return PostBasis(self.cleaned_data["basis"])

    def clean_started_on(self) -> date:
        day: date = self.cleaned_data["started_on"]
        if abs(day - self.today) > timedelta(days=366 * 5):
            raise forms.ValidationError(_("任职日期离今天太远，请核对。"))
        return day


class FilterForm(forms.Form):
    """Conditions in a row above a list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "control")


class PostFilter(FilterForm):
    """The list of posts: by body, person and role, running or ended."""

    body = forms.CharField(label=_("机构"), max_length=60, required=False)
    q = forms.CharField(label=_("账号或姓名"), max_length=60, required=False)
    role = forms.ChoiceField(
        label=_("角色"), choices=[("", _("全部")), *Role.choices], required=False
    )
    state = forms.ChoiceField(
        label=_("状态"),
        choices=[(CURRENT, _("在任")), (ENDED, _("已结束")), (ALL, _("全部"))],
        required=False,
    )


class UserFilter(FilterForm):
    q = forms.CharField(label=_("账号或姓名"), max_length=60, required=False)
    state = forms.ChoiceField(
        label=_("状态"),
        choices=[("", _("全部")), ("active", _("启用")), ("disabled", _("停用"))],
        required=False,
    )


class AuditFilter(FilterForm):
    """The audit trail: a span of days, both included; what was done; by whom; about which case."""

    LONGEST = timedelta(days=366)

    first = _day(_("从"))
    last = _day(_("到"))
    action = forms.ChoiceField(label=_("动作"), required=False)
    username = forms.CharField(label=_("账号"), max_length=60, required=False)
    number = forms.CharField(label=_("办件编号"), max_length=40, required=False)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("全部")), *audit_words.ACTIONS.items()]

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split())

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("结束日期不能早于开始日期。"))
        elif first and last and last - first > self.LONGEST:
            self.add_error("first", _("一次最多查一年，请缩短时间。"))
        return data


class CallForm(forms.Form):
    note = forms.CharField(
        label=_("告知情况"),
        max_length=200,
        help_text=_("例如“已电话告知本人”“上门告知，女儿代收”。不要写身份证号和电话。"),
    )

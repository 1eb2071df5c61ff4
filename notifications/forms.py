"""Forms for endpoints of other systems. They clean; actions decide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from notifications import events
from notifications.webhooks import PING

AS_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _choices() -> list[tuple[str, str | Promise]]:
    return [(event.code, event.title) for event in events.all_events() if event.code != PING]


class EndpointForm(forms.Form):
    owner = forms.CharField(
        label=_("接收方"),
        max_length=80,
        help_text=_("哪个部门的哪个系统，例如：区民政局救助系统。"),
    )
    body_key = forms.ChoiceField(
        label=_("哪个部门"),
        help_text=_("只推送与它有关的事件。"),
        error_messages={"invalid_choice": _("请从列表中选择部门。")},
    )
    url = forms.CharField(
        label=_("推送地址"),
        max_length=500,
        help_text=_("以 https:// 开头，由对方提供。"),
        widget=forms.TextInput(attrs=AS_TYPED | {"inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        label=_("推送哪些事件"),
        choices=_choices,
        widget=forms.CheckboxSelectMultiple,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, bodies: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"key": uuid7()}} | kwargs)
        fields: Any = self.fields
        fields["body_key"].choices = [("", _("请选择")), *bodies.items()]


class EndForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("写明依据，会记入审计日志。")
    )


class SinceForm(forms.Form):
    since = forms.DateTimeField(
        label=_("从什么时候起"),
        help_text=_("此后的事件全部补发一次，对方按编号识别重复。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if since > timezone.now():
            raise forms.ValidationError(_("请填写已经过去的时间。"))
        return since

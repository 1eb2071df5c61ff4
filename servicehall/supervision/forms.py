"""What supervisors and responsible offices write. Each form hands its words to one action."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from common.refusals import TakingForm
from community.governance.models import Body
from servicehall.supervision.enums import BY_PEOPLE, FindingKind

MOST_WORDS = 1000
CHOOSE = ("", _("请选择"))  # the first of a list would be written down unseen


def _words(label: Any, hint: Any = "", *, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class _OfBody(TakingForm):
    body_id = forms.TypedChoiceField(label=_("责任单位"), coerce=uuid.UUID)

    def __init__(self, bodies: Iterable[Body], data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        choices = [(str(body.pk), body.label) for body in bodies]
        offer(self, "body_id", choices)


class UrgeForm(_OfBody):
    kind = forms.ChoiceField(label=_("监察情形"), choices=[CHOOSE, *FindingKind.choices])
    content = _words(_("督办内容"), _("写明督办什么事、要求怎样；不写申请人的姓名和号码。"))


class RecordForm(_OfBody):
    kind = forms.ChoiceField(
        label=_("监察情形"), choices=[CHOOSE, *((kind.value, kind.label) for kind in BY_PEOPLE)]
    )
    note = _words(_("情况和来源"), _("例如：居民投诉、现场检查、12345 转办。"))


class PaperForm(TakingForm):
    happened_at = forms.DateTimeField(
        label=_("实际办理时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = _words(
        _("为什么没有在系统里办"), _("例如：停电、断网、上门办理。补录会计入监察，如实写就好。")
    )


class WordsForm(TakingForm):
    """One text, with the label of its act."""

    words = _words("")

    def __init__(self, label: Any, data: Any = None, *, hint: Any = "", act: str = "") -> None:
        super().__init__(data, prefix=act or None)
        self.fields["words"].label = label
        self.fields["words"].help_text = hint


class PeriodForm(forms.Form):
    """Which findings: of a period, of one kind."""

    first = forms.DateField(
        label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    kind = forms.ChoiceField(
        label=_("监察情形"),
        required=False,
        choices=[("", _("全部")), *FindingKind.choices],
    )
    body = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        today = timezone.localdate()
        given = data.dict()
        given["first"] = given.get("first") or today.replace(day=1).isoformat()
        given["last"] = given.get("last") or today.isoformat()
        super().__init__(given)
        for name in ("first", "last", "kind"):
            self.fields[name].widget.attrs["class"] = "control"

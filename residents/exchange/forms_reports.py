"""What an office fills in to ask for a report, the office's decision, and a community's refusal."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer
from common.refusals import TakingForm
from community.governance.models import Body, Place
from residents.base.enums import AidStatus, DisabilityKind, Employment
from residents.exchange.enums import Frequency


def _traits(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class RequestForm(TakingForm):
    name = forms.CharField(label=_("报表名称"), max_length=80)
    place = forms.ChoiceField(label=_("范围"), help_text=_("范围内的每个社区各填一张。"))
    purpose = forms.CharField(label=_("用途"), max_length=160)
    basis = forms.CharField(label=_("法定依据"), max_length=300)
    headings = forms.CharField(
        label=_("表头"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "每行一列。基础库里有的会自动填好，不用社区填；名称不同的写成“您的叫法 = 通用名称”。"
        ),
    )
    age_from = forms.IntegerField(label=_("年龄从"), min_value=0, max_value=150, required=False)
    age_to = forms.IntegerField(label=_("年龄到"), min_value=0, max_value=150, required=False)
    aid_status = _traits(_("社会救助"), [c for c in AidStatus.choices if c[0] != AidStatus.NONE])
    employment = _traits(_("就业状况"), Employment.choices)
    disability_kind = _traits(_("残疾类别"), DisabilityKind.choices)
    frequency = forms.ChoiceField(
        label=_("频次"), choices=Frequency.choices, initial=Frequency.ONCE, widget=forms.RadioSelect
    )
    due_on = forms.DateField(
        label=_("首次截止"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, places: Iterable[Place], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        choices = [(code, place.label) for code, place in self.places.items()]
        offer(self, "place", choices)

    def asked(self) -> dict[str, Any]:
        """The arguments of the action."""
        data = self.cleaned_data
        traits = ("aid_status", "employment", "disability_kind")
        persons: dict[str, Any] = {"where": {key: data[key] for key in traits if data[key]}}
        ages = [data["age_from"], data["age_to"]]
        if ages != [None, None]:
            persons["ages"] = ages
        due_on: date = data["due_on"]
        return {
            "place": self.places[data["place"]],
            "name": data["name"],
            "purpose": data["purpose"],
            "basis": data["basis"],
            "headings": data["headings"].splitlines(),
            "persons": persons,
            "frequency": Frequency(data["frequency"]),
            "due_on": due_on,
        }


class RequestDecisionForm(TakingForm):
    note = forms.CharField(
        label=_("意见"), max_length=200, required=False, help_text=_("不批准时必须写明理由。")
    )
    over_quota = forms.BooleanField(label=_("批准超出数量"), required=False)

    def __init__(self, *args: Any, is_over_quota: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_over_quota:
            del self.fields["over_quota"]


class RefusalForm(forms.Form):
    community = forms.ChoiceField(label=_("社区"))
    body = forms.ChoiceField(label=_("要报表的部门"))
    what = forms.CharField(label=_("要求填报的内容"), max_length=160)
    reason = forms.CharField(
        label=_("理由"), max_length=300, initial=_("这张报表没有经过社区办审批。")
    )

    def __init__(
        self, communities: Iterable[Place], bodies: Iterable[Body], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.communities = {place.code: place for place in communities}
        self.bodies = {str(body.pk): body for body in bodies}
        named = [(code, place.label) for code, place in self.communities.items()]
        offer(self, "community", named)
        offices = [(key, body.label) for key, body in self.bodies.items()]
        offer(self, "body", offices)

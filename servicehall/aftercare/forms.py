"""Forms of what follows a case. They clean; actions decide."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import offer, want
from common.refusals import TakingForm
from servicehall.aftercare.enums import CallResult, ProofWay, ProxyRelation, Receiver
from servicehall.aftercare.models import Benefit, Rectification
from servicehall.cases.enums import DeliveryWay
from servicehall.cases.forms_staff import ActForm
from servicehall.catalogue.enums import Satisfaction

MAX_WORDS = 1000


def _words(label: Any, hint: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class DeliveryForm(ActForm):
    """送达: who has it now, and how it is shown."""

    way = forms.ChoiceField(
        label=_("送达方式"),
        # That he signed is ticked below.
        choices=[
            (DeliveryWay.COUNTER, _("窗口当面领取")),
            (DeliveryWay.POST, DeliveryWay.POST.label),
            (DeliveryWay.HOME, DeliveryWay.HOME.label),
        ],
        initial=DeliveryWay.COUNTER,
        widget=forms.RadioSelect,
    )
    receiver = forms.ChoiceField(
        label=_("谁收的"),
        choices=Receiver.choices,
        initial=Receiver.SELF,
        widget=forms.RadioSelect,
    )
    is_signed = forms.BooleanField(label=_("收件人已当面签字"), required=False)
    proxy_name = forms.CharField(
        label=_("代收人姓名"), required=False, max_length=60, help_text=_("他人代收时填写。")
    )
    proxy_relation = forms.ChoiceField(
        label=_("与申请人的关系"),
        required=False,
        choices=[("", _("请选择")), *ProxyRelation.choices],
    )
    tracking_number = forms.CharField(
        label=_("快递单号"), required=False, max_length=40, help_text=_("邮寄送达时填写。")
    )
    note = forms.CharField(
        label=_("送达说明"), required=False, max_length=200, help_text=_("申请人看得到，可以不填。")
    )

    def build(self) -> None:
        """Each way asks for its own proof; the action checks it."""
        way, receiver = self.add_prefix("way"), self.add_prefix("receiver")
        by_post = {"field": way, "op": "=", "value": DeliveryWay.POST.value}
        by_proxy = {"field": receiver, "op": "=", "value": Receiver.PROXY.value}
        rules = {
            "is_signed": {"not": by_post},
            "tracking_number": by_post,
            "proxy_name": by_proxy,
            "proxy_relation": by_proxy,
        }
        for name, rule in rules.items():
            self.fields[name].when = rule  # type: ignore[attr-defined]
            want(self.fields[name])


# --- 差评整改 ---------------------------------------------------------------------------------------
class RectifyForm(TakingForm):
    """The base of the acts on a rectification; knows it."""

    def __init__(self, found: Rectification, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.found = found
        self.build()
        self.take_focus()

    def build(self) -> None:
        """Fields that depend on it."""


class CallForm(RectifyForm):
    result = forms.ChoiceField(label=_("回访结果"), widget=forms.RadioSelect)
    note = _words(_("评价人怎么说"), _("只给负责整改的人看。"), required=False)

    def build(self) -> None:
        is_anonymous = self.found.is_anonymous
        choices = [
            (result.value, result.label)
            for result in CallResult
            if (result == CallResult.ANONYMOUS) == is_anonymous
        ]
        offer(self, "result", choices)
        if is_anonymous:
            self.fields["result"].initial = CallResult.ANONYMOUS


class ConfirmForm(RectifyForm):
    finding = _words(_("核实到的情况"), _("只给负责整改和复核的人看。"))
    task = _words(_("要求整改什么"), _("被评单位看得到。只写事，不写人，不写办件编号。"))
    is_complex = forms.BooleanField(label=_("情况复杂，需要整改计划，期限更长"), required=False)
    plan = _words(_("整改计划"), _("情况复杂时填写，被评单位看得到。"), required=False)


class ReasonForm(RectifyForm):
    reason = _words(_("理由"))


class UpholdForm(ReasonForm):
    task = _words(_("要求整改什么"), _("被评单位看得到。只写事，不写人，不写办件编号。"))

    def build(self) -> None:
        if self.found.task:
            del self.fields["task"]


class MendedForm(RectifyForm):
    note = _words(_("怎样整改的"), _("写明您看到的结果。"))

    def build(self) -> None:
        self.fields["note"].initial = self.found.answer


class TellForm(RectifyForm):
    words = _words(_("写给评价人"), _("核实到什么、怎样整改的。他在办件页面看得到。"))


class AnswerForm(RectifyForm):
    answer = _words(_("整改了什么"), _("写明改了哪些做法、什么时候改的。"))


class PressureForm(TakingForm):
    words = _words(_("谁、怎样要求您评价的？"), _("例如：窗口的人拿着我的手机点了“非常满意”。"))
    is_anonymous = forms.BooleanField(
        label=_("匿名反映"), required=False, help_text=_("处理的人也看不到您是谁，不会打电话回访。")
    )


class AgainForm(TakingForm):
    level = forms.TypedChoiceField(
        label=_("整改以后，您满意吗？"),
        coerce=int,
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
    )
    comment = _words(_("还想说什么"), required=False)


# --- 待遇 ------------------------------------------------------------------------------------------
class BenefitForm(TakingForm):
    """The base of the acts on a benefit; knows it."""

    def __init__(self, found: Benefit, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.found = found
        self.take_focus()


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=_("不填就是今天。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def _amount() -> forms.DecimalField:
    return forms.DecimalField(label=_("金额（元）"), min_value=0, max_digits=10, decimal_places=2)


class SetAmountForm(BenefitForm):
    amount = _amount()


class ChangeForm(BenefitForm):
    amount = _amount()
    reason = _words(_("变更的理由"), _("本人看得到；写明事实和依据。"))
    from_on = _day(_("从哪天起"))


class SuspendForm(BenefitForm):
    reason = _words(_("暂停的理由"), _("本人看得到；写明事实和依据。"))
    from_on = _day(_("从哪天起"))


class ResumeForm(BenefitForm):
    reason = _words(_("恢复的理由"), _("本人看得到。"))
    from_on = _day(_("从哪天起"))


class StopForm(BenefitForm):
    reason = _words(_("停止的理由"), _("本人看得到；写明事实和依据，救济途径会自动附上。"))
    from_on = _day(_("最后一天"))


class RecheckForm(BenefitForm):
    finding = _words(_("核对了什么"), _("写明怎样核对、结果如何。"))


class ProveForm(BenefitForm):
    way = forms.ChoiceField(
        label=_("怎样认证的"), choices=ProofWay.choices, widget=forms.RadioSelect
    )
    note = _words(_("说明"), required=False, rows=2)


class ReportForm(BenefitForm):
    words = _words(_("核查到的情况"), _("交给作出决定的单位；写明怎样了解到的。"))

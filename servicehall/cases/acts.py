"""The buttons of a case: what each says, asks and calls. Apps above add theirs when the portal starts."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from servicehall.cases import actions, forms_staff as forms
from servicehall.cases.enums import CaseAction
from servicehall.cases.models import Case


@dataclass(frozen=True, slots=True)
class Act:
    """A button of the case page: its word, key and form, and the one action that it calls."""

    slug: str
    label: str | Promise
    key: str
    action: CaseAction
    run: Callable[..., Case]
    form: type[forms.ActForm]
    done: str | Promise
    kind: str = "secondary"
    confirm: str | Promise = (
        ""  # an act without words is asked once, so that a slip of the finger is nothing
    )


ACTS: dict[str, Act] = {
    act.slug: act
    for act in (
        Act("finish", _("当场办结"), "f", CaseAction.ACCEPT, actions.finish_at_once,
            forms.FinishForm, _("已当场办结。"), kind="primary"),
        Act("accept", pgettext_lazy("按钮", "受理"), "a", CaseAction.ACCEPT, actions.accept,
            forms.AcceptForm, _("已受理，开始计时。"), kind="primary", confirm=_("确定受理这一件？受理后开始计时。")),
        Act("answer", _("收补正材料"), "x", CaseAction.RESUBMIT, actions.answer_supplement,
            forms.AnswerForm, _("补正已登记。"), kind="primary"),
        Act("forward", _("同意，转下一环节"), "n", CaseAction.FORWARD, actions.forward,
            forms.OpinionForm, _("已转下一环节。"), kind="primary"),
        Act("grant", pgettext_lazy("按钮", "准予"), "g", CaseAction.GRANT, actions.grant,
            forms.GrantForm, _("已作出准予决定。"), kind="primary"),
        Act("refuse", pgettext_lazy("按钮", "不予"), "r", CaseAction.REFUSE, actions.refuse,
            forms.RefuseForm, _("已作出不予决定。")),
        Act("send-back", pgettext_lazy("按钮", "退回上一环节"), "b", CaseAction.SEND_BACK, actions.send_back,
            forms.ReasonInsideForm, _("已退回上一环节。")),
        Act("supplement", _("一次性告知"), "s", CaseAction.SUPPLEMENT, actions.ask_supplement,
            forms.SupplementForm, _("已告知申请人，计时暂停。")),
        Act("decline", pgettext_lazy("按钮", "不予受理"), "d", CaseAction.DECLINE, actions.decline,
            forms.DeclineForm, _("已决定不予受理。")),
        Act("deliver", pgettext_lazy("按钮", "送达"), "v", CaseAction.DELIVER, actions.deliver,
            forms.DeliverForm, _("已登记送达。"), kind="primary"),
        Act("extend", _("延长期限"), "e", CaseAction.EXTEND, actions.extend,
            forms.ExtendForm, _("已延长，并已告知申请人。")),
        Act("special", _("特别程序"), "h", CaseAction.BEGIN_SPECIAL, actions.begin_special,
            forms.SpecialForm, _("已进入特别程序，计时暂停。")),
        Act("end-special", _("特别程序结束"), "h", CaseAction.END_SPECIAL, actions.end_special,
            forms.EndSpecialForm, _("计时继续。"), kind="primary"),
        Act("reopen", _("撤销决定，重新办理"), "o", CaseAction.REOPEN, actions.reopen,
            forms.ReopenForm, _("已重新办理，并已告知申请人。"), kind="quiet"),
        Act("assign", _("转交其他单位"), "c", CaseAction.ASSIGN, actions.assign,
            forms.AssignForm, _("已转交。"), kind="quiet"),
        Act("withdraw", _("申请人撤回"), "t", CaseAction.WITHDRAW, actions.withdraw,
            forms.WithdrawForm, _("已按申请人要求撤回。"), kind="quiet"),
    )
}  # fmt: skip


def declare(act: Act) -> None:
    """Add a button; its slug and its key are its own."""
    ACTS[act.slug] = act

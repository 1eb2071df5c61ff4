"""What people are told after a case: what came of a bad rating, what becomes of a benefit.

An SMS names neither the benefit nor the rating: a phone is read by others too.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register
from residents.base.looks import describe
from servicehall.aftercare.enums import BenefitAction, RectifyAction, RectifyState

BOTH = (Channel.IN_SITE, Channel.SMS)
_NEWS = _("【一站】您在%(station)s办过的事有新进展，请查询办件页面或致电%(hotline)s。")
_BENEFIT = _("【一站】您的一项待遇有变动，请登录“我的待遇”查看，或致电%(hotline)s。")

describe(
    {
        **{f"rectification.{action.value}": action.label for action in RectifyAction},
        "rectification.viewed": _("处理您的差评"),
        "rectification.phone": _("查看了您的电话，用来回访"),
        "rectification.open": _("收到您的差评，开始整改"),
        "rectification.complain": _("收到您的反映"),
        **{f"benefit.{action.value}": action.label for action in BenefitAction},
        "benefit.viewed": _("查看了您的待遇"),
    }
)


def _kind(
    code: str, title: Promise, in_site: Promise, sms: Promise, link: str, *, is_statutory: bool
) -> Kind:
    return Kind(code, title, in_site, sms, BOTH, is_statutory=is_statutory, link=link)


register(
    *(
        Kind(f"rectification.{moment}", title, text, "", (Channel.IN_SITE,), link=link)
        for moment, title, text, link in (
            (
                RectifyState.CREATED,
                _("有差评要回访"),
                _("差评整改%(number)s由本单位处理，请在%(date)s前回访。"),
                "aftercare:rectification",
            ),
            (
                RectifyState.IN_REVIEW,
                _("有差评要复核"),
                _("差评整改%(number)s疑为误评，请在%(date)s前复核。"),
                "aftercare:rectification",
            ),
            (
                RectifyState.VERIFIED,
                _("本单位有差评要整改"),
                _("差评整改%(number)s要求本单位整改，请在%(date)s前改好并上报。"),
                "aftercare:mend",
            ),
            (
                RectifyAction.ANSWER,
                _("整改情况已上报"),
                _("差评整改%(number)s的被评单位已上报整改情况，请在%(date)s前确认。"),
                "aftercare:rectification",
            ),
        )
    ),
    _kind(
        "rating.rectified",
        _("您提的意见已整改"),
        _("您对“%(item)s”的评价已核实整改，结果见办件页面。您可以再评一次。"),
        _NEWS,
        "servicehall:my-case",
        is_statutory=False,
    ),
    _kind(
        "rating.misjudged",
        _("您的评价已复核"),
        _("您对“%(item)s”的评价经复核认定为误评，不计入统计，理由见办件页面。"),
        _NEWS,
        "servicehall:my-case",
        is_statutory=False,
    ),
    *(
        _kind(f"benefit.{code}", title, text, _BENEFIT, "aftercare:my-benefit", is_statutory=True)
        for code, title, text in (
            (
                "changed",
                _("待遇变更"),
                _("您的“%(item)s”自%(date)s起变更，理由和救济途径见“我的待遇”。"),
            ),
            (
                "suspended",
                _("待遇暂停"),
                _("您的“%(item)s”自%(date)s起暂停，理由和救济途径见“我的待遇”。"),
            ),
            ("resumed", _("待遇恢复"), _("您的“%(item)s”自%(date)s起恢复，详见“我的待遇”。")),
            (
                "stopped",
                _("待遇停止"),
                _("您的“%(item)s”自%(date)s起停止，理由和救济途径见“我的待遇”。"),
            ),
        )
    ),
    _kind(
        "benefit.review_due",
        _("待遇快到复核的日子了"),
        _("您的“%(item)s”要在%(date)s前复核。到服务站窗口就行，走不动的可以请工作人员上门。"),
        _("【一站】您有一项待遇要在%(date)s前复核，请到服务站或致电%(hotline)s，可以上门。"),
        "aftercare:my-benefit",
        is_statutory=True,
    ),
    _kind(
        "benefit.proof_due",
        _("待遇快到认证的日子了"),
        _("您的“%(item)s”要在%(date)s前认证一次。到窗口、视频都行，走不动的工作人员上门。"),
        _("【一站】您有一项待遇要在%(date)s前认证，请到服务站或致电%(hotline)s，可以上门。"),
        "aftercare:my-benefit",
        is_statutory=True,
    ),
)

"""The codes in `last_error`, in words for the staff who mend what did not arrive."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_REASONS: dict[str, str | Promise] = {
    "no_address": _("没有可用的手机号和账号"),
    "gateway_gone": _("原来的短信网关已停用，可能已送到"),
    "no_answer": _("短信网关没有回音，可能已送到"),
    "not_delivered": _("运营商报告没有送到"),
    "restored": _("数据库恢复前可能已送到"),
    "too_late": _("超过一天没有发出，已不再发送"),
    "unreachable": _("连不上短信网关"),
    "unreadable": _("内容有误，无法生成，请报系统管理员"),
    "worker_lost": _("发送时中断，可能已送到"),
}


def explain(code: str) -> str | Promise:
    """What happened; codes of the gateway itself ("http_…") mean that it refused or failed."""
    if code.startswith("http_4"):
        return _("短信网关拒收，号码可能有误")
    return _REASONS.get(code, _("短信网关出错") if code else "")


_PUSHES: dict[str, str | Promise] = {
    "address_closed": _("地址指向内部网络，不允许推送"),
    "bad_certificate": _("对方证书有问题"),
    "bad_port": _("地址的端口不允许"),
    "bad_url": _("地址不正确"),
    "http_410": _("对方不再接收"),
    "no_address": _("找不到这个域名"),
    "no_answer": _("对方没有应答"),
    "not_https": _("地址不是 https"),
}


def explain_push(code: str) -> str | Promise:
    """What became of a webhook; a status of the server ("http_…") says enough for itself."""
    return _PUSHES.get(code, "")

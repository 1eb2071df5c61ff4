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

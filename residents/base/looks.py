"""The audit trail in the words of the person it concerns (谁看过我的信息).

Apps above us add the words of their own acts with `describe`, in their messages.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from community.governance.naming import post_read
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import CareBasis, Purpose, Relation, RevealReason
from residents.base.models import SourceSystem

Text = str | Promise
OF_LISTS = frozenset({"import", "undo"})

FIELDS: dict[str, Text] = {
    **{key: attribute.label for key, attribute in ATTRIBUTES.items()},
    "contact_phone": gettext_lazy("联系电话"),
}
_words: dict[str, Text] = {
    "person.viewed": gettext_lazy("打开了您的档案"),
    "person.revealed": gettext_lazy("查看了完整内容"),
    "person.changed": gettext_lazy("修改了您的信息"),
    "life": gettext_lazy("登记了您的户、住址或状态的变动"),
    "person.registered": gettext_lazy("登记了您的信息"),
    "care.given": gettext_lazy("为您设置了服务关怀标签"),
    "care.extended": gettext_lazy("复核并延长了您的服务关怀标签"),
    "care.ended": gettext_lazy("结束了您的服务关怀标签"),
    "care.lapsed": gettext_lazy("您的服务关怀标签到期结束"),
    "finding.fixed": gettext_lazy("更正了您的登记"),
    "finding.waived": gettext_lazy("核对了您的登记"),
    "person.merged": gettext_lazy("把您的两份档案合并"),
    "person.unmerged": gettext_lazy("撤销了两份档案的合并"),
    "person.not_same": gettext_lazy("核对了您的档案，确认与另一份不是同一人"),
    "person.account_bound": gettext_lazy("把账号和您的档案关联"),
    "person.staff_tied": gettext_lazy("登记您是工作人员本人，办件时用于回避"),
    "person.staff_untied": gettext_lazy("取消登记您是工作人员本人"),
    "account.code_asked": gettext_lazy("用您的身份证号和手机号申请验证码"),
    "account.code_right": gettext_lazy("输入了正确的验证码"),
    "account.code_wrong": gettext_lazy("输入了错误的验证码"),
    "account.opened_at_counter": gettext_lazy("在窗口为您开通账号"),
    "account.password_given_at_counter": gettext_lazy("在窗口为您重设密码"),
    "message.called": gettext_lazy("打电话告知您"),
    "message.number_shown": gettext_lazy("查看了您的电话，用来联系您"),
    "message.retried": gettext_lazy("重新发送给您的短信"),
    "case": gettext_lazy("处理了您的办件"),
    "case.viewed": gettext_lazy("查看了您的办件"),
    "case.file": gettext_lazy("提交了您的申请"),
    "case.rate": gettext_lazy("评价了您的办件"),
}
# Why, where the trail holds a code instead of words.
_REASONS: dict[str, Text] = {
    "import": gettext_lazy("导入部门名单"),
    "undo": gettext_lazy("撤销一次导入，恢复到导入以前"),
    **{
        choice.value: choice.label
        for choices in (Purpose, RevealReason, CareBasis)
        for choice in choices
    },
}


def describe(words: Mapping[str, Text]) -> None:
    """Say what acts are called: {"case.accept": _("受理了您的申请")}."""
    _words.update(words)


@dataclass(frozen=True, slots=True)
class Look:
    """One entry as its person reads it."""

    at: datetime
    who: str
    what: str
    fields: str
    why: str
    number: str  # of the case it was about


def looks(entries: Iterable[AuditEntry], own_user_id: UUID) -> list[Look]:
    rows = list(entries)
    lists = {
        row.detail["source"] for row in rows if row.reason in OF_LISTS and "source" in row.detail
    }
    found = SourceSystem.objects.filter(pk__in=lists) if lists else ()
    names = {source.pk: str(source) for source in found}
    return [_look(row, own_user_id, names) for row in rows]


def _look(entry: AuditEntry, own_user_id: UUID, sources: Mapping[str, str]) -> Look:
    detail = entry.detail
    names = [detail["field"]] if "field" in detail else list(detail.get("fields", []))
    return Look(
        at=entry.at,
        who=_who(entry, own_user_id),
        what=str(
            _words.get(entry.action) or _words.get(entry.action.partition(".")[0]) or _("办理")
        ),
        fields=_("、").join(dict.fromkeys(str(_field(name)) for name in names)),
        why=_why(_with_source(entry, sources)),
        number=str(detail.get("number", "")),
    )


def _field(name: str) -> Text:
    if name in FIELDS:
        return FIELDS[name]
    return ATTRIBUTES[name].label if name in ATTRIBUTES else _("办件中的内容")


def _who(entry: AuditEntry, own_user_id: UUID) -> str:
    if entry.user_id == own_user_id:
        return _("您自己")
    if "relation" in entry.detail:
        relation = dict(Relation.choices).get(entry.detail["relation"], "")
        return _("您的家人（%(relation)s）") % {"relation": relation} if relation else _("您的家人")
    if entry.user_id is None:
        is_machine = entry.post_label == SYSTEM.post_label
        return _("系统自动处理") if is_machine else _("还没有登录的人（可能是您自己）")
    return post_read(entry.post_label) or _("工作人员")


def _with_source(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """Of a list also whose it was."""
    name = names.get(entry.detail.get("source", "")) if entry.reason in OF_LISTS else None
    return f"{entry.reason}:{name}" if name else entry.reason


def _why(reason: str) -> str:
    code, _colon, note = reason.partition(":")
    if code not in _REASONS:
        return reason
    label = str(_REASONS[code])
    return _("%(reason)s：%(note)s") % {"reason": label, "note": note} if note else label

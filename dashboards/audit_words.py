"""What the codes of the audit trail mean, in plain words. An unknown code is shown as it stands."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from community.governance.enums import PostBasis, Role
from notifications.enums import Channel as MessageChannel, MessageState
from residents.base.enums import ClaimPurpose, EventKind, Purpose
from servicehall.aftercare.enums import BenefitAction, RectifyAction
from servicehall.cases.enums import CaseAction, CaseState
from servicehall.catalogue.enums import Channel as CaseChannel

Words = Mapping[str, str | Promise]

ACTIONS: Words = {
    "session.opened": _("登录"),
    "session.closed": _("退出登录"),
    "session.revoked": _("退出其他设备"),
    "factor.enrolled": _("启用动态口令"),
    "factor.removed": _("解除动态口令"),
    "factor.used": _("动态口令验证通过"),
    "factor.refused": _("动态口令验证未通过"),
    "factor.codes_issued": _("生成备用码"),
    "user.opened": _("开设账号"),
    "user.password_set": _("设置密码"),
    "user.password_lapsed": _("初始密码过期作废"),
    "user.language_chosen": _("选择语言"),
    "user.disabled": _("停用账号"),
    "user.enabled": _("启用账号"),
    "account.code_asked": _("申请身份验证码"),
    "account.code_right": _("身份验证通过"),
    "account.code_wrong": _("身份验证未通过"),
    "account.opened_at_counter": _("窗口开通账号"),
    "account.password_given_at_counter": _("窗口重设密码"),
    "post.chosen": _("选择岗位"),
    "post.appointed": _("任职"),
    "powers.granted": _("按职务更新权限"),
    "post.ended": _("免职"),
    "post.deputised": _("安排代理"),
    "post.deputy_ended": _("提前结束代理"),
    "case.undertaking_kept": _("登记容缺材料已补齐"),
    "case.consulted": _("征求其他单位意见"),
    "case.opinion_given": _("答复征求的意见"),
    "case.consultation_cancelled": _("取消征求意见"),
    "case.appraised": _("登记民主评议"),
    "case.wrote": _("申请人留言"),
    "case.answered": _("答复申请人的留言"),
    "case.message_settled": _("留言不用答复"),
    "case.started_for": _("替人开始填写申请"),
    "cosign.signed": _("共同签字：同意"),
    "cosign.refused": _("共同签字：不同意"),
    "cosign.withdrawn": _("共同签字：撤回同意"),
    "mandate.recorded": _("登记授权委托"),
    "mandate.revoked": _("撤销授权委托"),
    "token.made": _("生成接口令牌"),
    "token.revoked": _("停用接口令牌"),
    "calendar.day_set": _("修改工作日历"),
    "calendar.year_published": _("发布年度日历"),
    "calendar.year_withdrawn": _("撤回年度日历"),
    "calendar.year_loaded": _("载入年度日历"),
    "person.loaded": _("批量载入居民"),
    "person.registered": _("登记居民"),
    "person.viewed": _("查看居民档案"),
    "person.revealed": _("显示完整证件号或电话"),
    "person.changed": _("修改居民资料"),
    "person.led_on": _("资料记入合并后的档案"),
    **{f"life.{kind.value}": kind.label for kind in EventKind},
    "person.account_bound": _("绑定居民账号"),
    "person.staff_tied": _("登记工作人员本人身份(用于回避)"),
    "person.staff_untied": _("解除工作人员本人身份"),
    "canary.marked": _("标记预警档案"),
    "canary.unmarked": _("取消预警档案标记"),
    "user.renamed": _("账号随证件号码更正"),
    "user.closed": _("注销账号"),
    "letter.viewed": _("查看文书"),
    "letter.withdrawn": _("作废文书"),
    "letter.replaced": _("重发文书"),
    "seal.put": _("启用电子印章"),
    "correction.filed": _("提出更正申请"),
    "correction.viewed": _("查看更正申请"),
    "correction.revealed": _("显示更正申请的完整内容"),
    "correction.paper": _("打开更正申请的证明"),
    "correction.accept": _("同意更正"),
    "correction.refuse": _("不同意更正"),
    "correction.withdraw": _("撤回更正申请"),
    "deletion.filed": _("提出删除申请"),
    "deletion.viewed": _("查看删除申请"),
    "deletion.accept": _("办理删除申请"),
    "deletion.refuse": _("不同意删除"),
    "deletion.withdraw": _("撤回删除申请"),
    "kin.filed": _("提出近亲属申请"),
    "kin.viewed": _("查看近亲属申请"),
    "kin.accept": _("办理近亲属申请"),
    "kin.refuse": _("不同意近亲属申请"),
    "kin.withdraw": _("撤回近亲属申请"),
    "consent.given": _("登记同意"),
    "consent.withdrawn": _("撤回同意"),
    "copy.asked": _("申请信息副本"),
    "copy.made": _("制作信息副本"),
    "copy.opened": _("下载信息副本"),
    "family.asked": _("请家人授权"),
    "family.give": _("家人授权"),
    "family.decline": _("家人不授权"),
    "family.cancel": _("不再请家人授权"),
    "family.end": _("结束家人授权"),
    "family.viewed": _("家人查看信息"),
    "guardian.recorded": _("登记监护关系"),
    "guardian.ended": _("结束监护关系"),
    "conflict.settled": _("裁定数据冲突"),
    "checks.run": _("核查基础库"),
    "import.applied": _("导入完成"),
    "import.apply": _("要求导入"),
    "import.checked": _("核对完成"),
    "import.decided": _("认定一行是谁"),
    "import.discarded": _("放弃一批导入"),
    "import.file_forgotten": _("删除到期的部门文件"),
    "import.received": _("接收部门文件"),
    "import.rest_left_out": _("其余待认定的不导入"),
    "import.undone": _("撤销一批导入"),
    "proposal.told": _("告知可能可以申请的服务"),
    "proposal.declined": _("答复不需要一项服务"),
    "audit.late": _("审计记录没有按时封存"),
    "person.exported": _("向部门提供居民信息"),
    "import.pushed": _("通过接口报送数据"),
    "catalogue.drafted": _("起草事项"),
    "catalogue.saved": _("修改事项草稿"),
    "catalogue.proposed": _("提请发布事项"),
    "catalogue.sent_back": _("退回事项草稿"),
    "catalogue.published": _("发布事项"),
    "catalogue.taken_back": _("收回事项"),
    "catalogue.retired": _("停用事项"),
    "catalogue.discarded": _("删除事项草稿"),
    "catalogue.word_added": _("给事项加查找用的词"),
    "catalogue.exported": _("导出事项目录"),
    "catalogue.imported": _("导入事项草稿"),
    "catalogue.bundle_drafted": _("起草一件事的表"),
    "catalogue.bundle_saved": _("修改一件事的草稿"),
    "catalogue.bundle_proposed": _("提请发布一件事"),
    "catalogue.bundle_sent_back": _("退回一件事的草稿"),
    "catalogue.bundle_published": _("发布一件事"),
    "catalogue.bundle_taken_back": _("收回一件事"),
    "catalogue.bundle_retired": _("停用一件事"),
    "catalogue.bundle_discarded": _("删除一件事的草稿"),
    "catalogue.bundle_imported": _("导入一件事的草稿"),
    "documents.text_imported": _("导入文书模板"),
    "documents.text_drafted": _("起草文书模板"),
    "documents.text_saved": _("修改文书模板的草稿"),
    "documents.text_proposed": _("提请发布文书模板"),
    "documents.text_sent_back": _("退回文书模板的草稿"),
    "documents.text_published": _("发布文书模板"),
    "documents.text_taken_back": _("收回文书模板"),
    "documents.text_retired": _("停用事项自己的文书模板"),
    "documents.text_discarded": _("删除文书模板的草稿"),
    "draft.moved": _("申请草稿转到事项新版本"),
    "export.requested": _("申请导出数据"),
    "export.approved": _("批准导出数据"),
    "export.rejected": _("不批准导出数据"),
    "export.written": _("生成导出文件"),
    "export.fetched": _("下载导出文件"),
    "export.deleted": _("删除过期的导出文件"),
    "report.requested": _("向社区要报表"),
    "report.approved": _("批准报表"),
    "report.rejected": _("不批准报表"),
    "report.filled": _("填报报表"),
    "report.refused": _("拒绝填报"),
    "case.file": _("提交申请"),
    "case.assign": _("分派办件"),
    "case.rate": _("评价"),
    "case.viewed": _("查看办件"),
    "file.open": _("打开材料"),
    "message.retried": _("重发消息"),
    "message.called": _("登记电话告知"),
    "message.number_shown": _("显示电话号码"),
    "outbox.paused": _("暂停发送消息"),
    "outbox.released": _("恢复发送消息"),
    "webhook.added": _("登记推送地址"),
    "webhook.rotated": _("更换推送密钥"),
    "webhook.disabled": _("停用推送地址"),
    "webhook.enabled": _("启用推送地址"),
    "webhook.pinged": _("试推送"),
    "webhook.replayed": _("补发事件推送"),
    "message.sms_refused": _("不再接收短信"),
    "message.sms_wanted": _("重新接收短信"),
    **{f"case.{action.value}": action.label for action in CaseAction},
    "rectification.open": _("收到差评"),
    "rectification.complain": _("反映被要求好评"),
    "rectification.viewed": _("查看差评整改"),
    "rectification.phone": _("显示电话，回访"),
    **{f"rectification.{action.value}": action.label for action in RectifyAction},
    "benefit.viewed": _("查看待遇"),
    **{f"benefit.{action.value}": action.label for action in BenefitAction},
}

TARGETS: Words = {
    "accounts.user": _("账号"),
    "accounts.sealdelay": _("封存延误"),
    "governance.post": _("任职"),
    "governance.workcalendaryear": _("工作日历"),
    "governance.apitoken": _("接口令牌"),
    "residents.person": _("居民档案"),
    "servicehall.case": _("办件"),
    "servicehall.upload": _("材料"),
    "aftercare.rectification": _("差评整改"),
    "aftercare.benefit": _("待遇"),
    "notifications.message": _("消息"),
    "notifications.webhookendpoint": _("推送地址"),
    "notifications.outboxpause": _("暂停发送"),
}

KEYS: Words = {
    "number": _("办件编号"),
    "from": _("原状态"),
    "to": _("新状态"),
    "role": _("角色"),
    "basis": _("任职依据"),
    "document_no": _("文号"),
    "user": _("账号标识"),
    "kind": _("种类"),
    "channel": _("渠道"),
    "how": _("方式"),
    "by_owner": _("本人操作"),
    "must_change": _("须修改密码"),
    "count": _("数量"),
    "minutes": _("分钟数"),
    "days": _("天数"),
    "day": _("日期"),
    "source": _("来源"),
    "fields": _("字段"),
    "field": _("字段"),
}

VALUES: Words = {
    **{state.value: state.label for state in CaseState},
    **{role.value: role.label for role in Role},
    **{kind.value: kind.label for kind in EventKind},
    **{basis.value: basis.label for basis in PostBasis},
    **{channel.value: channel.label for channel in (*CaseChannel, *MessageChannel)},
    **{state.value: state.label for state in MessageState},
    **{purpose.value: purpose.label for purpose in ClaimPurpose},
    "totp": _("动态口令"),
    "recovery_code": _("备用码"),
    "id_number": _("证件号码"),
    "phone": _("电话"),
    "bank_card": _("银行卡号"),
    "full_name": _("姓名"),
    "staff": _("工作人员"),
    "resident": _("居民"),
}


def action(code: str) -> str:
    return str(ACTIONS.get(code, code))


def target(code: str) -> str:
    return str(TARGETS.get(code, code))


def reason(text: str) -> str:
    """The reason as it was given; a look at a file keeps the code of its purpose in front of the note."""
    code, _colon, note = text.partition(":")
    if code not in Purpose.values:
        return text
    purpose = str(Purpose(code).label)
    return gettext("%(name)s：%(value)s") % {"name": purpose, "value": note} if note else purpose


def details(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The recorded codes as pairs of words. Nothing personal is in them."""
    return [(str(KEYS.get(key, key)), _value(value)) for key, value in sorted(detail.items())]


def _value(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return gettext("、").join(_value(item) for item in value) or "—"
    if isinstance(value, dict):
        return gettext("；").join(
            gettext("%(name)s：%(value)s") % {"name": name, "value": text}
            for name, text in details(value)
        )
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)

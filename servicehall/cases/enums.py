"""The fixed words of the service hall (domain 4.1, 3.7)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class CaseState(TextChoices):
    SUBMITTED = "submitted", _("已提交")
    SUPPLEMENT_REQUIRED = "supplement_required", _("待补正")
    RESUBMITTED = "resubmitted", _("已补正")
    ACCEPTED = "accepted", _("已受理")
    IN_REVIEW = "in_review", _("审核中")
    PUBLICISED = "publicised", _("公示中")
    SPECIAL = "special", _("特别程序中")
    COMPLETED = "completed", _("已办结")
    DELIVERED = "delivered", _("已送达")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")
    TERMINATED = "terminated", _("已终止")


class CaseAction(TextChoices):
    ACCEPT = "accept", _("受理")
    TACIT_ACCEPT = "tacit_accept", _("逾期未告知，视为受理")
    DECLINE = "decline", _("不予受理")
    SUPPLEMENT = "supplement", _("一次性告知")
    RESUBMIT = "resubmit", _("补正提交")
    LAPSE = "lapse", _("逾期终止")
    WITHDRAW = "withdraw", _("撤回")
    FORWARD = "forward", _("审核通过，转下一环节")
    SEND_BACK = "send_back", _("退回上一环节")
    GRANT = "grant", _("准予")
    REFUSE = "refuse", _("不予")
    DELIVER = "deliver", _("送达")
    EXTEND = "extend", _("延长办理期限")
    PUBLICISE = "publicise", _("公示")
    END_PUBLICITY = "end_publicity", _("公示结束")
    BEGIN_SPECIAL = "begin_special", _("进入特别程序")
    END_SPECIAL = "end_special", _("特别程序结束")
    REOPEN = "reopen", _("撤销决定，重新办理")
    ASSIGN = "assign", _("转交其他单位办理")
    REROUTE = "reroute", _("都要回避，自动转给其他单位")


class Way(TextChoices):
    """How near an office is that takes a case over, the nearest first."""

    STREET = "street", _("同一街道的同类单位")
    ABOVE = "above", _("上一级单位")
    DISTRICT = "district", _("同一区的同类单位")


class Outcome(TextChoices):
    GRANTED = "granted", _("准予")
    REFUSED = "refused", _("不予")


class DeliveryWay(TextChoices):
    """How the result came into the applicant's hands; codes as in the catalogue's `result.delivery`."""

    COUNTER = "counter", _("窗口当面领取，已签字")
    POST = "post", _("邮寄送达")
    HOME = "home", _("上门送达")


class StepState(TextChoices):
    WAITING = "waiting", _("未开始")
    OPEN = "open", _("进行中")
    PASSED = "passed", _("已通过")
    SENT_BACK = "sent_back", _("已退回")
    DECIDED = "decided", _("已决定")
    CANCELLED = "cancelled", _("已取消")


class PauseReason(TextChoices):
    SUPPLEMENT = "supplement", _("等待补正材料")
    PUBLICITY = "publicity", _("公示")
    HEARING = "hearing", _("听证")
    INSPECTION = "inspection", _("检验、检测、检疫")
    APPRAISAL = "appraisal", _("鉴定、评估")
    MEDICAL = "medical", _("医疗机构评定")
    EXPERT = "expert", _("专家评审")
    MEANS_CHECK = "means_check", _("家庭经济状况核对")
    CLOSED = "closed", _("已办结，后重新办理")


# 特别程序 (行政许可法 45): not counted in the limit, but told to the applicant in writing.
SPECIAL_REASONS = (
    PauseReason.HEARING,
    PauseReason.INSPECTION,
    PauseReason.APPRAISAL,
    PauseReason.MEDICAL,
    PauseReason.EXPERT,
    PauseReason.MEANS_CHECK,
)


class UndertakingKind(TextChoices):
    """What an applicant promises in writing so that the case may go on (domain 3.7)."""

    DEFERRED = "deferred", _("容缺受理")
    COMMITMENT = "commitment", _("告知承诺")


class ConsultationKind(TextChoices):
    """An opinion must be there before the case moves on; a question need not be answered first."""

    OPINION = "opinion", _("征求意见")
    QUESTION = "question", _("询问")


class Light(TextChoices):
    """电子监察灯 (domain 3.7). Grey: no clock runs."""

    GREEN = "green", _("正常")
    YELLOW = "yellow", _("临期")
    RED = "red", _("超承诺时限")
    DOUBLE_RED = "double_red", _("超法定时限")
    GREY = "grey", _("不计时")


BEFORE_ACCEPTANCE = frozenset({CaseState.SUBMITTED, CaseState.RESUBMITTED})
RUNNING = frozenset({CaseState.ACCEPTED, CaseState.IN_REVIEW})
STANDING_STILL = frozenset({CaseState.SUPPLEMENT_REQUIRED, CaseState.PUBLICISED, CaseState.SPECIAL})
OPEN_STATES = BEFORE_ACCEPTANCE | RUNNING | STANDING_STILL
CLOSED_STATES = frozenset(CaseState) - OPEN_STATES


class ProposalState(TextChoices):
    """政策找人: found, told once, answered by the person; the machine only ever proposes."""

    FOUND = "found", _("待告知")
    TOLD = "told", _("已告知")
    DECLINED = "declined", _("本人不需要")
    APPLIED = "applied", _("已申请")
    LAPSED = "lapsed", _("不再符合")


class BatchAct(TextChoices):
    """What may be done to many cases at once; never a refusal, which needs reasons of its own."""

    ACCEPT = "accept", pgettext_lazy("按钮", "受理")
    FORWARD = "forward", _("同意，转下一环节")
    GRANT = "grant", pgettext_lazy("按钮", "准予")


class SignatureState(TextChoices):
    """共同签字: what an adult of the household has answered; a consent may be taken back until the decision."""

    ASKED = "asked", _("待签字")
    SIGNED = "signed", _("已签字")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回同意")


class SignatureHow(TextChoices):
    ONLINE = "online", _("本人网上")
    PAPER = "paper", _("窗口书面")
    GUARDIAN = "guardian", _("监护人")


class MandateHow(TextChoices):
    PAPER = "paper", _("书面委托")
    SPOKEN = "spoken", _("口头委托，两人见证")


class PaperKind(TextChoices):
    """我的材料: what a paper is that somebody keeps for his filings."""

    ID_CARD = "id_card", _("身份证")
    HOUSEHOLD = "household", _("户口簿")
    MARRIAGE = "marriage", _("结婚证、离婚证")
    DISABILITY = "disability", _("残疾人证")
    BANK_CARD = "bank_card", _("银行卡")
    PHOTO = "photo", _("本人照片")
    MEDICAL = "medical", _("病历、诊断证明")
    INCOME = "income", _("收入证明")
    HOUSING = "housing", _("房产证、租房合同")
    OTHER = "other", _("其他")


# Their copies say for what they may be used.
IDENTITY_PAPERS = frozenset(
    {PaperKind.ID_CARD, PaperKind.HOUSEHOLD, PaperKind.MARRIAGE, PaperKind.DISABILITY}
)
# Materials of the catalogue that are such documents.
IDENTITY_MATERIALS = frozenset(
    {"id_card", "household_register", "marriage_certificate", "disability_certificate"}
)
DOUBTS = {
    "small": _("照片太小，放大可能看不清"),
    "dark": _("照片有点暗"),
    "blurred": _("照片可能模糊"),
}

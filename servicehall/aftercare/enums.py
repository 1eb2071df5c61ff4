"""The fixed words of what follows a case (domain 3.7, 4.1, 4.14)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RectifyState(TextChoices):
    """差评整改 (domain 4.14)."""

    CREATED = "created", _("待回访")
    CALLED_BACK = "called_back", _("待核实")
    IN_REVIEW = "in_review", _("复核中")
    VERIFIED = "verified", _("整改中")
    RECTIFIED = "rectified", _("已整改")
    TOLD = "told", _("已反馈")
    CLOSED = "closed", _("已结束")
    MISJUDGED = "misjudged", _("认定为误评")


class RectifyAction(TextChoices):
    CALL_BACK = "call_back", _("回访")
    CONFIRM = "confirm", _("核实属实")
    DOUBT = "doubt", _("疑为误评，提请复核")
    APPEAL = "appeal", _("申诉")
    UPHOLD = "uphold", _("维持，继续整改")
    SET_ASIDE = "set_aside", _("认定为误评")
    ANSWER = "answer", _("上报整改情况")
    RECTIFY = "rectify", _("确认已整改")
    TELL = "tell", _("反馈评价人")
    RE_RATE = "re_rate", _("再次评价")
    CLOSE = "close", _("到期结束")


class CallResult(TextChoices):
    """How a call-back ended. A second call without an answer, on another day, is enough to go on."""

    REACHED = "reached", _("已联系上")
    DECLINED = "declined", _("评价人不愿多谈")
    NO_ANSWER = "no_answer", _("没有联系上")
    ANONYMOUS = "anonymous", _("匿名，不回访")


class BenefitState(TextChoices):
    ACTIVE = "active", _("享受中")
    SUSPENDED = "suspended", _("已暂停")
    STOPPED = "stopped", _("已停止")


class BenefitAction(TextChoices):
    GRANT = "grant", _("开始享受")
    SET_AMOUNT = "set_amount", _("核定金额")
    RECHECK = "recheck", _("复核，继续享受")
    PROVE = "prove", _("生存认证")
    REPORT = "report", _("上报情况")
    CHANGE = "change", _("变更")
    SUSPEND = "suspend", _("暂停")
    RESUME = "resume", _("恢复")
    STOP = "stop", _("停止")


class Period(TextChoices):
    ONCE = "once", _("一次性")
    MONTHLY = "monthly", _("每月")
    YEARLY = "yearly", _("每年")


class Start(TextChoices):
    """From which month a benefit counts."""

    APPLICATION_MONTH = "application_month", _("自申请当月")
    DECISION_MONTH = "decision_month", _("自决定当月")
    NEXT_MONTH = "next_month", _("自决定次月")


class TaskKind(TextChoices):
    """What somebody has to look at. Nothing of it ever stops a benefit by itself."""

    REVIEW = "review", _("定期复核")
    LIFE_PROOF = "life_proof", _("生存认证")
    DECEASED = "deceased", _("登记为已故")
    MOVED = "moved_out", _("登记为已迁出")
    MISSING = "missing", _("登记为失踪")


class ProofWay(TextChoices):
    """How it was seen that somebody is alive; a visit at home counts like a visit to the counter (W2-07)."""

    COUNTER = "counter", _("本人到窗口")
    HOME_VISIT = "home_visit", _("上门看望")
    VIDEO = "video", _("视频")
    DATA = "data", _("部门数据比对")


class Receiver(TextChoices):
    SELF = "self", _("本人")
    PROXY = "proxy", _("他人代收")


class ProxyRelation(TextChoices):
    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("子女")
    PARENT = "parent", _("父母")
    OTHER_KIN = "other_kin", _("其他亲属")
    GUARDIAN = "guardian", _("监护人")
    WORKER = "worker", _("代办员")
    OTHER = "other", _("其他人")

"""The words of the residents' rights over their data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from residents.base.enums import Relation


class RequestState(TextChoices):
    """A correction, a deletion, a matter of the next of kin: asked, then answered by a person."""

    PROPOSED = "proposed", _("待审核")
    ACCEPTED = "accepted", _("已同意")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


class RequestAction(TextChoices):
    ACCEPT = "accept", _("同意")
    REFUSE = "refuse", _("不同意")
    WITHDRAW = "withdraw", _("撤回")


class FamilyState(TextChoices):
    """What one member of a household allows another."""

    ASKED = "asked", _("等对方答复")
    GIVEN = "given", _("已允许")
    DECLINED = "declined", _("没有允许")
    ENDED = "ended", _("已收回")


class FamilyAction(TextChoices):
    GIVE = "give", _("允许")
    DECLINE = "decline", _("不允许")
    CANCEL = "cancel", _("不问了")
    END = "end", _("收回")


class FamilyKind(TextChoices):
    SEE = "see", _("只看")
    ACT = "act", _("看，也替办")


class GuardianKind(TextChoices):
    """民法典 27 (minors), 28 (adults), 30, 31 and 33 (by agreement or designation)."""

    PARENT = "parent", _("父母")
    RELATIVE = "relative", _("其他近亲属")
    DESIGNATED = "designated", _("法院、居委会或民政部门指定")
    AGREED = "agreed", _("意定监护（书面协议）")


class Basis(TextChoices):
    """On what a body processes data (PIPL 13, 24)."""

    STATUTORY = "statutory", _("法定职责，不需要同意")
    REFUSABLE = "refusable", _("法定职责，您可以拒绝")
    CONSENT = "consent", _("须您同意")


class ConsentHow(TextChoices):
    ONLINE = "online", _("本人网上")
    PAPER = "paper", _("窗口书面")
    GUARDIAN = "guardian", _("监护人")


class CopyState(TextChoices):
    ASKED = "asked", _("正在准备")
    READY = "ready", _("可以下载")
    EXPIRED = "expired", _("已过期")


class KinWish(TextChoices):
    """PIPL 49: what the next of kin may ask for a deceased person."""

    SEE = "see", _("查阅、复制")
    CORRECT = "correct", _("更正")
    DELETE = "delete", _("删除")


# 民法典 1045: who is next of kin, in the words of GB/T 4761. Not in-laws, nor other relatives.
R = Relation
NEXT_OF_KIN = (
    *(R.SPOUSE, R.SON, R.DAUGHTER, R.ADOPTED_SON, R.ADOPTED_DAUGHTER),
    *(R.FATHER, R.MOTHER, R.STEPFATHER, R.STEPMOTHER),
    *(R.ELDER_BROTHER, R.BROTHER, R.ELDER_SISTER, R.SISTER),
    *(R.GRANDFATHER, R.GRANDMOTHER, R.MOTHERS_FATHER, R.MOTHERS_MOTHER),
    *(R.GRANDSON, R.GRANDDAUGHTER, R.DAUGHTERS_SON, R.DAUGHTERS_DAUGHTER),
)


class Unit(TextChoices):
    DAYS = "days", _("天")
    WORKDAYS = "workdays", _("个工作日")
    HOURS = "hours", _("小时")
    MONTHS = "months", _("个月")
    YEARS = "years", _("年")

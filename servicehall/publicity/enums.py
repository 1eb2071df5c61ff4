"""The fixed words of publicity (domain 3.11, 4.1 point 5)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeState(TextChoices):
    OPEN = "open", _("公示中")
    ENDED = "ended", _("公示结束")
    TAKEN_DOWN = "taken_down", _("已撤下")


class ObjectionWay(TextChoices):
    ONLINE = "online", _("网上")
    COUNTER = "counter", _("窗口")


class ObjectionState(TextChoices):
    OPEN = "open", _("待核查")
    IN_APPRAISAL = "in_appraisal", _("等待民主评议")
    UPHELD = "upheld", _("异议成立")
    NOT_UPHELD = "not_upheld", _("异议不成立")
    CLOSED = "closed", _("办件已撤回，不再核查")


class ObjectionAction(TextChoices):
    REFER = "refer", _("交民主评议")
    APPRAISED = "appraised", _("已评议")
    UPHOLD = "uphold", _("异议成立")
    DISMISS = "dismiss", _("异议不成立")
    CLOSE = "close", _("不再核查")


UNSETTLED = frozenset({ObjectionState.OPEN, ObjectionState.IN_APPRAISAL})

"""The fixed words of the catalogue (domain 2, 3.7)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    ONLINE = "online", _("网上")
    COUNTER = "counter", _("窗口")
    API = "api", _("接口")


class ItemKind(TextChoices):
    """办件类型 (GB/T 39046): decided on the spot, or within a promised time."""

    INSTANT = "instant", _("即办件")
    PROMISE = "promise", _("承诺件")


class VersionState(TextChoices):
    DRAFT = "draft", _("草稿")
    WAITING = "waiting", _("待发布")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


class Verb(TextChoices):
    """What people do with a version of an item."""

    SAVE = "save", _("修改")
    PROPOSE = "propose", _("提请发布")
    SEND_BACK = "send_back", _("退回修改")
    PUBLISH = "publish", _("发布")
    TAKE_BACK = "take_back", _("收回")
    DISCARD = "discard", _("删除草稿")


class WindowMode(TextChoices):
    SPECIAL = "special", _("专窗")
    INTEGRATED = "integrated", _("综窗")


class ReviewLevel(TextChoices):
    COMMUNITY = "community", _("社区核查")
    STREET = "street", _("街道初审")
    DISTRICT = "district", _("区级审定")


class ReplyOutcome(TextChoices):
    """When a reply template is offered."""

    GRANTED = "granted", _("准予")
    REFUSED = "refused", _("不予")
    DECLINED = "declined", _("不予受理")
    NOTICE = "notice", _("一次性告知")
    MESSAGE = "message", _("答复来信")


class Satisfaction(IntegerChoices):
    """满意度 GB/T 39046: 1 is best. Stars run the other way; they are never stored."""

    VERY_SATISFIED = 1, _("非常满意")
    SATISFIED = 2, _("满意")
    FAIRLY_SATISFIED = 3, _("基本满意")
    DISSATISFIED = 4, _("不满意")
    VERY_DISSATISFIED = 5, _("非常不满意")


GOOD = frozenset({Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED})
MIDDLE = frozenset({Satisfaction.FAIRLY_SATISFIED})
BAD = frozenset({Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED})

"""Channels, gateways and states of a message."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    IN_SITE = "in_site", _("站内消息")
    SMS = "sms", _("短信")
    CALL = "call", _("电话告知")


class MessageState(TextChoices):
    """`due` waits for its time (first try, retry, or a person for calls); the last four are final
    until somebody presses retry."""

    DUE = "due", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已送达")
    UNCERTAIN = "uncertain", _("结果不明")
    FAILED = "failed", _("发送失败")
    CANCELLED = "cancelled", _("不再发送")


class Gateway(TextChoices):
    """The providers of SMS; the second stands in while the first is out of order."""

    FIRST = "first", _("第一短信网关")
    SECOND = "second", _("第二短信网关")


class ReceiptState(TextChoices):
    """What a gateway reports of a text that it took."""

    DELIVERED = "delivered", _("已到达手机")
    UNDELIVERED = "undelivered", _("没有到达")


class DeliveryState(TextChoices):
    """`due` was not tried yet, `failed` waits for its next try; `dead` is given up until it is replayed."""

    DUE = "due", _("待推送")
    SENDING = "sending", _("推送中")
    SENT = "sent", _("已送达")
    FAILED = "failed", _("待重试")
    DEAD = "dead", _("已放弃")


class EndpointEnd(TextChoices):
    """Why an endpoint is told nothing any more."""

    BY_HAND = "by_hand", _("人工停用")
    FAILING = "failing", _("连续多日失败")
    GONE = "gone", _("对方不再接收")

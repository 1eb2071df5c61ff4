"""Channels and states of a message."""

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

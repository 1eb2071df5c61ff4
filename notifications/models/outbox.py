"""The outbox: one row per event and channel, written in the transaction of the event itself.

The row is the truth; Celery is only the doorbell. What was sent is kept word for word in `text`.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from notifications.enums import Channel, Gateway, MessageState, ReceiptState
from notifications.querysets import MessageQuerySet


class Message(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("种类"), max_length=60)
    key = models.CharField(_("事件键"), max_length=120)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    phone = EncryptedTextField(_("电话"), null=True)
    phone_digest = models.BinaryField(max_length=32, null=True)
    person_id = models.UUIDField(null=True)
    about = models.CharField(_("事由"), max_length=80, blank=True)
    place_path = models.CharField(max_length=255, blank=True)
    params = models.JSONField(default=dict)
    language = models.CharField(_("语言"), max_length=10, blank=True)

    state = models.CharField(_("状态"), max_length=10, choices=MessageState.choices)
    not_before = models.DateTimeField()
    give_up_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    text = models.TextField(_("内容"), blank=True)
    # The only one that may have the text: written before it is tried, taken back when it certainly has not.
    gateway = models.CharField(
        _("短信网关"), max_length=10, choices=Gateway.choices, blank=True, default=""
    )
    provider_id = models.CharField(max_length=120, blank=True)
    receipt = models.CharField(
        _("回执"), max_length=12, choices=ReceiptState.choices, blank=True, default=""
    )
    last_error = models.CharField(_("原因"), max_length=40, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        constraints = [
            models.UniqueConstraint(fields=["key", "channel"], name="message_once_per_channel"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="message_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(gateway__in=["", *Gateway.values]), name="message_gateway_known"
            ),
            models.CheckConstraint(
                condition=Q(receipt__in=["", *ReceiptState.values]), name="message_receipt_known"
            ),
            models.CheckConstraint(
                condition=Q(lease_until__isnull=False) | ~Q(state=MessageState.SENDING),
                name="message_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | ~Q(state=MessageState.SENT),
                name="message_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="message_due",
                condition=Q(state=MessageState.DUE) & ~Q(channel=Channel.CALL),
            ),
            models.Index(
                fields=["lease_until"],
                name="message_leased",
                condition=Q(state=MessageState.SENDING),
            ),
            models.Index(
                fields=["user", "-id"],
                name="message_inbox",
                condition=Q(channel=Channel.IN_SITE),
            ),
            models.Index(
                fields=["user"],
                name="message_unread",
                condition=Q(channel=Channel.IN_SITE, read_at__isnull=True),
            ),
            models.Index(
                fields=["phone_digest", "tried_at"],
                name="message_number",
                condition=Q(channel=Channel.SMS),
            ),
            # The work list of staff: failed, uncertain, and people who must be called.
            models.Index(
                fields=["-id"],
                name="message_trouble",
                condition=Q(state__in=[MessageState.FAILED, MessageState.UNCERTAIN])
                | Q(state=MessageState.DUE, channel=Channel.CALL),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.state}"

"""The inbox of receipts: what the gateways report of texts that they took, each report once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from notifications.enums import Gateway, ReceiptState
from notifications.models.outbox import Message


class SmsReceipt(models.Model):
    """One report. `message` is empty where the key names none of our texts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gateway = models.CharField(_("短信网关"), max_length=10, choices=Gateway.choices)
    receipt_id = models.CharField(max_length=120)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=12, choices=ReceiptState.choices)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("短信回执")
        verbose_name_plural = _("短信回执")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "receipt_id"], name="receipt_once"),
            models.CheckConstraint(
                condition=Q(gateway__in=Gateway.values), name="receipt_gateway_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReceiptState.values), name="receipt_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.receipt_id} {self.state}"

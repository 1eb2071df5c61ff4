"""What the recording gateway received: it stands in for the SMS provider when none is configured."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from notifications.querysets import RecordedSmsQuerySet


class RecordedSms(models.Model):
    """One text on the demonstration phone. Like a real gateway it honours the idempotency key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True)
    phone = EncryptedTextField(_("电话"))
    phone_digest = models.BinaryField(max_length=32)
    text = models.TextField(_("内容"))
    repeats = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()

    objects: ClassVar = RecordedSmsQuerySet.as_manager()

    class Meta:
        verbose_name = _("演示短信")
        verbose_name_plural = _("演示短信")
        indexes = [models.Index(fields=["phone_digest", "-id"], name="recorded_by_number")]

    def __str__(self) -> str:
        return self.idempotency_key

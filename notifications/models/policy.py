"""When we may send, and what a person does not want: dated rows, not constants."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from notifications.querysets import MessageRuleQuerySet


class MessageRule(models.Model):
    """The hours without SMS, local time of the city; equal hours mean that there are none.

    The newest row whose `valid_from` is not after the day holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    valid_from = models.DateField(_("生效日期"), unique=True)
    quiet_from = models.TimeField(_("静默开始"))
    quiet_to = models.TimeField(_("静默结束"))
    basis = models.CharField(_("依据"), max_length=200)

    objects: ClassVar = MessageRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("发送规则")
        verbose_name_plural = _("发送规则")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.quiet_from}-{self.quiet_to}"


class MessagePreference(models.Model):
    """Who wants no SMS: an account, or a number of somebody without one. Statutory kinds ignore it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    phone_digest = models.BinaryField(max_length=32, null=True, unique=True)
    is_sms_refused = models.BooleanField(_("不接收短信"), default=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("接收偏好")
        verbose_name_plural = _("接收偏好")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(phone_digest__isnull=True),
                name="preference_of_user_or_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or 'number'}: {self.is_sms_refused}"

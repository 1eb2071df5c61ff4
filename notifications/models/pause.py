"""While a pause is in force nothing leaves the house: after a restore, or when an operator says so."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from notifications.querysets import OutboxPauseQuerySet


class OutboxPause(models.Model):
    """Who stopped the outbox, when and why, and who let it go again.

    `is_restore`: the rows of before may have been sent since the backup was made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reason = models.CharField(_("理由"), max_length=200)
    is_restore = models.BooleanField(_("数据库恢复后"), default=False)
    paused_at = models.DateTimeField(_("暂停时间"))
    paused_by = models.CharField(max_length=120)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=120, blank=True)

    objects: ClassVar = OutboxPauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("暂停发送")
        verbose_name_plural = _("暂停发送")
        constraints = [
            models.UniqueConstraint(
                models.ExpressionWrapper(
                    Q(released_at__isnull=True), output_field=models.BooleanField()
                ),
                condition=Q(released_at__isnull=True),
                name="outbox_paused_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reason

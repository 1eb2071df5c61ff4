"""Two tables that belong to no domain: requests already answered, and how often somebody tried."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class IdempotencyKey(models.Model):
    """One unsafe request that was carried out. Written and read by common.idempotency only."""

    owner = models.CharField(_("所有者"), max_length=100)
    key = models.CharField(_("幂等键"), max_length=100)
    fingerprint = models.CharField(_("内容摘要"), max_length=64)
    result = models.CharField(_("结果"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("创建时间"))

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "key"], name="one_request_per_idempotency_key"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    @override
    def __str__(self) -> str:
        return f"{self.owner}: {self.key}"


class RateBucket(models.Model):
    """How often one subject did one thing in one window of time. Written by common.ratelimit only."""

    bucket = models.BinaryField(_("对象摘要"), max_length=32)
    started_at = models.DateTimeField(_("窗口开始"))
    ends_at = models.DateTimeField(_("窗口结束"))
    count = models.PositiveIntegerField(_("次数"))

    class Meta:
        verbose_name = _("频次")
        verbose_name_plural = _("频次")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bucket", "started_at"], name="one_count_per_bucket_window"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="rate_bucket_end")]

    @override
    def __str__(self) -> str:
        return f"{bytes(self.bucket).hex()[:8]} {self.started_at:%Y-%m-%d %H:%M}: {self.count}"

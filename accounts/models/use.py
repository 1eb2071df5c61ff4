"""Whose files a user has looked at today: what the daily budget counts (security.md T4)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.querysets import FileUseQuerySet


class FileUse(models.Model):
    """One person's file, one user, one day, however often; `reveals` are the values shown in full."""

    user_id = models.UUIDField()
    day = models.DateField(_("日期"))
    person_id = models.UUIDField()
    reveals = models.PositiveIntegerField(_("显示完整内容的次数"), default=0)

    objects: ClassVar = FileUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("当天查看的档案")
        verbose_name_plural = _("当天查看的档案")
        constraints = [
            models.UniqueConstraint("user_id", "day", "person_id", name="file_use_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.reveals}"

"""Signs of life: a connected worker that consumes nothing writes none."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerBeat(models.Model):
    name = models.CharField(_("进程"), max_length=120, primary_key=True)
    beat_at = models.DateTimeField()

    class Meta:
        verbose_name = _("后台心跳")
        verbose_name_plural = _("后台心跳")

    def __str__(self) -> str:
        return self.name

"""Where a fact comes from."""

from django.db import models
from django.utils.translation import get_language, gettext_lazy as _

from residents.base.querysets import PublicQuerySet


class SourceSystem(models.Model):
    """A department's system or a way of collecting: police, civil affairs, a visit, the counter."""

    code = models.CharField(_("代码"), max_length=30, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(max_length=80, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据来源")
        verbose_name_plural = _("数据来源")

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

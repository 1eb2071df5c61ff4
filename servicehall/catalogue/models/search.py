"""What people looked for and did not find: words that an item's synonyms lack. Counted, never whose."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from servicehall.catalogue.finding import MAX_KEPT
from servicehall.catalogue.querysets import EmptySearchQuerySet


class EmptySearch(models.Model):
    """A text that found nothing on a day, and how often (finding.keepable says which texts may be kept)."""

    day = models.DateField(_("日期"))
    text = models.CharField(_("查找的词"), max_length=MAX_KEPT)
    count = models.PositiveIntegerField(_("次数"), default=1)

    objects = EmptySearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("没有结果的查找")
        verbose_name_plural = _("没有结果的查找")
        constraints = [
            models.UniqueConstraint(fields=["day", "text"], name="one_count_of_a_text_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.text} × {self.count}"

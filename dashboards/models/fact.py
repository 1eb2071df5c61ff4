"""What officials look at: counts per day, place and window, kept so that no page adds up history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.governance.models import Place
from dashboards.querysets import DailyFactQuerySet


class DailyFact(models.Model):
    """So many cases of a measure on a day in a place, by line and department. Every place above the community
    has its own rows, as the tree stood on that day, so that a page reads only the places it shows."""

    day = models.DateField(_("日期"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    line = models.CharField(_("窗口"), max_length=20)
    department = models.CharField(_("主管部门"), max_length=30)
    measure = models.CharField(_("指标"), max_length=30)
    value = models.PositiveIntegerField(_("数值"))

    objects = DailyFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("日统计")
        verbose_name_plural = _("日统计")
        constraints = [
            models.UniqueConstraint(
                "place", "day", "measure", "line", "department", name="one_fact"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="fact_day")]

"""How many live and are registered where, month by month, so that a statement never adds up history."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.governance.models import Place
from residents.base.enums import Basis
from residents.base.querysets_life import PopulationMonthQuerySet


class PopulationMonth(models.Model):
    """人口变动月报 of a place and a month on one basis. Every place above the community has rows of its own.

    What crosses the place's border counts as in or out; who stays within it has moved inside. The database
    refuses a month that does not add up.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField(_("月份"))
    basis = models.CharField(_("口径"), max_length=10, choices=Basis.choices)
    start = models.IntegerField(_("月初"))
    entered = models.IntegerField(_("登记入库"))
    births = models.IntegerField(_("出生"))
    deaths = models.IntegerField(_("死亡"))
    came = models.IntegerField(_("市外迁入"))
    left = models.IntegerField(_("迁往市外"))
    moved_in = models.IntegerField(_("市内迁入"))
    moved_out = models.IntegerField(_("市内迁出"))
    merged = models.IntegerField(_("重复合并"), default=0)
    inside = models.IntegerField(_("本地内迁移"))
    end = models.IntegerField(_("月末"))
    households = models.IntegerField(_("月末户数"))

    objects = PopulationMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("人口变动月报")
        verbose_name_plural = _("人口变动月报")
        ordering = ["month", "place_id", "basis"]
        constraints = [
            models.UniqueConstraint("place", "month", "basis", name="one_month"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="month_basis_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_first_day"),
            models.CheckConstraint(
                condition=Q(
                    end=F("start")
                    + F("entered")
                    + F("births")
                    - F("deaths")
                    + F("came")
                    - F("left")
                    + F("moved_in")
                    - F("moved_out")
                    - F("merged")
                ),
                name="month_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["month"], name="month_of")]

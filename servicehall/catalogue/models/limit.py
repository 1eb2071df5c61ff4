"""The hall's own limits as dated rows with their basis: edited, never released."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from community.governance.models.body import DateRange
from servicehall.catalogue.querysets import HallLimitQuerySet


class HallLimit(models.Model):
    """One limit on dated days; `code` is a field of deadlines.HallLimits, `unit` workday, day or percent."""

    code = models.CharField(_("代码"), max_length=30)
    name = models.JSONField(_("名称"))
    value = models.PositiveSmallIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=10)
    basis = models.CharField(_("依据"), max_length=160)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = HallLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("大厅时限")
        verbose_name_plural = _("大厅时限")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="hall_limit_dates",
            ),
            ExclusionConstraint(
                name="one_hall_limit_in_force",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.code

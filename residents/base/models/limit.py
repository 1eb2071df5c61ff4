"""Figures of the base that a rule sets, as dated rows with their basis."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from community.governance.models.body import DateRange
from residents.base.querysets_life import BaseLimitQuerySet, WatermarkQuerySet


class BaseLimit(models.Model):
    """One figure on dated days: after how many months somebody who came may ask for a residence permit."""

    code = models.CharField(_("代码"), max_length=40)
    value = models.PositiveSmallIntegerField(_("数值"))
    basis = models.CharField(_("依据"), max_length=160)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = BaseLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("基础库规则数值")
        verbose_name_plural = _("基础库规则数值")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="base_limit_dates",
            ),
            ExclusionConstraint(
                name="one_base_limit_in_force",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Watermark(models.Model):
    """The last day that a daily task has dealt with; a missed night is made up for by the next."""

    task = models.CharField(max_length=40, primary_key=True)
    until = models.DateField()

    objects = WatermarkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.task} {self.until}"

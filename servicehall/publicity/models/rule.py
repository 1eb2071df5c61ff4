"""The local rules of publicity as dated rows with their basis: edited, never released."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from community.governance.models.body import DateRange
from servicehall.publicity.querysets import PublicityRuleQuerySet


class PublicityRule(models.Model):
    """One rule on dated days; `code` is a field of rules.PublicityRules, `words` where it is a list."""

    code = models.CharField(_("代码"), max_length=30)
    name = models.JSONField(_("名称"))
    value = models.PositiveSmallIntegerField(_("数值"), default=0)
    words = models.JSONField(_("词语"), default=list)
    unit = models.CharField(_("单位"), max_length=10)
    basis = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = PublicityRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示规则")
        verbose_name_plural = _("公示规则")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="publicity_rule_dates",
            ),
            ExclusionConstraint(
                name="one_publicity_rule_in_force",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.code

"""The figures of the rights and what must be kept: dated rows with their basis, edited and never released."""

from collections.abc import Mapping

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import get_language, gettext_lazy as _

from community.governance.models.body import DateRange
from residents.rights.enums import Unit
from residents.rights.querysets import DatedQuerySet, RightsFigureQuerySet


def in_language(text: Mapping[str, str]) -> str:
    """A text of the data files in the reader's language."""
    return text.get("en" if get_language() == "en" else "zh", "") or text.get("zh", "")


def one_in_force(name: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            ("code", RangeOperators.EQUAL),
            (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
        ],
    )


def dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )


class RightsFigure(models.Model):
    """One figure on dated days: a limit, an age, how long a file lives."""

    code = models.CharField(_("代码"), max_length=30)
    name = models.JSONField(_("名称"))
    value = models.PositiveSmallIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=10, choices=Unit.choices)
    basis = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = RightsFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("权利时限")
        verbose_name_plural = _("权利时限")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__in=Unit.values), name="rights_figure_unit_known"
            ),
            dates_in_order("rights_figure_dates"),
            one_in_force("one_rights_figure_in_force"),
        ]

    def __str__(self) -> str:
        return self.code


class RetentionRule(models.Model):
    """What may not be deleted, until when and why. `attributes` are kept for its sake."""

    code = models.CharField(_("代码"), max_length=30)
    name = models.JSONField(_("名称"))
    term = models.JSONField(_("保存到"))
    reason = models.JSONField(_("理由"))
    attributes = models.JSONField(_("属性"), default=list)
    basis = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("保存期限")
        verbose_name_plural = _("保存期限")
        constraints = [dates_in_order("retention_dates"), one_in_force("one_retention_in_force")]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        return in_language(self.name)

    @property
    def until(self) -> str:
        return in_language(self.term)

    @property
    def why(self) -> str:
        return in_language(self.reason)

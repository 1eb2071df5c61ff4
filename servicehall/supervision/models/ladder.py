"""The ladder of overdue cases and the figures of supervision: dated rows; which rung was told of which case."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import get_language, gettext_lazy as _

from community.governance.models.body import DateRange
from servicehall.cases.models import Case
from servicehall.supervision.enums import RungBase, Teller
from servicehall.supervision.querysets import (
    DatedQuerySet,
    EscalationQuerySet,
    SupervisionRuleQuerySet,
)


def _dates(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )


def _one_in_force(name: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            ("code", RangeOperators.EQUAL),
            (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
        ],
    )


class SupervisionRule(models.Model):
    """One figure on dated days; `code` is a field of rules.SupervisionRules."""

    code = models.CharField(_("代码"), max_length=30)
    name = models.JSONField(_("名称"))
    value = models.PositiveSmallIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=10)
    basis = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = SupervisionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("监察参数")
        verbose_name_plural = _("监察参数")
        constraints = [
            _dates("supervision_rule_dates"),
            _one_in_force("one_supervision_rule_in_force"),
        ]

    def __str__(self) -> str:
        return self.code


class Rung(models.Model):
    """One rung on dated days: `after` working days past a day of the clock, these are told."""

    code = models.CharField(_("代码"), max_length=20)
    name = models.JSONField(_("名称"))
    base = models.CharField(_("起算日"), max_length=10, choices=RungBase.choices)
    after = models.PositiveSmallIntegerField(_("之后工作日"))
    tells = ArrayField(
        models.CharField(max_length=12, choices=Teller.choices), default=list, blank=True
    )
    basis = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("催办阶梯")
        verbose_name_plural = _("催办阶梯")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(base__in=RungBase.values), name="rung_base_known"),
            models.CheckConstraint(
                condition=Q(tells__contained_by=Teller.values), name="rung_tells_known"
            ),
            _dates("rung_dates"),
            _one_in_force("one_rung_in_force"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        language = "en" if get_language() == "en" else "zh"
        return str(self.name.get(language) or self.name["zh"])


class Escalation(models.Model):
    """A rung that a case has reached: told once, and never again. `day` is the day of the clock it counts from."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="escalations")
    rung = models.ForeignKey(Rung, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    day = models.DateField(_("起算日"))
    told_at = models.DateTimeField(_("告知时间"))
    told = models.PositiveSmallIntegerField(_("告知人数"), default=0)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("催办记录")
        verbose_name_plural = _("催办记录")
        ordering = ["case_id", "id"]
        constraints = [models.UniqueConstraint("case", "code", name="rung_told_once")]


class SweepMark(models.Model):
    """How far the sweep has looked: everything up to here was found. Empty means: look at all that is open."""

    code = models.CharField(max_length=30, primary_key=True)
    day = models.DateField(null=True)
    number = models.BigIntegerField(null=True)
    text = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("巡查标记")
        verbose_name_plural = _("巡查标记")

"""In whose name a letter speaks: letterhead, signs of the number, series, seal. All dated."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from community.governance.models import Body
from community.governance.models.body import DateRange
from servicehall.documents.enums import MarkSubject
from servicehall.documents.querysets import LetterheadQuerySet, NumberMarkQuerySet, SealQuerySet

DAYS = DateRange("valid_from", "valid_to", Value("[)"))
ENDS_AFTER_START = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


class Letterhead(models.Model):
    """A body's 机关代字, and the second line of its heading where two scripts are in use.

    No two bodies share an abbreviation on one day, so a number names one body.
    """

    body = models.ForeignKey(Body, models.PROTECT, related_name="letterheads")
    abbreviation = models.CharField(_("机关代字"), max_length=40)
    second_line = models.CharField(_("第二种文字的名称"), max_length=160, blank=True)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = LetterheadQuerySet.as_manager()

    class Meta:
        verbose_name = _("发文机关代字")
        verbose_name_plural = _("发文机关代字")
        ordering = ["body_id", "valid_from"]
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_START, name="letterhead_dates"),
            ExclusionConstraint(
                name="one_letterhead_a_day",
                expressions=[("body", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="one_body_an_abbreviation",
                expressions=[
                    ("abbreviation", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.abbreviation


class NumberMark(models.Model):
    """The sign of a line (救) or of a group of letters (受) within a number."""

    subject = models.CharField(_("所指"), max_length=8, choices=MarkSubject.choices)
    code = models.CharField(_("代码"), max_length=20)
    text = models.CharField(_("代字"), max_length=10, blank=True)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = NumberMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("字号用字")
        verbose_name_plural = _("字号用字")
        ordering = ["subject", "code", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__in=MarkSubject.values), name="mark_subject_known"
            ),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="mark_dates"),
            ExclusionConstraint(
                name="one_mark_a_day",
                expressions=[
                    ("subject", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.text


class NumberSeries(models.Model):
    """The last number of a series: body, line and group make the prefix, each year starts anew.

    The row is locked until the act commits, so an act that fails leaves no gap.
    """

    prefix = models.CharField(_("代字"), max_length=60)
    year = models.PositiveSmallIntegerField(_("年份"))
    last = models.PositiveIntegerField(_("最后一号"))

    class Meta:
        verbose_name = _("发文字号序列")
        verbose_name_plural = _("发文字号序列")
        ordering = ["prefix", "year"]
        constraints = [models.UniqueConstraint("prefix", "year", name="one_series_a_year")]

    def __str__(self) -> str:
        return f"{self.prefix}〔{self.year}〕"


class Seal(models.Model):
    """印章. Without an image it is drawn: the body's name in the round, a star, `name` below it.

    `kinds` are the letters it may be put on, `roles` the posts at the body that may use it; empty means all.
    `is_automatic` releases it for letters that the portal issues by itself.
    """

    body = models.ForeignKey(Body, models.PROTECT, related_name="seals")
    name = models.CharField(_("印章名称"), max_length=20, blank=True)
    image = models.CharField(max_length=80, blank=True)
    kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    roles = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    is_automatic = models.BooleanField(_("可自动用印"), default=False)
    basis = models.CharField(_("启用依据"), max_length=160, blank=True)
    valid_from = models.DateField(_("启用"))
    valid_to = models.DateField(_("停用"), null=True)

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = _("电子印章")
        verbose_name_plural = _("电子印章")
        ordering = ["body_id", "id"]
        constraints = [models.CheckConstraint(condition=ENDS_AFTER_START, name="seal_dates")]
        indexes = [models.Index(fields=["body", "valid_from"], name="seal_of_body")]

    def __str__(self) -> str:
        return f"{self.body_id} {self.name}"

"""The bodies that act in places: who leads, who governs itself, who serves, who decides."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language, gettext_lazy as _

from common.ids import uuid7
from community.governance.enums import BodyKind
from community.governance.models.place import Place
from community.governance.querysets import BodyQuerySet, CoverageQuerySet

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


class DateRange(Func):
    """daterange(from, to): the days on which a row holds, end excluded, open when null."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Body(models.Model):
    """A body with its own life. `lines` are the window codes it answers for; empty means all.

    `hours` are spans [{"days": [1, …, 7], "from": "08:30", "to": "12:00"}], Monday is 1 (ISO 8601).
    `key` says what it is in every district alike ("civil_affairs"), so that items can name who decides.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("类别"), max_length=24, choices=BodyKind.choices)
    key = models.CharField(_("职能"), max_length=30)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="bodies")
    lines = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    address_en = models.CharField(max_length=160, blank=True)
    hours = models.JSONField(_("服务时间"), default=list)
    opens_at = models.TimeField(_("上班"), default="09:00")
    closes_at = models.TimeField(_("下班"), default="17:30")
    is_provisional = models.BooleanField(_("暂定"), default=False)
    valid_from = models.DateField(_("成立"))
    valid_to = models.DateField(_("撤销"), null=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BodyKind.values), name="body_kind_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="body_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["place", "kind"], name="body_of_place")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def address_label(self) -> str:
        return self.address_en if self.address_en and get_language() == "en" else self.address

    @property
    def hours_label(self) -> str:
        """服务时间 in words: days that share their spans stand together."""
        spans: dict[tuple[int, ...], list[str]] = {}
        for span in self.hours:
            spans.setdefault(tuple(span["days"]), []).append(f"{span['from']}–{span['to']}")
        separator = _("，")
        return str(_("；")).join(
            f"{_days_label(days)} {str(separator).join(times)}" for days, times in spans.items()
        )

    def answers_for(self, line: str) -> bool:
        return not self.lines or line in self.lines

    def exists_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def _days_label(days: tuple[int, ...]) -> str:
    """周一至周五, or the days one by one when they do not follow each other."""
    names = [str(name) for name in WEEKDAYS]
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return _("%(first)s至%(last)s") % {"first": names[days[0] - 1], "last": names[days[-1] - 1]}
    return str(_("、")).join(names[day - 1] for day in days)


class StationCoverage(models.Model):
    """Which station is the home of a community's residents, by date (domain S4: 一站多居)."""

    station = models.ForeignKey(Body, models.PROTECT, related_name="coverages")
    community = models.ForeignKey(Place, models.PROTECT, related_name="coverages")
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务站覆盖关系")
        verbose_name_plural = _("服务站覆盖关系")
        constraints = [
            ExclusionConstraint(
                name="one_home_station_a_day",
                expressions=[
                    ("community", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

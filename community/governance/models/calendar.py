"""The work calendar: one row for each day that a notice names, and one for each year whose notice is loaded."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from community.governance.workdays import WorkCalendar

_loaded: tuple[frozenset[tuple[int, bool, uuid.UUID]], WorkCalendar] | None = None


class WorkCalendarYearQuerySet(models.QuerySet["WorkCalendarYear"]):
    def public(self) -> Self:
        """Which days are worked is public knowledge."""
        return self.all()

    def calendar(self) -> WorkCalendar:
        """The calendar as it stands. One small query; the days are read again only after a change.

        Every change gives its year a new random revision, so processes notice each other's changes at once.
        """
        global _loaded  # noqa: PLW0603  one calendar a process, replaced as a whole
        years = frozenset(self.order_by().values_list("year", "is_published", "revision"))
        if _loaded is None or _loaded[0] != years:
            days = dict(WorkCalendarDay.objects.order_by().values_list("day", "is_workday"))
            _loaded = (
                years,
                WorkCalendar(
                    days, frozenset(year for year, published, _revision in years if published)
                ),
            )
        return _loaded[1]


class WorkCalendarYear(models.Model):
    """A year of the calendar. Published: the State Council's notice is loaded, so its days are certain."""

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    is_published = models.BooleanField(_("放假通知已载入"), default=False)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    published_on = models.DateField(_("通知日期"), null=True)
    revision = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = WorkCalendarYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作日历年度")
        verbose_name_plural = _("工作日历年度")
        default_permissions = ()
        ordering = ["year"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lte=2100),
                name="work_calendar_year_plausible",
            ),
            models.CheckConstraint(
                condition=models.Q(is_published=False) | ~models.Q(source=""),
                name="work_calendar_year_has_source",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.year)


class WorkCalendarDayQuerySet(models.QuerySet["WorkCalendarDay"]):
    def public(self) -> Self:
        """Which days are worked is public knowledge."""
        return self.all()

    def of_year(self, year: int) -> Self:
        return self.filter(day__range=(date(year, 1, 1), date(year, 12, 31)))


class WorkCalendarDay(models.Model):
    """A day that somebody set: a holiday, a day off in lieu, a weekend that is worked. Others follow the week."""

    day = models.DateField(_("日期"), primary_key=True)
    is_workday = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=60, blank=True)
    source = models.CharField(_("来源"), max_length=120)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = WorkCalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")
        default_permissions = ()
        ordering = ["day"]

    @override
    def __str__(self) -> str:
        return self.day.isoformat()

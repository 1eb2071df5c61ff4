"""What departments may receive, in which layout, and each file that went out."""

import re
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import get_language, gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Body, Place
from community.governance.models.body import DateRange
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from residents.exchange.enums import RunState
from residents.exchange.layouts import Layout, label_of, read_layout
from residents.exchange.querysets.outgoing import (
    EntitlementQuerySet,
    ExchangeFigureQuerySet,
    ExportRowQuerySet,
    ExportRunQuerySet,
    ExportTemplateQuerySet,
)

UNFIT = r'[\\/:*?"<>|\s]+'


def _dated(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )


def _one_at_a_time(name: str, *keys: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((key, RangeOperators.EQUAL) for key in keys),
            (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
        ],
    )


class ExchangeFigure(models.Model):
    """A limit or rate of the exchange on dated days; with a `body_key` for that office, else for all."""

    code = models.CharField(_("代码"), max_length=30)
    body_key = models.CharField(_("部门"), max_length=40, blank=True)
    value = models.PositiveIntegerField(_("数值"))
    unit = models.CharField(_("单位"), max_length=12)
    basis = models.CharField(_("依据"), max_length=300)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = ExchangeFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("交换参数")
        verbose_name_plural = _("交换参数")
        constraints = [
            _dated("exchange_figure_dates"),
            _one_at_a_time("one_exchange_figure", "code", "body_key"),
        ]


class FieldEntitlement(models.Model):
    """A department may receive one attribute (or `layouts.BESIDE`), by a law or decision, from a day on."""

    body_key = models.CharField(_("部门"), max_length=40)
    attribute = models.CharField(_("属性"), max_length=40)
    basis = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("部门可用字段")
        verbose_name_plural = _("部门可用字段")
        constraints = [
            _dated("field_entitlement_dates"),
            _one_at_a_time("one_field_entitlement", "body_key", "attribute"),
        ]


class ExportTemplate(models.Model):
    """One version of a department's own form; `content` is read by `layouts.read_layout`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=60)
    body_key = models.CharField(_("部门"), max_length=40)
    version = models.PositiveSmallIntegerField(_("版本"))
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(_("用途"), max_length=160)
    purpose_en = models.CharField(max_length=200, blank=True)
    basis = models.CharField(_("法定依据"), max_length=300)
    content = models.JSONField(_("版式"))
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = ExportTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("导出模板")
        verbose_name_plural = _("导出模板")
        ordering = ["body_key", "code", "-version"]
        constraints = [
            _dated("export_template_dates"),
            models.UniqueConstraint("code", "version", name="export_template_version_once"),
            _one_at_a_time("one_export_template_in_force", "code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def purpose_shown(self) -> str:
        return self.purpose_en if self.purpose_en and get_language() == "en" else self.purpose

    @cached_property
    def layout(self) -> Layout:
        return read_layout(self.content)

    @property
    def needs_labels(self) -> list[str]:
        return [str(label_of(key)) for key in self.layout.needs]


class ExportRun(models.Model):
    """One file for one department: who wanted it, for whom, why, of which place, and what became of it.

    The clear rows exist in memory only; the file lies encrypted under the id of its run (`sealed`) and goes
    after `expires_at`. `cursor` is the last person who was looked at while rows are gathered.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(ExportTemplate, models.PROTECT, related_name="runs")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("范围"))
    is_delta = models.BooleanField(_("只要变化的"), default=False)
    recipient = models.CharField(_("接收人"), max_length=60)
    purpose = models.CharField(_("本次用途"), max_length=160)
    state = models.CharField(
        _("状态"), max_length=10, choices=RunState.choices, default=RunState.GATHERING
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_post = models.UUIDField()
    requested_post_label = models.CharField(max_length=200)
    requested_body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_post_label = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    decision_note = models.CharField(_("审批意见"), max_length=200, blank=True)
    cursor = models.UUIDField(null=True)
    looked_at = models.PositiveIntegerField(_("已核对人数"), default=0)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(_("文件大小"), default=0)
    written_at = models.DateTimeField(_("生成时间"), null=True)
    expires_at = models.DateTimeField(_("到期删除"), null=True)
    fetched_at = models.DateTimeField(_("首次下载"), null=True)
    fetches = models.PositiveIntegerField(_("下载次数"), default=0)

    objects = ExportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据导出")
        verbose_name_plural = _("数据导出")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RunState.values), name="export_run_state_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="export_run_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="export_run_decision_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(written_at__isnull=False, expires_at__gt=F("written_at"), rows__gt=0),
                name="export_run_ready_expires",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="export_run_to_do",
                condition=Q(state__in=["gathering", "writing"]),
            ),
            models.Index(fields=["requested_by", "requested_at"], name="export_run_of_user"),
            models.Index(fields=["template", "place"], name="export_run_of_template"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """On the file, in the trail and on the phone: the random end of the id."""
        return self.pk.hex[-10:].upper()

    @property
    def file_name(self) -> str:
        """What it is, of which place, which file: names of data, so without signs that a disk does not take."""
        name = f"{self.template.name}-{self.place.name}-{self.number}"
        return f"{re.sub(UNFIT, '_', name)}.{self.template.layout.format}"

    @property
    def has_file(self) -> bool:
        return self.state == RunState.READY

    @property
    def is_under_way(self) -> bool:
        return self.state in {RunState.GATHERING, RunState.WRITING}


class ExportRow(models.Model):
    """A person in a run, with the keyed digest of his row: what he looked like in what the department has."""

    run = models.ForeignKey(ExportRun, models.CASCADE, related_name="lines")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32)

    objects = ExportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("导出明细")
        verbose_name_plural = _("导出明细")
        constraints = [models.UniqueConstraint("run", "person", name="export_row_once")]


# Files that have left the base speak of the entry as it was then.
declare(Tie("exchange.ExportRow", "person", OnMerge.KEEP))

"""What departments ask of communities, the forms that come of it, and what they cost in time."""

import json
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Body, Place
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from residents.exchange.enums import FormState, Frequency, RequestState, TypedIn
from residents.exchange.layouts import ANSWER, Column, Layout, read_layout
from residents.exchange.models.export import ExportTemplate
from residents.exchange.querysets.reports import (
    ReportFormQuerySet,
    ReportLineQuerySet,
    ReportRefusalQuerySet,
    ReportRequestQuerySet,
    TypedAgainQuerySet,
)


class ReportRequest(models.Model):
    """报表需求: a department wants something of the residents of a place. `content` is a layout: what the base
    holds fills itself, the other columns ("answer:…") are asked. The district's community office decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("部门"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("范围"))
    name = models.CharField(_("报表名称"), max_length=80)
    purpose = models.CharField(_("用途"), max_length=160)
    basis = models.CharField(_("法定依据"), max_length=300)
    content = models.JSONField(_("版式"))
    frequency = models.CharField(_("频次"), max_length=10, choices=Frequency.choices)
    due_on = models.DateField(_("首次截止"))
    ends_on = models.DateField(_("停止"))
    state = models.CharField(
        _("状态"), max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    is_over_quota = models.BooleanField(_("超出当月数量"), default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    decision_note = models.CharField(_("审批意见"), max_length=200, blank=True)
    template = models.OneToOneField(
        ExportTemplate, models.PROTECT, null=True, related_name="request"
    )

    objects = ReportRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("报表需求")
        verbose_name_plural = _("报表需求")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="report_request_state_known"
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="report_request_frequency_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("due_on")), name="report_request_dates"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(template__isnull=False, decided_at__isnull=False),
                name="report_request_approved_whole",
            ),
        ]
        indexes = [models.Index(fields=["body", "requested_at"], name="report_request_of_body")]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        return self.pk.hex[-10:].upper()

    @cached_property
    def layout(self) -> Layout:
        return read_layout(self.content)

    @property
    def asked(self) -> list[Column]:
        return [each for each in self.layout.columns if each.value.startswith(ANSWER)]

    @property
    def held(self) -> list[Column]:
        return [each for each in self.layout.columns if not each.value.startswith(ANSWER)]


class ReportForm(models.Model):
    """One community's form for one due day, with what it cost: cells typed, kept from last time, filled by
    the base; whole minutes, so that sums are exact, by the rate of the day on which it was filled in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ReportRequest, models.PROTECT, related_name="forms")
    community = models.ForeignKey(Place, models.PROTECT, related_name="+")
    due_on = models.DateField(_("截止"))
    opened_at = models.DateTimeField(_("下发时间"))
    state = models.CharField(
        _("状态"), max_length=8, choices=FormState.choices, default=FormState.OPEN
    )
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    filled_at = models.DateTimeField(_("填报时间"), null=True)
    cells_held = models.PositiveIntegerField(_("自动填好的格数"), default=0)
    cells_kept = models.PositiveIntegerField(_("沿用上次的格数"), default=0)
    cells_typed = models.PositiveIntegerField(_("手工填写的格数"), default=0)
    minutes_spent = models.PositiveIntegerField(_("用时（分钟）"), default=0)
    minutes_saved = models.PositiveIntegerField(_("节省（分钟）"), default=0)

    objects = ReportFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("社区报表")
        verbose_name_plural = _("社区报表")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint("request", "community", "due_on", name="report_form_once"),
            models.CheckConstraint(
                condition=Q(state__in=FormState.values), name="report_form_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open", filled_at__isnull=True)
                | Q(state="filled", filled_at__isnull=False, filled_by__isnull=False),
                name="report_form_filled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "due_on"], name="report_form_of_community")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReportLine(models.Model):
    """What a community answered of one person, by the key of the column; sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(ReportForm, models.CASCADE, related_name="lines")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    said = EncryptedTextField(_("填报内容"))

    objects = ReportLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("报表明细")
        verbose_name_plural = _("报表明细")
        constraints = [models.UniqueConstraint("form", "person", name="report_line_once")]

    @property
    def answers(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.said)
        return found


class ReportRefusal(models.Model):
    """A community says no to a report that nobody approved; the letter names rule and number."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ReportRequest, models.PROTECT, null=True, related_name="refusals")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("部门"))
    community = models.ForeignKey(Place, models.PROTECT, related_name="+")
    what = models.CharField(_("要求填报的内容"), max_length=160)
    reason = models.CharField(_("理由"), max_length=300)
    basis = models.CharField(_("依据"), max_length=300)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    refused_body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(_("时间"))

    objects = ReportRefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("拒绝填报函")
        verbose_name_plural = _("拒绝填报函")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return self.pk.hex[-10:].upper()


class TypedAgain(models.Model):
    """Somebody typed an attribute of a person that the base held at that moment: the work that must not be."""

    at = models.DateTimeField(_("时间"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    community = models.ForeignKey(Place, models.PROTECT, related_name="+")
    attribute = models.CharField(_("属性"), max_length=40)
    typed_in = models.CharField(_("在哪里"), max_length=8, choices=TypedIn.choices)
    form = models.CharField(_("表单"), max_length=80)

    objects = TypedAgainQuerySet.as_manager()

    class Meta:
        verbose_name = _("重复填写")
        verbose_name_plural = _("重复填写")
        constraints = [
            models.CheckConstraint(
                condition=Q(typed_in__in=TypedIn.values), name="typed_again_where_known"
            )
        ]
        indexes = [models.Index(fields=["at"], name="typed_again_at")]


declare(
    Tie("exchange.ReportLine", "person", OnMerge.KEEP),
    Tie("exchange.TypedAgain", "person", OnMerge.KEEP),
)

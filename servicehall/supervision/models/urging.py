"""督办: a letter to the responsible office with a day to reply (fields of GB/T 39046)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Body, Post
from servicehall.cases.enums import Light
from servicehall.cases.models import Case
from servicehall.supervision.enums import FindingKind, UrgingState
from servicehall.supervision.querysets import UrgingQuerySet


class UrgingSerial(models.Model):
    """The last number of a year; locked while the next is taken, so that the series has no gap."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("督办编号")
        verbose_name_plural = _("督办编号")


class Urging(models.Model):
    """督办单. The words of GB/T 39046 stand as the names of the fields; `rule_number` is the rule that was broken."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("督办编号"), max_length=30, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="urgings")
    body = models.ForeignKey(Body, models.PROTECT, related_name="urgings")
    kind = models.CharField(_("监察情形"), max_length=24, choices=FindingKind.choices)
    rule_number = models.CharField(_("监察规则编号"), max_length=10)
    light = models.CharField(_("预警类型"), max_length=12, choices=Light.choices)
    content = models.TextField(_("督办内容"))
    issued_at = models.DateTimeField(_("发出时间"))
    issued_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    due_on = models.DateField(_("回复期限"))
    # From which day the time to reply is counted: issued, or returned. None in letters of before.
    counted_from = models.DateField(null=True)
    state = models.CharField(_("状态"), max_length=10, choices=UrgingState.choices)
    reply = models.TextField(_("回复"), blank=True)
    replied_at = models.DateTimeField(_("回复时间"), null=True)
    replied_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    result = models.TextField(_("督办结果"), blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closed_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    objects = UrgingQuerySet.as_manager()

    class Meta:
        verbose_name = _("督办")
        verbose_name_plural = _("督办")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FindingKind.values), name="urging_kind_known"
            ),
            models.CheckConstraint(condition=Q(light__in=Light.values), name="urging_light_known"),
            models.CheckConstraint(
                condition=Q(state__in=UrgingState.values), name="urging_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=UrgingState.REPLIED) | ~Q(reply=""), name="urging_reply_words"
            ),
            models.CheckConstraint(
                condition=~Q(state=UrgingState.CLOSED) | Q(closed_at__isnull=False) & ~Q(result=""),
                name="urging_closed_with_result",
            ),
        ]
        indexes = [
            models.Index(
                fields=["body", "due_on"],
                condition=~Q(state=UrgingState.CLOSED),
                name="urging_open_at_body",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=~Q(state=UrgingState.CLOSED),
                name="urging_open",
            ),
        ]

    def __str__(self) -> str:
        return self.number

"""监察发现: one thing that was not as it should be, with the case, the body that answers for it, and why."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Body, Post
from servicehall.cases.models import Case, ReviewStep
from servicehall.supervision.enums import RULE_NUMBERS, FindingKind
from servicehall.supervision.querysets import FindingQuerySet


class Finding(models.Model):
    """`ref` names the occasion (a step, an event, a paper): the same occasion is found once.

    `evidence` holds days, numbers and codes, never personal values; evidence.py puts it into words.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("监察情形"), max_length=24, choices=FindingKind.choices)
    case = models.ForeignKey(Case, models.PROTECT, related_name="findings")
    step = models.ForeignKey(ReviewStep, models.PROTECT, null=True, related_name="+")
    body = models.ForeignKey(Body, models.PROTECT, related_name="findings")
    ref = models.CharField(max_length=60)
    evidence = models.JSONField(default=dict)
    note = models.TextField(_("说明"), blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    found_on = models.DateField(_("发现日期"))
    recorded_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    dismissal = models.TextField(_("不计入的理由"), blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("监察发现")
        verbose_name_plural = _("监察发现")
        ordering = ["-found_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FindingKind.values), name="finding_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True) | ~Q(dismissal=""),
                name="finding_dismissed_with_reason",
            ),
            models.UniqueConstraint("case", "kind", "ref", name="finding_once"),
        ]
        indexes = [
            models.Index(fields=["-found_on", "-id"], name="finding_newest"),
            models.Index(fields=["body", "-found_on", "-id"], name="finding_of_body"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"

    @property
    def rule_number(self) -> str:
        return RULE_NUMBERS[FindingKind(self.kind)]

"""What a case waits for from others: papers promised by the applicant, opinions of other offices."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from community.governance.models import Body, Post
from servicehall.cases.enums import ConsultationKind, UndertakingKind
from servicehall.cases.models.case import Case
from servicehall.cases.querysets import ConsultationQuerySet


class Undertaking(models.Model):
    """容缺受理、告知承诺: a paper that may follow until a day, or a fact that the applicant vouches for.

    `key` and `title` are those of the material of the item version, the title in Chinese.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="undertakings")
    kind = models.CharField(max_length=12, choices=UndertakingKind.choices)
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    signed_at = models.DateTimeField(_("签署时间"))
    due_on = models.DateField(_("补交期限"), null=True)
    kept_at = models.DateTimeField(_("履行时间"), null=True)
    kept_with = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("承诺")
        verbose_name_plural = _("承诺")
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=UndertakingKind.values), name="undertaking_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=UndertakingKind.DEFERRED) | Q(due_on__isnull=False),
                name="deferred_paper_has_a_day",
            ),
            models.UniqueConstraint("case", "key", name="undertaking_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(kept_at__isnull=True), name="undertaking_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Consultation(models.Model):
    """征求意见、询问: another office is asked about a case and answers by a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="consultations")
    kind = models.CharField(max_length=10, choices=ConsultationKind.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="consultations")
    question = models.TextField(_("要问什么"))
    asked_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("答复期限"))
    reminded_on = models.DateField(null=True)
    answer = models.TextField(_("答复"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("征求意见")
        verbose_name_plural = _("征求意见")
        ordering = ["case_id", "asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ConsultationKind.values), name="consultation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="answer_has_words"
            ),
            models.UniqueConstraint(
                "case",
                "body",
                condition=Q(answered_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_consultation_of_a_body",
            ),
        ]
        indexes = [
            models.Index(
                fields=["body", "due_on"],
                condition=Q(answered_at__isnull=True, cancelled_at__isnull=True),
                name="consultation_open_at_body",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(answered_at__isnull=True, cancelled_at__isnull=True),
                name="consultation_open_due",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.cancelled_at is None

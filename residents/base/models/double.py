"""Two entries of the base that may be one human being: a question for somebody who compares them."""

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.enums import DoubleState, Likeness
from residents.base.models.person import Person
from residents.base.querysets_tidy import DoubleCandidateQuerySet


class DoubleCandidate(models.Model):
    """疑似重复 (MergeCandidate of the glossary). A pair once, the smaller id first; what was decided is remembered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person_a = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    person_b = models.ForeignKey(Person, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(_("相似度"))
    reasons = models.JSONField(default=list)
    state = models.CharField(
        _("状态"), max_length=8, choices=DoubleState.choices, default=DoubleState.OPEN
    )
    found_at = models.DateTimeField(_("发现时间"))
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(_("理由"), max_length=200, blank=True)

    objects = DoubleCandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("疑似重复")
        verbose_name_plural = _("疑似重复")
        constraints = [
            models.UniqueConstraint("person_a", "person_b", name="double_once"),
            models.CheckConstraint(condition=Q(person_a__lt=F("person_b")), name="double_ordered"),
            models.CheckConstraint(
                condition=Q(state__in=DoubleState.values), name="double_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="double_decided_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], condition=Q(state="open"), name="double_open"),
        ]

    def __str__(self) -> str:
        return f"{self.score} {self.state}"

    @property
    def why(self) -> list[str | Promise]:
        return [Likeness(reason).label for reason in self.reasons]

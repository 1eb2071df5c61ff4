"""批量办理: the same act on many cases, one result for each."""

import json

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Post
from servicehall.cases.enums import BatchAct
from servicehall.cases.models.case import Case
from servicehall.cases.querysets import BatchQuerySet


class Batch(models.Model):
    """One act, the words that go with it, and the cases it is for. It belongs to the post that began it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    act = models.CharField(max_length=12, choices=BatchAct.choices)
    words = models.TextField(_("意见"), blank=True)
    # Of a grant, JSON {case: yuan}: what the decider saw beside each case, or wrote there.
    amounts = EncryptedTextField(_("核定金额"), null=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("批量办理")
        verbose_name_plural = _("批量办理")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=BatchAct.values), name="batch_act_known"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @cached_property
    def granted(self) -> dict[str, str]:
        """The amounts in yuan by the id of the case."""
        return dict(json.loads(self.amounts or "{}"))


class BatchEntry(models.Model):
    """One case of a batch. `message` says why it was not done, in the language of whoever acted."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="entries")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    is_done = models.BooleanField(default=False)
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("批量办理的办件")
        verbose_name_plural = _("批量办理的办件")
        ordering = ["batch_id", "id"]
        constraints = [
            models.UniqueConstraint("batch", "case", name="case_once_in_a_batch"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(is_done=False, message=""),
                name="batch_entry_told_when_done",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

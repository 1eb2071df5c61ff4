"""Two entries became one: what was moved and changed, kept so that it can be taken back exactly."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from residents.base.models.person import Person
from residents.base.querysets_tidy import PersonMergeQuerySet


class PersonMerge(models.Model):
    """人员合并: `absorbed` leads to `survivor` until it is undone. `journal` is JSON (actions/merging.py), sealed:
    it holds the values that were there before."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    survivor = models.ForeignKey(Person, models.PROTECT, related_name="+")
    absorbed = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=200)
    merged_at = models.DateTimeField(_("合并时间"))
    merged_by = models.CharField(_("经办"), max_length=120, blank=True)
    journal = EncryptedTextField(_("合并前的内容"))
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undone_reason = models.CharField(_("撤销理由"), max_length=200, blank=True)

    objects = PersonMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("人员合并")
        verbose_name_plural = _("人员合并")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                "absorbed", condition=Q(undone_at__isnull=True), name="merge_stands_once"
            ),
            models.CheckConstraint(
                condition=~Q(survivor=F("absorbed")), name="merge_of_two_entries"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | ~Q(undone_reason=""),
                name="merge_undone_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

"""A copy of everything held about a person, made on request, encrypted, gone after some hours (PIPL 45)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from residents.rights.enums import CopyState
from residents.rights.querysets import CopyQuerySet


class Copy(models.Model):
    """Asked by the person, made by a worker: one file for machines, one to read and print."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    state = models.CharField(
        _("状态"), max_length=10, choices=CopyState.choices, default=CopyState.ASKED
    )
    asked_at = models.DateTimeField(_("申请时间"))
    ready_at = models.DateTimeField(_("完成时间"), null=True)
    expires_at = models.DateTimeField(_("过期时间"), null=True)
    json_as = models.CharField(max_length=80, blank=True)
    page_as = models.CharField(max_length=80, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("信息副本")
        verbose_name_plural = _("信息副本")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CopyState.values), name="copy_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(expires_at__isnull=False) & ~Q(json_as="") & ~Q(page_as=""),
                name="copy_ready_has_files",
            ),
            models.UniqueConstraint("person", condition=Q(state="asked"), name="copy_asked_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


# It holds what was known of the one entry.
declare(Tie("rights.Copy", "person", OnMerge.KEEP))

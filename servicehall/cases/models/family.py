"""一件事: cases that were filed on one form, each with its own clock."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.cases.querysets import CaseFamilyQuerySet
from servicehall.catalogue.models import Bundle


class CaseFamily(models.Model):
    """One form for several items, and later the cases that came of it.

    `bundle`: code of a catalogue Bundle; `version`: the one under which the items were chosen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bundle = models.CharField(_("一件事"), max_length=30)
    version = models.ForeignKey(Bundle, models.PROTECT, related_name="+")
    number = models.CharField(_("一件事编号"), max_length=32, blank=True)
    applicant = models.ForeignKey(Person, models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    filed_at = models.DateTimeField(_("提交时间"), null=True)

    objects = CaseFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = _("一件事")
        verbose_name_plural = _("一件事")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint("number", condition=~Q(number=""), name="family_number_once"),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True, number="")
                | (Q(filed_at__isnull=False) & ~Q(number="")),
                name="filed_family_has_number",
            ),
            models.UniqueConstraint(
                "owner",
                "applicant",
                "bundle",
                condition=Q(filed_at__isnull=True),
                name="one_open_family",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)


declare(Tie("servicehall.CaseFamily", "applicant", OnMerge.MOVE, _("一件事")))

"""What a standing check found out of order, from when on, until it is mended or waived for a while."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Place
from residents.base.models.household import Household
from residents.base.models.person import Person
from residents.base.querysets_tidy import DataFindingQuerySet
from residents.base.ties import OnMerge, Tie, declare


class DataFinding(models.Model):
    """数据核查问题: a check (checking/) and the person or household of which it is so. One open at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("核查项"), max_length=30)
    community = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="+")
    found_at = models.DateTimeField(_("发现时间"))
    last_seen = models.DateTimeField(_("最近发现"))
    fixed_at = models.DateTimeField(_("解决时间"), null=True)
    waived_until = models.DateField(_("暂不处理至"), null=True)
    waiver = models.CharField(_("暂不处理的理由"), max_length=200, blank=True)

    objects = DataFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据核查问题")
        verbose_name_plural = _("数据核查问题")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, household__isnull=False)
                | Q(person__isnull=False, household__isnull=True),
                name="finding_of_one",
            ),
            models.CheckConstraint(
                condition=Q(waived_until__isnull=True) | ~Q(waiver=""), name="finding_waiver_reason"
            ),
            models.CheckConstraint(
                condition=Q(last_seen__gte=F("found_at")), name="finding_seen_after_found"
            ),
            models.UniqueConstraint(
                "code",
                "person",
                condition=Q(fixed_at__isnull=True, person__isnull=False),
                name="finding_of_person_once",
            ),
            models.UniqueConstraint(
                "code",
                "household",
                condition=Q(fixed_at__isnull=True, household__isnull=False),
                name="finding_of_household_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "code", "id"],
                condition=Q(fixed_at__isnull=True),
                name="finding_open",
            ),
        ]

    def __str__(self) -> str:
        return self.code


# Of an entry that leads on nothing is checked any more: its findings end with the next run.
declare(Tie("residents.DataFinding", "person", OnMerge.KEEP))

"""一件事: which items stand on one form, in dated versions with the same life as an item's."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from community.governance.models.body import DateRange
from servicehall.catalogue.checking_bundles import BASIS_LENGTH
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.living import Living
from servicehall.catalogue.querysets import BundleQuerySet
from servicehall.catalogue.wording import in_words as in_language


class Bundle(Living, models.Model):
    """One version of a joint form. `items`: codes in the order in which their questions are asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=30)
    number = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=12, choices=VersionState.choices)
    name = models.JSONField(_("名称"))
    short = models.JSONField(_("一句话说明"))
    items = models.JSONField(_("事项"), default=list)
    basis = models.CharField(_("依据"), max_length=BASIS_LENGTH, blank=True)
    # Of a draft: from when it is wanted.
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)
    # Of the row of the file that it was loaded from; "" where people wrote it.
    file_digest = models.CharField(max_length=64, blank=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    note = models.CharField(_("退回的理由"), max_length=200, blank=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        verbose_name = _("一件事")
        verbose_name_plural = _("一件事")
        ordering = ["code", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="bundle_state_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="bundle_dates",
            ),
            models.UniqueConstraint("code", "number", name="bundle_number_once"),
            models.UniqueConstraint(
                "code",
                condition=Q(state__in=[VersionState.DRAFT, VersionState.WAITING]),
                name="one_draft_of_a_bundle",
            ),
            ExclusionConstraint(
                name="one_bundle_in_force",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=VersionState.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"

    @property
    def label(self) -> str:
        return in_language(self.name)

    @property
    def lead(self) -> str:
        return in_language(self.short)

    @property
    def content(self) -> dict[str, Any]:
        """What it says, without its life: what is compared, carried and checked."""
        return {
            "code": self.code,
            "name": self.name,
            "short": self.short,
            "items": self.items,
            "basis": self.basis,
        }

"""Why somebody is looked after: a flag with a purpose and an end, never a diagnosis (domain 3.5)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from residents.base.enums import CareBasis
from residents.base.models.person import Person
from residents.base.models.source import SourceSystem
from residents.base.querysets_tidy import CareFlagQuerySet, CareKindQuerySet
from residents.base.ties import OnMerge, Tie, declare


class CareKind(models.Model):
    """A kind of flag: what it is for, what allows it, how long it may stand. `roles` who sees it, [] whoever may."""

    code = models.CharField(_("代码"), max_length=30, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(max_length=80)
    purpose = models.CharField(_("用途"), max_length=120)
    purpose_en = models.CharField(max_length=160)
    basis = models.CharField(_("依据"), max_length=120)
    roles = models.JSONField(default=list)
    youngest = models.PositiveSmallIntegerField(_("最小年龄"), null=True)
    oldest = models.PositiveSmallIntegerField(_("最大年龄"), null=True)
    review_months = models.PositiveSmallIntegerField(_("复核间隔(月)"))
    max_months = models.PositiveSmallIntegerField(_("最长有效期(月)"))
    is_in_use = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = CareKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务关怀标签种类")
        verbose_name_plural = _("服务关怀标签种类")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review_months__gte=1, max_months__gte=F("review_months")),
                name="care_kind_runs_out",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name

    def fits(self, age: int | None) -> bool:
        """Whether somebody of this age can be one; of an unknown age everybody can."""
        return age is None or (self.youngest or 0) <= age <= (self.oldest or 200)

    @property
    def purpose_shown(self) -> str:
        return self.purpose_en if get_language() == "en" else self.purpose


class CareFlag(models.Model):
    """服务关怀标签: a kind for a person, from a day until it runs out or is ended before."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="care_flags")
    kind = models.ForeignKey(CareKind, models.PROTECT, related_name="+")
    from_on = models.DateField(_("起"))
    expires_on = models.DateField(_("有效至"))
    review_on = models.DateField(_("复核日期"))
    ended_on = models.DateField(_("结束日期"), null=True)
    end_reason = models.CharField(_("结束理由"), max_length=200, blank=True)
    note = EncryptedTextField(_("说明"), null=True)
    source = models.ForeignKey(SourceSystem, models.PROTECT, related_name="+")
    given_by = models.CharField(_("登记人"), max_length=120)
    consent = models.CharField(_("登记依据"), max_length=10, choices=CareBasis.choices)

    objects = CareFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务关怀标签")
        verbose_name_plural = _("服务关怀标签")
        constraints = [
            models.UniqueConstraint(
                "person", "kind", condition=Q(ended_on__isnull=True), name="care_flag_once"
            ),
            models.CheckConstraint(
                condition=Q(consent__in=CareBasis.values), name="care_consent_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("from_on"), review_on__lte=F("expires_on")),
                name="care_flag_runs_out",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_on", "id"],
                condition=Q(ended_on__isnull=True),
                name="care_flag_review",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


declare(Tie("residents.CareFlag", "person", OnMerge.MOVE, _("服务关怀标签")))

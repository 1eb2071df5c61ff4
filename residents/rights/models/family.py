"""Who may see, and act, for whom: by the consent of an adult, or as a guardian."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from residents.rights.enums import FamilyKind, FamilyState, GuardianKind
from residents.rights.querysets import FamilyConsentQuerySet, GuardianshipQuerySet


class FamilyConsent(models.Model):
    """`giver` is asked by `receiver`, answers in his own account, and may take it back at any time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    giver = models.ForeignKey(Person, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(_("允许什么"), max_length=5, choices=FamilyKind.choices)
    state = models.CharField(
        _("状态"), max_length=10, choices=FamilyState.choices, default=FamilyState.ASKED
    )
    asked_at = models.DateTimeField(_("询问时间"))
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    until = models.DateField(_("有效至"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    objects = FamilyConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("家人授权")
        verbose_name_plural = _("家人授权")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=FamilyState.values), name="family_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FamilyKind.values), name="family_kind_known"
            ),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="family_two_persons"),
            models.CheckConstraint(
                condition=~Q(state="given") | Q(until__isnull=False, answered_at__isnull=False),
                name="family_given_ends",
            ),
            models.UniqueConstraint(
                "giver", "receiver", condition=Q(state__in=["asked", "given"]), name="family_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Guardianship(models.Model):
    """监护关系, recorded at a counter from a document; it ends on a day, for a minor at the latest on coming of age."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guardian = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ward = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(_("监护依据"), max_length=10, choices=GuardianKind.choices)
    document = models.CharField(_("核对的材料"), max_length=120)
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True)
    recorded_by = models.CharField(_("登记岗位"), max_length=120)
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("监护关系")
        verbose_name_plural = _("监护关系")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=GuardianKind.values), name="guardian_kind_known"
            ),
            models.CheckConstraint(condition=~Q(guardian=F("ward")), name="guardian_two_persons"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="guardianship_dates",
            ),
            models.UniqueConstraint(
                "guardian", "ward", condition=Q(to_on__isnull=True), name="guardian_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


declare(
    Tie("rights.FamilyConsent", "giver", OnMerge.MOVE, _("家人授权")),
    Tie("rights.FamilyConsent", "receiver", OnMerge.MOVE, _("家人授权")),
    Tie("rights.Guardianship", "guardian", OnMerge.MOVE, _("监护关系")),
    Tie("rights.Guardianship", "ward", OnMerge.MOVE, _("监护关系")),
)

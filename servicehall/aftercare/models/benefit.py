"""待遇: what a granted case gives for a time, its changes with their reasons, and what must be looked at."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Body, Post
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.aftercare.enums import (
    BenefitAction,
    BenefitState,
    Period,
    ProofWay,
    TaskKind,
)
from servicehall.aftercare.querysets import BenefitQuerySet, BenefitTaskQuerySet
from servicehall.cases.models import Case
from servicehall.catalogue.models import ItemVersion, in_language


class Benefit(models.Model):
    """What a person receives by a decision. Only a person with a written reason changes or stops it.

    `decider` is the body that decided the case, and decides about changes. `to_on` is the last day.
    Amounts are sealed: what somebody receives is nobody else's business.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="benefits")
    case = models.OneToOneField(Case, models.PROTECT, related_name="benefit")
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    kind = models.CharField(_("待遇种类"), max_length=30)
    decider = models.ForeignKey(Body, models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=BenefitState.choices)
    period = models.CharField(_("发放周期"), max_length=8, choices=Period.choices)
    amount = EncryptedTextField(_("金额"), null=True)
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True)
    review_on = models.DateField(_("下次复核"), null=True)
    prove_by_on = models.DateField(_("下次生存认证"), null=True)

    objects = BenefitQuerySet.as_manager()

    class Meta:
        verbose_name = _("待遇")
        verbose_name_plural = _("待遇")
        ordering = ["-from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BenefitState.values), name="benefit_state_known"
            ),
            models.CheckConstraint(
                condition=Q(period__in=Period.values), name="benefit_period_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=BenefitState.STOPPED) | Q(to_on__isnull=False),
                name="stopped_benefit_has_end",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True)
                | Q(to_on__gte=F("from_on"))
                | Q(state=BenefitState.STOPPED),
                name="benefit_dates",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_on"],
                condition=~Q(state=BenefitState.STOPPED),
                name="benefit_review",
            ),
            models.Index(
                fields=["prove_by_on"],
                condition=~Q(state=BenefitState.STOPPED),
                name="benefit_proof",
            ),
            models.Index(fields=["kind", "person"], name="benefit_of_kind"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def label(self) -> str:
        return in_language((self.version.content.get("benefit") or {}).get("name")) or str(
            self.version.label
        )

    @property
    def yuan(self) -> Decimal | None:
        return Decimal(self.amount) if self.amount else None


class BenefitEvent(models.Model):
    """待遇变动: each act with its reason and the day from which it counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="events")
    action = models.CharField(max_length=10, choices=BenefitAction.choices)
    at = models.DateTimeField()
    from_on = models.DateField(_("生效"))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    post_label = models.CharField(max_length=140, blank=True)
    reason = EncryptedTextField(_("理由"), null=True)
    amount = EncryptedTextField(_("金额"), null=True)
    proof = models.CharField(_("认证方式"), max_length=10, choices=ProofWay.choices, blank=True)

    class Meta:
        verbose_name = _("待遇变动")
        verbose_name_plural = _("待遇变动")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=BenefitAction.values), name="benefit_action_known"
            ),
            models.CheckConstraint(
                condition=Q(proof="") | Q(proof__in=ProofWay.values), name="benefit_proof_known"
            ),
            # 社会救助暂行办法第十三条: changes and stops are decided in writing, with the reason.
            models.CheckConstraint(
                condition=~Q(action__in=["change", "suspend", "stop"]) | Q(reason__isnull=False),
                name="benefit_change_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["benefit", "at"], name="event_of_benefit")]


class BenefitTask(models.Model):
    """What has come due for a benefit, until somebody has dealt with it. It changes nothing by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="tasks")
    kind = models.CharField(_("事由"), max_length=12, choices=TaskKind.choices)
    due_on = models.DateField(_("应办日期"))
    opened_on = models.DateField()
    report = EncryptedTextField(_("核查情况"), null=True)
    reported_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = BenefitTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("待遇核查")
        verbose_name_plural = _("待遇核查")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=TaskKind.values), name="benefit_task_kind_known"
            ),
            models.UniqueConstraint(
                "benefit", "kind", condition=Q(done_at__isnull=True), name="one_open_benefit_task"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(done_at__isnull=True),
                name="benefit_task_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


declare(Tie("aftercare.Benefit", "person", OnMerge.MOVE, _("待遇")))

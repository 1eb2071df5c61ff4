"""政策找人: who is entitled to an item by its rule and does not have it. A proposal decides nothing."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.cases.enums import ProposalState
from servicehall.cases.querysets import ProposalQuerySet
from servicehall.catalogue.models import ItemVersion, ServiceItem


class Proposal(models.Model):
    """One for a person and an item, ever: who has been told is not told again, and an answer stands
    until the rule or a fact that matters changes.

    `is_certain` is false where the base knows too little to say yes; the reasons and what is missing are worked
    out from the rule and the base when somebody looks.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="proposals")
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="proposals")
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    state = models.CharField(
        _("状态"), max_length=10, choices=ProposalState.choices, default=ProposalState.FOUND
    )
    is_certain = models.BooleanField(_("信息齐全"))
    found_on = models.DateField(_("发现日期"))
    told_at = models.DateTimeField(_("告知时间"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    basis = models.JSONField(
        default=dict
    )  # on what the answer stands: digest and ids (standing.py)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策找人提示")
        verbose_name_plural = _("政策找人提示")
        constraints = [
            models.UniqueConstraint("person", "item", name="proposal_once"),
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="proposal_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["told", "declined"]) | Q(told_at__isnull=False),
                name="proposal_told_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["item", "id"],
                name="proposal_waiting",
                condition=Q(state__in=["found", "told"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.state}"


class ProposalRun(models.Model):
    """The rule by which an item was last looked for, so that a changed one is taken up at once."""

    item = models.OneToOneField(ServiceItem, models.CASCADE, primary_key=True, related_name="+")
    rule = models.JSONField(null=True)
    ran_at = models.DateTimeField()

    class Meta:
        verbose_name = _("政策找人运行记录")
        verbose_name_plural = _("政策找人运行记录")


declare(Tie("servicehall.Proposal", "person", OnMerge.MOVE, _("政策找人提示")))

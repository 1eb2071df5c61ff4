"""授权委托: somebody lets another file and follow his matters, for some items, until a day, revocable."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Post
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.cases.enums import MandateHow
from servicehall.cases.querysets import MandateQuerySet


class Mandate(models.Model):
    """Recorded at a counter from a paper, or from spoken words that two witnesses heard. `items` are codes of
    items; none means every item of the hall. 民法典 165: who, for what, how long."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    giver = models.ForeignKey(Person, models.PROTECT, related_name="+")
    holder = models.ForeignKey(Person, models.PROTECT, related_name="+")
    how = models.CharField(_("形式"), max_length=10, choices=MandateHow.choices)
    document = models.CharField(_("委托书编号或名称"), max_length=120, blank=True)
    witnesses = models.CharField(_("两名见证人"), max_length=120, blank=True)
    items = models.JSONField(_("委托事项"), default=list)
    from_on = models.DateField(_("起"))
    until = models.DateField(_("有效至"))
    recorded_with = models.ForeignKey(Post, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"))
    revoked_at = models.DateTimeField(_("撤销时间"), null=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("授权委托")
        verbose_name_plural = _("授权委托")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=MandateHow.values), name="mandate_how_known"
            ),
            models.CheckConstraint(condition=~Q(giver=F("holder")), name="mandate_two_persons"),
            models.CheckConstraint(condition=Q(until__gte=F("from_on")), name="mandate_dates"),
            models.CheckConstraint(
                condition=~Q(how=MandateHow.PAPER) | ~Q(document=""), name="mandate_names_its_paper"
            ),
            models.CheckConstraint(
                condition=~Q(how=MandateHow.SPOKEN) | ~Q(witnesses=""), name="mandate_was_witnessed"
            ),
        ]
        indexes = [
            models.Index(
                fields=["holder", "until"],
                condition=Q(revoked_at__isnull=True),
                name="mandate_in_force",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


declare(
    Tie("servicehall.Mandate", "giver", OnMerge.MOVE, _("授权委托")),
    Tie("servicehall.Mandate", "holder", OnMerge.MOVE, _("授权委托")),
)

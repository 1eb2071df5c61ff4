"""Sources disagree about a person: a task for whoever answers for the attribute, not an overwrite."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import TicketState
from residents.base.models.person import Person
from residents.base.querysets import ConflictTicketQuerySet


class ConflictTicket(models.Model):
    """数据冲突单, one open at a time for a person and an attribute.

    The values themselves stay in the source records; `rivals` names the sources that speak against what is kept.
    `answers` is the department that decides ("" the station).
    `settled` names what the decision overruled, {source: keyed digest of its value}: the same word of the same
    source opens no new ticket.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="tickets")
    attribute = models.CharField(_("属性"), max_length=40)
    answers = models.CharField(_("负责部门"), max_length=40, blank=True)
    state = models.CharField(
        _("状态"), max_length=8, choices=TicketState.choices, default=TicketState.OPEN
    )
    opened_at = models.DateTimeField(_("发现时间"))
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    note = models.CharField(_("理由"), max_length=200, blank=True)
    settled = models.JSONField(default=dict)
    rivals = models.JSONField(_("说法不同的来源"), default=list)

    objects = ConflictTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据冲突单")
        verbose_name_plural = _("数据冲突单")
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                "person", "attribute", condition=Q(state="open"), name="one_open_ticket"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TicketState.values), name="ticket_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="ticket_closed_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answers", "opened_at", "id"],
                name="ticket_open",
                condition=Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} {self.state}"

    @property
    def label(self) -> str:
        return str(ATTRIBUTES[self.attribute].label)

"""What happened to a person: the one way in which his state, his household and his place change."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Place
from residents.base.enums import EventKind, PersonState
from residents.base.models.household import Dwelling, Household
from residents.base.models.person import Person
from residents.base.querysets_life import PersonEventQuerySet
from residents.base.ties import OnMerge, Tie, declare


def _place() -> "models.ForeignKey[Place | None, Place | None]":
    """The community of one side of an event; empty is outside the city."""
    return models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)


class PersonEvent(models.Model):
    """人口变动. Written once, never edited or taken out: what was wrong is corrected by another event.

    An act may concern several persons (a household moves): one event each, all with the same `act_id`.
    The sides before and after are what the dated ties said, and their difference is what the monthly statement
    adds up. `effects` names the rows that the event closed and opened, so that a correction can undo it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    act_id = models.UUIDField(default=uuid7)
    kind = models.CharField(_("变动"), max_length=12, choices=EventKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="events")
    on = models.DateField(_("发生日期"))
    recorded_at = models.DateTimeField(_("登记时间"))
    household_before = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="+", db_index=False
    )
    household_after = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="+", db_index=False
    )
    dwelling_before = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, related_name="+", db_index=False
    )
    dwelling_after = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, related_name="+", db_index=False
    )
    place_before = models.CharField(max_length=200, blank=True)
    place_after = models.CharField(max_length=200, blank=True)
    lived_in, lives_in = _place(), _place()
    was_registered_in, registered_in = _place(), _place()
    was_head = models.BooleanField(default=False)
    is_head = models.BooleanField(default=False)
    state_before = models.CharField(max_length=12, choices=PersonState.choices)
    state_after = models.CharField(max_length=12, choices=PersonState.choices)
    source = models.CharField(_("来源"), max_length=30)
    user_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    post_label = models.CharField(max_length=200, blank=True)
    batch_id = models.UUIDField(null=True)
    paper = models.CharField(_("凭据"), max_length=80, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="corrected_by", verbose_name=_("更正")
    )
    effects = models.JSONField(default=dict)
    is_counted = models.BooleanField(default=False)  # whether the monthly sums know it

    objects = PersonEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("人口变动")
        verbose_name_plural = _("人口变动")
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_known"),
            models.CheckConstraint(
                condition=Q(state_before__in=PersonState.values)
                & Q(state_after__in=PersonState.values),
                name="event_states_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=EventKind.CORRECTION, corrects__isnull=False)
                | ~Q(kind=EventKind.CORRECTION) & Q(corrects__isnull=True),
                name="event_correction_corrects",
            ),
        ]
        indexes = [
            models.Index(fields=["on"], name="event_on"),
            models.Index(fields=["act_id"], name="event_act"),
            models.Index(fields=["id"], name="event_uncounted", condition=Q(is_counted=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


# What happened is never rewritten.
declare(Tie("residents.PersonEvent", "person", OnMerge.KEEP))

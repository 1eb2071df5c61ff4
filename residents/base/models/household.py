"""Households, dwellings and the dated ties of persons to them. 户籍 and 现住 are two different ties.

A tie holds from a day to a day, the end excluded; an empty period (from = to) never held: a correction took it back.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from community.governance.models import Place
from community.governance.models.body import DateRange
from residents.base.enums import OccupancyKind, Relation
from residents.base.models.person import Person
from residents.base.querysets import HouseholdMemberQuerySet, HouseholdQuerySet, OccupancyQuerySet
from residents.base.querysets_life import DwellingQuerySet

PERIOD = (DateRange("from_on", "to_on", Value("[)")), RangeOperators.OVERLAPS)


class Dwelling(models.Model):
    """A flat or house: a door in a unit, under exactly one stairwell (domain S31)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="dwellings")
    door = models.CharField(_("门牌"), max_length=20)
    address = models.CharField(_("地址"), max_length=160)

    objects = DwellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("房屋")
        verbose_name_plural = _("房屋")
        constraints = [models.UniqueConstraint("place", "door", name="dwelling_once")]

    def __str__(self) -> str:
        return self.address


class Household(models.Model):
    """户. `registered_at` is its 户籍 dwelling, `lives_at` where it lives; both may be outside the city."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("户号"), max_length=30, unique=True)
    community = models.ForeignKey(Place, models.PROTECT, related_name="households")
    registered_at = models.ForeignKey(Dwelling, models.PROTECT, null=True, related_name="+")
    registered_address = models.CharField(_("户籍地址"), max_length=160, blank=True)
    lives_at = models.ForeignKey(Dwelling, models.PROTECT, null=True, related_name="households")

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("家庭")
        verbose_name_plural = _("家庭")

    def __str__(self) -> str:
        return self.number


class HouseholdMember(models.Model):
    """A person's place in a household, from a day to a day; the head is the member with relation 02."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    relation = models.CharField(_("与户主关系"), max_length=2, choices=Relation.choices)
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True)

    objects = HouseholdMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("家庭成员")
        verbose_name_plural = _("家庭成员")
        constraints = [
            models.CheckConstraint(
                condition=Q(relation__in=Relation.values), name="relation_known"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="member_dates"
            ),
            models.UniqueConstraint(
                "household", "person", condition=Q(to_on__isnull=True), name="member_once"
            ),
            ExclusionConstraint(
                name="one_head",
                expressions=[("household", RangeOperators.EQUAL), PERIOD],
                condition=Q(relation="02"),
            ),
        ]


class Occupancy(models.Model):
    """Who is tied to a community, and to a dwelling in it as far as the door is known; how, from a day to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="occupancies")
    community = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, null=True, related_name="occupancies")
    kind = models.CharField(_("居住关系"), max_length=12, choices=OccupancyKind.choices)
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("居住关系")
        verbose_name_plural = _("居住关系")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OccupancyKind.values), name="occupancy_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="occupancy_dates"
            ),
            ExclusionConstraint(
                name="one_actual_residence",
                expressions=[("person", RangeOperators.EQUAL), PERIOD],
                condition=Q(kind__in=[OccupancyKind.ACTUAL, OccupancyKind.RENTED]),
            ),
            ExclusionConstraint(
                name="one_registered_residence",
                expressions=[("person", RangeOperators.EQUAL), PERIOD],
                condition=Q(kind=OccupancyKind.REGISTERED),
            ),
        ]
        indexes = [
            # Tenants by the day on which they came: who may ask for a residence permit today.
            models.Index(fields=["from_on"], name="tenant_since", condition=Q(kind="rented")),
        ]

    @property
    def address(self) -> str:
        """The door, or the community where no door is known."""
        return self.dwelling.address if self.dwelling is not None else self.community.label

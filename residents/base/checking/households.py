"""Checks of households."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from residents.base.checking.registry import Of, Ward, check
from residents.base.enums import PersonState, Relation, Severity
from residents.base.models import Household, HouseholdMember

MEDIUM = Severity.MEDIUM
MEMBERS = HouseholdMember.objects.current().filter(household=OuterRef("pk"))
HEADS = MEMBERS.filter(relation=Relation.HEAD)


def _ids(ward: Ward, *conditions: Q | Combinable) -> Iterable[UUID]:
    rows: QuerySet[Household] = Household.objects.filter(community=ward.community_id)
    return rows.filter(*conditions).order_by().values_list("pk", flat=True)


@check(
    "headless",
    _("没有户主"),
    _("有人的户应有一位户主，户内关系都以他为准。"),
    MEDIUM,
    of=Of.HOUSEHOLD,
)
def headless(ward: Ward) -> Iterable[UUID]:
    return _ids(ward, Exists(MEMBERS), ~Exists(HEADS))


@check(
    "head_gone",
    _("户主已故或已迁出"),
    _("户主不在册，应登记新的户主。"),
    MEDIUM,
    of=Of.HOUSEHOLD,
)
def head_gone(ward: Ward) -> Iterable[UUID]:
    gone = HEADS.exclude(person__state__in=[PersonState.ACTIVE, PersonState.MISSING])
    return _ids(ward, Exists(gone))


@check(
    "minors_only",
    _("一户只有未成年人"),
    _("没有成年人同住，请上门了解由谁监护。"),
    Severity.HIGH,
    of=Of.HOUSEHOLD,
)
def minors_only(ward: Ward) -> Iterable[UUID]:
    of_age = ward.years_ago(ward.figures.of_age)
    adults = MEMBERS.filter(Q(person__birth_on__lte=of_age) | Q(person__birth_on__isnull=True))
    return _ids(ward, Exists(MEMBERS), ~Exists(adults))

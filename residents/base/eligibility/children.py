"""Whose child somebody is, as far as the household register tells: by the relations of both to the head.

Where the head is a grandparent, the son and his wife are the parents of a grandson; with two grown sons at home the
register does not say whose child it is, and nobody is taken for the father.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from residents.base.enums import PersonState, Relation
from residents.base.kinship import DAUGHTERS, SONS
from residents.base.models import HouseholdMember

CHILD = "household__members"  # of the rows of `parents`
GROWN = 18

_sons = sorted(SONS | {Relation.ADOPTED_SON})
_daughters = sorted(DAUGHTERS | {Relation.ADOPTED_DAUGHTER})
_OF_THE_HEAD = (
    [Relation.HEAD, Relation.SPOUSE, Relation.HUSBAND, Relation.WIFE],
    [*_sons, *_daughters],
)
_by_son = [Relation.GRANDSON, Relation.GRANDDAUGHTER]
_by_daughter = [Relation.DAUGHTERS_SON, Relation.DAUGHTERS_DAUGHTER]
_OF_A_CHILD = (
    (_sons, _by_son),
    ([Relation.DAUGHTER_IN_LAW], _by_son),
    (_daughters, _by_daughter),
    ([Relation.SON_IN_LAW], _by_daughter),
)


def parents(day: date) -> QuerySet[HouseholdMember, Any]:
    """The memberships of parents, once for each child (`CHILD`) who is alive and lives with them."""
    grown = _grown(day)
    pairs: Any = Q(relation__in=_OF_THE_HEAD[0], household__members__relation__in=_OF_THE_HEAD[1])
    for roles, of in _OF_A_CHILD:
        others = HouseholdMember.objects.filter(
            grown, household=OuterRef("household"), to_on__isnull=True, relation__in=roles
        ).exclude(pk=OuterRef("pk"))
        pairs |= Q(grown, relation__in=roles, household__members__relation__in=of) & ~Exists(others)
    return HouseholdMember.objects.filter(
        pairs,
        to_on__isnull=True,
        household__members__to_on__isnull=True,
        household__members__person__state=PersonState.ACTIVE,
    ).order_by()


def _grown(day: date) -> Q:
    born = date(day.year - GROWN, day.month, min(day.day, 28))
    return Q(person__birth_on__isnull=True) | Q(person__birth_on__lte=born)

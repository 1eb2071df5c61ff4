"""Whose child somebody is, as far as the household register tells: by the relations of both to the head.

Where the head is a grandparent, the son and his wife are the parents of a grandson; with two grown sons at home the
register does not say whose child it is, and nobody is taken for the father.
"""

from datetime import timedelta
from typing import Any

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value

from residents.base.enums import PersonState, Relation
from residents.base.kinship import DAUGHTERS, SONS
from residents.base.models import HouseholdMember

CHILD = "household__members"  # of the rows of `parents`
BORN = f"{CHILD}__person__birth_on"
GROWN = timedelta(days=18 * 365 + 4)

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


def parents() -> QuerySet[HouseholdMember, Any]:
    """The memberships of parents, once for each child (`CHILD`) who is alive and lives with them."""
    pairs: Any = Q(relation__in=_OF_THE_HEAD[0], household__members__relation__in=_OF_THE_HEAD[1])
    for roles, of in _OF_A_CHILD:
        others = (
            HouseholdMember.objects.filter(to_on__isnull=True, relation__in=roles)
            .filter(_grown(OuterRef(BORN)), household=OuterRef("household"))
            .exclude(pk=OuterRef("pk"))
        )
        pair = Q(relation__in=roles, household__members__relation__in=of)
        pairs |= pair & _grown(F(BORN)) & ~Exists(others)
    return HouseholdMember.objects.filter(
        Q(
            to_on__isnull=True,
            household__members__to_on__isnull=True,
            household__members__person__state=PersonState.ACTIVE,
        )
        & pairs
    ).order_by()


def _grown(child_born: Any) -> Q:
    """Old enough to be the parent of somebody who was born on a day."""
    born = ExpressionWrapper(child_born - Value(GROWN), DateField())
    return Q(person__birth_on__isnull=True) | Q(person__birth_on__lte=born)

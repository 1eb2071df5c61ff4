"""For whom a resident may file: himself, his wards, who allowed it in the family, and who gave him a mandate."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q, QuerySet

from community.governance.scopes import Scope
from residents.base.models import Person
from residents.rights.relatives import acted_for_by
from servicehall.cases.models import Mandate


def covered_by(scope: Scope, day: date) -> Callable[[Person, str], bool]:
    """Whether a resident may file an item for a person; two queries for as many as are asked about."""
    family = set(acted_for_by(scope, day).values_list("pk", flat=True))
    mandates = list(
        Mandate.objects.in_force(day)
        .filter(holder__account_id=scope.user_id)
        .values_list("giver_id", "items")
    )

    def covers(person: Person, item_code: str) -> bool:
        given = [items for giver, items in mandates if giver == person.pk]
        return person.pk in family or any(not items or item_code in items for items in given)

    return covers


def filed_for_by(scope: Scope, day: date, item_code: str = "") -> QuerySet[Person]:
    """The persons; with an item only those whose mandate covers it."""
    if scope.is_nobody or scope.is_staff:
        return Person.objects.none()
    mandates = Mandate.objects.in_force(day).filter(holder__account_id=scope.user_id)
    if item_code:
        mandates = mandates.covering(item_code)
    return Person.objects.filter(
        Q(pk__in=acted_for_by(scope, day).values("pk")) | Q(pk__in=mandates.values("giver_id"))
    )

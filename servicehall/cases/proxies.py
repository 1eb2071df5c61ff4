"""For whom a resident may file: himself, his wards, who allowed it in the family, and who gave him a mandate."""

from datetime import date

from django.db.models import Q, QuerySet

from community.governance.scopes import Scope
from residents.base.models import Person
from residents.rights.relatives import acted_for_by
from servicehall.cases.models import Mandate


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

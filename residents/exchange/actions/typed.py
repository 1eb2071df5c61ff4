"""Fields typed twice: what somebody had to type though the base knew it at that moment."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from residents.base.attributes import ATTRIBUTES
from residents.base.models import Person
from residents.exchange.models import TypedAgain
from residents.exchange.querysets.persons import values_of
from residents.exchange.rules import known_as


def note_typed(
    person: Person, headings: Collection[str], *, typed_in: str, form: str, now: datetime
) -> int:
    """Note which of the things that were typed by hand under these headings the base held.

    Called inside the act's transaction, before what was typed reaches the base. Never holds a value.
    """
    keys = {known_as(heading) for heading in headings}
    return note_many({person.pk: keys}, typed_in=typed_in, form=form, now=now)


def note_many(
    typed: dict[UUID, Collection[str]], *, typed_in: str, form: str, now: datetime
) -> int:
    wanted = {key for keys in typed.values() for key in keys} & set(ATTRIBUTES)
    if not wanted:
        return 0
    held = values_of(list(typed), wanted, today=timezone.localdate(now))
    places = dict(Person.objects.filter(pk__in=held).values_list("pk", "community_id"))
    rows = [
        TypedAgain(
            at=now,
            person_id=pk,
            community_id=places[pk],
            attribute=key,
            typed_in=typed_in,
            form=form[:80],
        )
        for pk, values in held.items()
        for key in sorted(wanted & set(typed[pk]))
        if values.get(key)
    ]
    TypedAgain.objects.bulk_create(rows)
    return len(rows)

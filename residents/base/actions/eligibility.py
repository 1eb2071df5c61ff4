"""Bringing PersonFacts up to date: only for those about whom something was written since."""

from django.db import connection, transaction

from residents.base.eligibility.asking import fresh_facts
from residents.base.eligibility.facts import KEPT
from residents.base.enums import PersonState
from residents.base.models import HouseholdMember, Person, PersonFacts, StaleFacts

_LOCK = 0x46414354


def refresh_facts() -> None:
    """What is noted up to here, whole or not at all; what is written meanwhile stays noted for the next time."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        noted = StaleFacts.objects.all()
        if not noted.update(is_taken=True):
            return
        taken = noted.filter(is_taken=True)
        persons = Person.objects.filter(state=PersonState.ACTIVE)
        kept = PersonFacts.objects.all()
        if not taken.filter(person_id__isnull=True, household_id__isnull=True).exists():
            _add_those_beside()
            ids = taken.filter(person_id__isnull=False).values("person_id")
            persons, kept = persons.filter(pk__in=ids), kept.filter(pk__in=ids)
        kept.delete()
        columns = ", ".join(["person_id", *KEPT])
        text, parameters = fresh_facts(persons)
        with connection.cursor() as cursor:
            # The names are those of our own columns.
            cursor.execute(
                f"INSERT INTO {PersonFacts._meta.db_table} ({columns}) {text}",
                parameters,
            )
        taken.delete()


def _add_those_beside() -> None:
    """Parents, children and size of a household: whoever ever belonged to one of those that changed."""
    taken = StaleFacts.objects.filter(is_taken=True)
    members = HouseholdMember.objects.order_by()
    homes = members.filter(person__in=taken.exclude(person_id=None).values("person_id"))
    changed = (
        taken.exclude(household_id=None)
        .values("household_id")
        .union(homes.values("household_id"), all=True)
    )
    beside = members.filter(household__in=changed).values_list("person_id").distinct()
    text, parameters = beside.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {StaleFacts._meta.db_table} (person_id, is_taken)"  # noqa: S608
            f" SELECT beside.person_id, TRUE FROM ({text}) beside",
            parameters,
        )

"""A department's system reads what has changed of the persons whom it knows; each of them sees that it went there.

The place in the list is the number that the sealer of the audit trail gave: it numbers what is committed, so that
nothing ever appears in front of a reader (docs/decisions/0014).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts import audit
from accounts.models import AuditEntry
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.attributes import ATTRIBUTES, ON_PERSON
from residents.base.models import Person, SourceRecord
from residents.exchange.actions.pushing import source_of
from residents.exchange.models import FieldEntitlement
from residents.exchange.person_key import person_key

CHANGED = "person.changed"
SCANNED = 2000  # entries looked at for one answer, however few of them concern the reader


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept value with its source and the day as of which that source said it ("" where nobody knows)."""

    attribute: str
    value: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became new of one person at one moment. `id_number` is "" where the department may not receive it."""

    person_id: UUID
    person: str
    id_number: str
    changed_at: datetime
    values: list[Kept]


@dataclass(frozen=True, slots=True)
class Changes:
    """`last` is the number up to which all was looked at; `more` whether something may lie behind it."""

    items: list[Change]
    last: int
    more: bool


def changes_since(number: int, *, size: int, by: Scope, now: datetime) -> Changes:
    """The changes behind a number, `size` at most, oldest first. Raises NotAllowed without a source."""
    source = source_of(by).pk
    entitled = FieldEntitlement.objects.of_body(by.body_key, timezone.localdate(now))
    with transaction.atomic():
        entries = list(_entries(number))
        persons = _known({entry[1] for entry in entries}, source, by)
        items: list[Change] = []
        last = number
        for seal_no, person_id, at, detail in entries:
            last = seal_no
            person = persons.get(person_id)
            keys = [key for key in detail.get("fields", []) if key in entitled]
            if person is not None and keys:
                items.append(_change(person, keys, at, entitled, by))
            if len(items) == size:
                break
        _record(items, persons, by, now)
    more = bool(entries) and (last < entries[-1][0] or len(entries) == SCANNED)
    return Changes(items, last, more)


def _entries(number: int) -> Iterable[tuple[int, UUID, datetime, dict[str, Any]]]:
    found = AuditEntry.objects.filter(action=CHANGED, seal_no__gt=number).order_by("seal_no")
    return found.values_list("seal_no", "person_id", "at", "detail")[:SCANNED]


def _known(ids: Collection[UUID], source: str, by: Scope) -> Mapping[UUID, Person]:
    """Those in the reach of whom the department's own source has spoken."""
    if not ids:
        return {}
    here = Person.objects.visible_to(by, Power.EXCHANGE_DATA).filter(pk__in=ids)
    persons = here.select_related("detail", "community").in_bulk()
    records = SourceRecord.objects.filter(source=source, person__in=persons)
    spoken = set(records.values_list("person_id", flat=True))
    return {pk: p for pk, p in persons.items() if pk in spoken or _names(p, source)}


def _names(person: Person, source: str) -> bool:
    """A word that is kept and undisputed stands in the provenance alone."""
    detail = getattr(person, "detail", None)
    where = [*person.provenance.values(), *(detail.provenance.values() if detail else ())]
    return any(each[0] == source for each in where)


def _change(
    person: Person, keys: Iterable[str], at: datetime, entitled: Mapping[str, str], by: Scope
) -> Change:
    number = (person.id_number or "") if "id_number" in entitled else ""
    values = [kept(person, key) for key in keys if key in ATTRIBUTES]
    return Change(person.pk, person_key(by.body_key, person.pk), number, at, values)


def kept(person: Person, key: str) -> Kept:
    """What the base keeps now."""
    holder = person if key in ON_PERSON else getattr(person, "detail", None)
    value = getattr(holder, key, None)
    text = value.isoformat() if isinstance(value, date) else str(value or "")
    source, as_of = [*(holder.provenance.get(key, []) if holder else []), "", ""][:2]
    return Kept(key, text, source, as_of)


def _record(
    items: Collection[Change], persons: Mapping[UUID, Person], by: Scope, now: datetime
) -> None:
    """Person by person, in one statement."""
    fields: dict[UUID, dict[str, None]] = {}
    for item in items:
        told = [*(["id_number"] if item.id_number else []), *(v.attribute for v in item.values)]
        fields.setdefault(item.person_id, {}).update(dict.fromkeys(told))
    with override("zh-hans"):
        reason = gettext("部门系统通过接口获取变更")
    audit.record_many(
        "person.exported",
        (
            audit.Touched(persons[pk], pk, persons[pk].community.path, {"fields": list(keys)})
            for pk, keys in fields.items()
        ),
        reason=reason,
        by=by,
        now=now,
    )

"""Who in the base might be somebody: found by indexes, a handful of queries for any number of persons sought.

For the counter before it registers, for imports that match a whole delivery, and for the standing list of doubles.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from common.crypto import blind_index
from common.identity import normalise_id_number, normalise_phone
from common.names import normalise_name, pinyin_key
from residents.base.attributes import ATTRIBUTES
from residents.base.documents import is_certificate
from residents.base.doubles import Likelihood, Traits, Weights, compare, weights_on
from residents.base.enums import DocumentType
from residents.base.models import Person

# Of one kind of likeness and one person sought: a telephone of an office leads to no more entries than these.
MOST = 20


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of somebody, as it was typed or delivered. `community_id` finds namesakes there also
    without a birthday."""

    full_name: str = ""
    id_number: str = ""
    birth_on: date | None = None
    sex: str = ""
    phone: str = ""
    address: str = ""
    community_id: UUID | None = None

    def traits(self) -> Traits:
        number, name = normalise_id_number(self.id_number), normalise_name(self.full_name)
        phone = normalise_phone(self.phone) if self.phone else ""
        return Traits(
            full_name=name,
            pinyin=pinyin_key(name).replace(" ", "") if name else "",
            birth_on=self.birth_on,
            sex=self.sex,
            number=blind_index(number, field="id_number") if number else None,
            phone=blind_index(phone, field="phone") if phone else None,
            address=ATTRIBUTES["actual_address"].read(self.address) if self.address else "",
            is_certificate=is_certificate(number),
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may be the one sought; `reasons` are values of Likeness."""

    person_id: UUID
    score: int
    reasons: tuple[str, ...]


def candidates(rows: Sequence[Sought], *, day: date) -> dict[int, list[Hit]]:
    """By place in `rows`, who is likely enough on a day's weights, the likeliest first. Two queries.

    Looks at the whole base: a caller who shows hits narrows them to what the viewer may see.
    """
    weights = weights_on(day)
    sought = [row.traits() for row in rows]
    found = _found(rows, sought, weights)
    traits = traits_of({person_id for _row, person_id, _is_number in found})
    hits: dict[int, list[Hit]] = {}
    for row, person_id, is_number in found:
        entry = traits[person_id]
        if is_number:  # perhaps of an entry that was merged into this one
            entry = replace(entry, number=sought[row].number)
        likely = compare(sought[row], entry, weights)
        if likely.score >= weights.warn:
            hits.setdefault(row, []).append(Hit(person_id, likely.score, likely.reasons))
    for each in hits.values():
        each.sort(key=lambda hit: (-hit.score, hit.person_id))
    return hits


_FIND = """
SELECT sought.row, found.id, bool_or(found.is_number)
FROM unnest(%s::int[], %s::bytea[], %s::bytea[], %s::text[], %s::date[], %s::uuid[])
     AS sought (row, number, phone, pinyin, birth, community)
CROSS JOIN LATERAL (
    (SELECT COALESCE(merged_into_id, id) AS id, true AS is_number FROM residents_person
     WHERE id_index = sought.number LIMIT %s)
    UNION ALL
    (SELECT id, false FROM residents_person
     WHERE phone_index = sought.phone AND merged_into_id IS NULL LIMIT %s)
    UNION ALL
    (SELECT id, false FROM residents_person
     WHERE pinyin = sought.pinyin AND birth_on BETWEEN sought.birth - %s AND sought.birth + %s
       AND merged_into_id IS NULL ORDER BY abs(birth_on - sought.birth), id LIMIT %s)
    UNION ALL
    (SELECT id, false FROM residents_person
     WHERE community_id = sought.community AND pinyin = sought.pinyin
       AND merged_into_id IS NULL LIMIT %s)
) AS found
GROUP BY sought.row, found.id
ORDER BY sought.row, found.id
"""


def _found(
    rows: Sequence[Sought], sought: Sequence[Traits], weights: Weights
) -> list[tuple[int, UUID, bool]]:
    near = weights.days_near
    columns: list[list[Any]] = [
        list(range(len(rows))),
        [each.number for each in sought],
        [each.phone for each in sought],
        [each.pinyin or None for each in sought],
        [each.birth_on for each in sought],
        [row.community_id for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [*columns, MOST, MOST, near, near, MOST, MOST])
        return list(cursor.fetchall())


def traits_of(ids: Iterable[UUID]) -> dict[UUID, Traits]:
    """What is compared, of many entries: one query."""
    rows = Person.objects.filter(pk__in=list(ids)).values_list(
        *("id", "full_name", "pinyin", "birth_on", "sex", "id_index", "phone_index"),
        *("detail__actual_address", "document_type"),
    )
    return {
        pk: Traits(
            *(name, pinyin, birth_on, sex, _bytes(number), _bytes(phone), address or ""),
            is_certificate=document == DocumentType.BIRTH_CERTIFICATE,
        )
        for pk, name, pinyin, birth_on, sex, number, phone, address, document in rows
    }


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


# --- the standing list ----------------------------------------------------------------------------
# For each person of a community, from what the two have in common: the number; the telephone and the sound of
# the name; the sound of the name and about the age, at home or with a name and birthday that are just the same.
# Two who have different numbers are worth a look only where the telephone is the same too, or where one of the
# numbers is that of a birth certificate.
_PAIRS = """
WITH own AS (
    SELECT id, full_name, pinyin, birth_on, id_index, phone_index, community_id, document_type
    FROM residents_person
    WHERE community_id = %s AND merged_into_id IS NULL
)
SELECT DISTINCT least(own.id, other.id), greatest(own.id, other.id) FROM own
JOIN LATERAL (
    (SELECT id FROM residents_person
     WHERE id_index = own.id_index AND id <> own.id AND merged_into_id IS NULL LIMIT %s)
    UNION ALL
    (SELECT id FROM residents_person
     WHERE phone_index = own.phone_index AND pinyin = own.pinyin AND id <> own.id
       AND merged_into_id IS NULL LIMIT %s)
    UNION ALL
    (SELECT id FROM residents_person
     WHERE pinyin = own.pinyin AND birth_on BETWEEN own.birth_on - %s AND own.birth_on + %s
       AND id <> own.id AND merged_into_id IS NULL
       AND (id_index IS NULL OR own.id_index IS NULL
            OR (document_type = %s) <> (own.document_type = %s))
       AND (community_id = own.community_id OR full_name = own.full_name AND birth_on = own.birth_on)
     LIMIT %s)
) AS other ON true
"""


def pairs_in(community_id: UUID, *, day: date) -> dict[tuple[UUID, UUID], Likelihood]:
    """The pairs, smaller id first, of which one lives in the community, that are worth somebody's look."""
    weights = weights_on(day)
    near = weights.days_near
    with connection.cursor() as cursor:
        certificate = DocumentType.BIRTH_CERTIFICATE.value
        cursor.execute(
            _PAIRS, [community_id, MOST, MOST, near, near, certificate, certificate, MOST]
        )
        pairs: list[tuple[UUID, UUID]] = cursor.fetchall()
    traits = traits_of({person_id for pair in pairs for person_id in pair})
    likely = {(a, b): compare(traits[a], traits[b], weights) for a, b in pairs}
    return {pair: each for pair, each in likely.items() if each.score >= weights.queue}

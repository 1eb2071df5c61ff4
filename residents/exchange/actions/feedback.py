"""Tell the systems of departments what became of what they said: ids and codes, in the caller's transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from notifications import webhooks
from residents.base.models import ConflictTicket, Person, SourceRecord, SourceSystem
from residents.exchange.enums import Fate
from residents.exchange.messages import (
    BATCH_APPLIED,
    CONFLICT_OPENED,
    CONFLICT_SETTLED,
    CORRECTION_ACCEPTED,
)
from residents.exchange.models import ImportBatch, ImportRow
from residents.exchange.person_key import person_key
from residents.exchange.querysets.reports import above

MOST_NAMED = 100  # tickets in one event; who wants the others reads the statements


def at(place_path: str, *body_keys: str) -> Q:
    """The endpoints of these departments at a place, or at one above it."""
    return Q(body_key__in=[key for key in body_keys if key], place_path__in=above(place_path))


def applied(batch: ImportBatch, *, now: datetime) -> None:
    """A batch is in the base: to its sender. What it put in dispute: to the sender and to whoever decides."""
    path, sender = batch.body.place.path, batch.source.body_key
    told = {"batch": str(batch.pk), "source": batch.source_id}
    webhooks.post(
        BATCH_APPLIED,
        told | {"counts": batch.counts},
        key=f"{BATCH_APPLIED}:{batch.pk}",
        to=at(path, sender),
        now=now,
    )
    for (attribute, answers), tickets in _opened(batch, now).items():
        webhooks.post(
            CONFLICT_OPENED,
            told
            | {"attribute": attribute, "answers": answers, "count": len(tickets)}
            | {"tickets": [str(pk) for pk in tickets[:MOST_NAMED]]},
            key=f"{CONFLICT_OPENED}:{batch.pk}:{attribute}",
            to=at(path, sender, answers),
            now=now,
        )


def _opened(batch: ImportBatch, now: datetime) -> dict[tuple[str, str], list[UUID]]:
    persons = ImportRow.objects.of(batch.pk).filter(fate=Fate.CONFLICT).values("person")
    tickets = ConflictTicket.objects.open().filter(opened_at=now, person__in=persons)
    found: dict[tuple[str, str], list[UUID]] = {}
    for attribute, answers, pk in tickets.values_list("attribute", "answers", "pk"):
        found.setdefault((attribute, answers), []).append(pk)
    return found


def settled(ticket: ConflictTicket, *, now: datetime) -> None:
    """A person has decided: to each department whose word was kept or overruled, which of the two it was."""
    for word in _words(ticket.person, ticket.attribute):
        outcome = "overruled" if word.source in ticket.settled else "kept"
        _tell(
            CONFLICT_SETTLED,
            {"ticket": str(ticket.pk), "outcome": outcome},
            word,
            key=f"{CONFLICT_SETTLED}:{ticket.pk}:{word.source}",
            now=now,
        )


def corrected(
    correction_id: UUID, person: Person, attribute: str, *, right: str, now: datetime
) -> None:
    """A resident was right: a hint to each department whose own register says otherwise."""
    for word in _words(person, attribute):
        if word.value != right:
            _tell(
                CORRECTION_ACCEPTED,
                {"correction": str(correction_id)},
                word,
                key=f"{CORRECTION_ACCEPTED}:{correction_id}:{word.source}",
                now=now,
            )


@dataclass(frozen=True, slots=True)
class _Word:
    """What a department's source says of an attribute of a person; `batch` is the delivery in which it came."""

    person: Person
    attribute: str
    source: str
    body_key: str
    value: str
    batch: str | None


def _words(person: Person, attribute: str) -> Iterator[_Word]:
    owners = dict(SourceSystem.objects.exclude(body_key="").values_list("code", "body_key"))
    for record in SourceRecord.objects.filter(person=person, source__in=owners):
        if entry := record.values.get(attribute):
            source = record.source_id
            yield _Word(person, attribute, source, owners[source], str(entry[0]), entry[2])


def _tell(event: str, what: dict[str, str], word: _Word, *, key: str, now: datetime) -> None:
    payload = what | {
        "attribute": word.attribute,
        "source": word.source,
        "person": person_key(word.body_key, word.person.pk),
        "batch": word.batch,
    }
    path = word.person.community.path
    webhooks.post(event, payload, key=key, to=at(path, word.body_key), now=now)

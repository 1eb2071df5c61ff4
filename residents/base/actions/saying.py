"""A source says something of persons: the one door through which facts of the base change.

What is said is kept beside what the others say; `golden` chooses; the kept value, its provenance, the
conflict tickets and the audit trail follow in the same transaction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.crypto import blind_index
from common.errors import Conflict
from common.ids import uuid7
from residents.base.actions import bulk
from residents.base.actions.columns import DERIVED, columns_of
from residents.base.actions.naming import name_account
from residents.base.attributes import ATTRIBUTES, ON_PERSON
from residents.base.documents import document_type_of
from residents.base.enums import DocumentType, Sex, TicketState
from residents.base.golden import DECISION, FIRST, LAST, UNKNOWN, Claim, Verdict, judge
from residents.base.models import ConflictTicket, Person, PersonDetail, SourceRank, SourceRecord

NUMBER_TAKEN = _("这样改，两份档案的证件号码就会相同。请先核对是否重复登记，合并或更正后再试。")
AT_ONCE = 1000  # persons whose claims are weighed in one transaction

Entry = list[
    Any
]  # [canonical value, as of (ISO day), id of the batch or None], as SourceRecord keeps it


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says of one person: canonical values by attribute. "" says nothing.

    `as_of` is the day for which a register was drawn up, or the moment at which somebody wrote it down.

    Values said of an entry that leads on to another are said of the other.

    `restores` puts the source's own entries back to what they were ("undo"): None takes an entry away.
    """

    person_id: UUID
    values: Mapping[str, str]
    as_of: date | datetime
    restores: Mapping[str, Entry | None] = field(default_factory=dict)


@dataclass(slots=True)
class Said:
    """What came of it: the attributes whose kept value changed, by person, and how many tickets are new.

    `before` has the source's own entries as they were, by person and attribute, for an undo. `filled` are
    the changed attributes that were empty; `disputed` those of which others say otherwise.
    """

    changed: dict[UUID, list[str]] = field(default_factory=dict)
    opened: int = 0
    before: dict[UUID, dict[str, Entry | None]] = field(default_factory=dict)
    filled: dict[UUID, list[str]] = field(default_factory=dict)
    disputed: dict[UUID, list[str]] = field(default_factory=dict)

    def known_as(self, merged: Mapping[UUID, UUID]) -> None:
        """Whoever spoke of an entry that leads on finds under it what came of it."""
        for found in (self.changed, self.before, self.filled, self.disputed):
            for absorbed, survivor in merged.items():
                if survivor in found:
                    found[absorbed] = found[survivor]  # type: ignore[assignment]


def say(
    statements: Sequence[Statement],
    *,
    source: str,
    batch: UUID | None = None,
    reason: str = "",
    by: audit.Actor,
    now: datetime,
) -> Said:
    """Write down what `source` says. Same: nothing happens. Empty: filled. Better source and newer: updated.
    Else the clash becomes a ticket (domain 4.11). Any order of the same statements ends in the same base.

    Persons are locked in the order of their ids; one call is meant for up to some thousands of persons.
    Raises Conflict where two entries would have one number.
    """
    try:
        with transaction.atomic():
            desk = _Desk.open(statements, source=source, batch=batch, now=now)
            for statement in statements:
                desk.hear(statement)
            desk.write(reason=reason, by=by)
    except IntegrityError as error:
        if "person_number_once" not in str(error):
            raise
        raise Conflict("number_taken", NUMBER_TAKEN) from None
    desk.said.known_as(desk.merged)
    return desk.said


def foresee(
    statements: Sequence[Statement], *, source: str, batch: UUID | None = None, now: datetime
) -> Said:
    """What would come of it; nothing is locked and nothing written."""
    desk = _Desk.open(statements, source=source, batch=batch, now=now, locks=False)
    for statement in statements:
        desk.hear(statement)
    desk.conclude()
    desk.said.known_as(desk.merged)
    return desk.said


def weigh_again(*, by: audit.Actor, now: datetime) -> int:
    """Judge what is in dispute anew, by the ranks of today: what the table answers now needs nobody any more.

    Returns how many tickets closed. After a change of the ranks; repeats change nothing.
    """
    closed = 0
    ids = list(
        ConflictTicket.objects.open().order_by("person").values_list("person", flat=True).distinct()
    )
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            silent = [Statement(pk, {}, now) for pk in ids[start : start + AT_ONCE]]
            desk = _Desk.open(silent, source=DECISION, batch=None, now=now)
            for (person_id, key), ticket in list(desk.tickets.items()):
                if ticket.state == TicketState.OPEN:
                    desk.weigh(person_id, key)
            desk.write(reason="", by=by)
        closed += sum(ticket.state == TicketState.AGREED for ticket in desk.over.values())
    return closed


def digest(attribute: str, value: str) -> str:
    """The keyed mark under which a decision remembers the value that it overruled."""
    sense, region = ATTRIBUTES[attribute].says(value)
    return blind_index(region + sense, field=f"settled:{attribute}").hex()[:32]


@dataclass(slots=True)
class _Desk:
    """The persons of one call with all that is said of them."""

    source: str
    batch: str | None
    now: datetime
    ranks: Mapping[tuple[str, str], int]
    persons: dict[UUID, Person]
    details: dict[UUID, PersonDetail]
    detailed: frozenset[UUID]  # who has a row of details already
    records: dict[UUID, dict[str, SourceRecord]]
    tickets: dict[tuple[UUID, str], ConflictTicket]
    merged: dict[UUID, UUID]  # entries of which something was said, and the ones to which they lead
    entries: dict[tuple[UUID, str], dict[str, Entry]] = field(default_factory=dict)
    touched: set[tuple[UUID, str]] = field(default_factory=set)  # records to write: person, source
    kept: dict[UUID, list[str]] = field(default_factory=dict)
    fresh: dict[UUID, ConflictTicket] = field(default_factory=dict)
    over: dict[UUID, ConflictTicket] = field(default_factory=dict)
    said: Said = field(default_factory=Said)

    @classmethod
    def open(
        cls,
        statements: Sequence[Statement],
        *,
        source: str,
        batch: UUID | None,
        now: datetime,
        locks: bool = True,
    ) -> "_Desk":
        merged = dict(
            Person.objects.filter(
                pk__in={each.person_id for each in statements if each.values},
                merged_into__isnull=False,
            ).values_list("pk", "merged_into_id")
        )
        ids = sorted({each.person_id for each in statements} | set(merged.values()))
        found = Person.objects.filter(pk__in=ids).select_related("community").order_by("pk")
        if locks:
            found = found.select_for_update(of=("self",), no_key=True)
        persons = {person.pk: person for person in found}
        if any(persons[pk].merged_into_id not in {None, *persons} for pk in ids if pk in persons):
            # Merged between the two reads.
            return cls.open(statements, source=source, batch=batch, now=now, locks=locks)
        records: dict[UUID, dict[str, SourceRecord]] = {}
        for record in SourceRecord.objects.filter(person_id__in=ids):
            records.setdefault(record.person_id, {})[record.source_id] = record
        tickets = {
            (ticket.person_id, ticket.attribute): ticket
            for ticket in ConflictTicket.objects.filter(person_id__in=ids).that_count_last()
        }
        details = PersonDetail.objects.in_bulk(list(ids))
        return cls(
            source=source,
            batch=str(batch) if batch else None,
            now=now,
            ranks=SourceRank.objects.on(timezone.localdate(now)),
            persons=persons,
            details=details,
            detailed=frozenset(details),
            records=records,
            tickets=tickets,
            merged=merged,
        )

    # --- hearing ----------------------------------------------------------------------------------
    def hear(self, statement: Statement) -> None:
        person = self.persons[statement.person_id]
        if statement.values and person.merged_into_id is not None:
            person = self.persons[person.merged_into_id]
        own = self._entries(person.pk, self.source)
        as_of = _moment(statement.as_of)
        for (
            key
        ) in statement.restores:  # a kept value without a record can be taken back only from one
            self._materialise(person, key)
        news = {
            key: [value, as_of, self.batch]
            for key, value in statement.values.items()
            if _is_news(own.get(key) or self._implied(person, key), value, as_of)
        }
        for key, entry in {**news, **statement.restores}.items():
            before = own.get(key) or self._implied(person, key)
            if before == entry:
                continue
            # What is kept without a record must stand in one before another word takes its place.
            self._materialise(person, key)
            before = own.get(key)
            self.said.before.setdefault(person.pk, {}).setdefault(key, before)
            if entry is None:
                own.pop(key, None)
            else:
                own[key] = list(entry)
            self.touched.add((person.pk, self.source))
            self._decide(person, key)

    def weigh(self, person_id: UUID, key: str) -> None:
        self._decide(self.persons[person_id], key)

    def _entries(self, person_id: UUID, source: str) -> dict[str, Entry]:
        found = self.entries.get((person_id, source))
        if found is None:
            record = self.records.get(person_id, {}).get(source)
            found = self.entries[person_id, source] = record.values if record else {}
        return found

    def _implied(self, person: Person, key: str) -> Entry | None:
        """What the source says where its word is kept without a record."""
        value, provenance = self._current(person, key)
        if not value or not provenance or provenance[0] != self.source:
            return None
        _source, as_of, batch = [*provenance, None][:3]
        return [value, as_of, batch]

    def _materialise(self, person: Person, key: str) -> None:
        value, provenance = self._current(person, key)
        if not value:
            return
        source, as_of, batch = [*(provenance or [UNKNOWN, ""]), None][:3]
        entries = self._entries(person.pk, source)
        if key not in entries:
            entries[key] = [value, as_of, batch]
            self.touched.add((person.pk, source))

    def _current(self, person: Person, key: str) -> tuple[str, list[Any]]:
        holder = self._holder(person, key)
        value = getattr(holder, key)
        text = value.isoformat() if isinstance(value, date) else str(value or "")
        if UNSET.get(key) == text:
            text = ""
        return text, list(holder.provenance.get(key, []))

    def _holder(self, person: Person, key: str) -> Person | PersonDetail:
        """The row with the column; a row of details is made for whoever has none, and written if it is filled."""
        if key in ON_PERSON:
            return person
        return self.details.setdefault(person.pk, PersonDetail(person_id=person.pk))

    def _decide(self, person: Person, key: str) -> None:
        sources = {
            *self.records.get(person.pk, {}),
            *(s for p, s in self.entries if p == person.pk),
        }
        claims = [
            self._claim(source, key, entry)
            for source in sorted(sources)
            if (entry := self._entries(person.pk, source).get(key))
        ]
        ticket = self.tickets.get((person.pk, key))
        marks = ticket.settled if ticket else {}
        overruled = {
            (each.source, each.value)
            for each in claims
            if marks.get(each.source) == digest(key, each.value)
        }
        verdict = judge(claims, overruled)
        self._keep(person, key, verdict)
        if verdict is not None and verdict.is_disputed:
            self.said.disputed.setdefault(person.pk, []).append(key)
        rivals = [each.source for each in verdict.rivals] if verdict else []
        self._ticket(person, key, ticket, rivals)

    def _claim(self, source: str, key: str, entry: Entry) -> Claim:
        value, as_of, batch = entry
        rank = self.ranks.get((source, key), FIRST if source == DECISION else LAST)
        return Claim(source, rank, value, as_of, batch, *ATTRIBUTES[key].says(value))

    def _keep(self, person: Person, key: str, verdict: Verdict | None) -> None:
        holder = self._holder(person, key)
        value, _provenance = self._current(person, key)
        wanted = verdict.kept.value if verdict else ""
        provenance = {k: v for k, v in holder.provenance.items() if k != key}
        if verdict is not None and verdict.kept.source != UNKNOWN:
            kept = verdict.kept
            provenance[key] = [kept.source, kept.as_of[:10], *([kept.batch] if kept.batch else [])]
        if wanted == value and provenance == holder.provenance:
            return
        changed = self.kept.setdefault(person.pk, [])
        if wanted != value:
            for column, content in columns_of(key, wanted).items():
                setattr(holder, column, content)
            if key == "id_number" and "document_type" not in provenance:
                person.document_type = document_type_of(wanted)
            changed.append(key)
            if not value:
                self.said.filled.setdefault(person.pk, []).append(key)
        holder.provenance = provenance

    def _ticket(
        self, person: Person, key: str, ticket: ConflictTicket | None, rivals: list[str]
    ) -> None:
        if ticket is not None and ticket.state == TicketState.OPEN:
            if not rivals:
                ticket.state, ticket.closed_at = TicketState.AGREED, self.now
                self.over[ticket.pk] = ticket
            elif ticket.rivals != rivals:
                ticket.rivals = rivals
                if ticket.pk not in self.fresh:
                    self.over[ticket.pk] = ticket
        elif rivals and ticket is not None and ticket.pk in self.over:
            # Closed a moment ago, by another word of the same call.
            ticket.state, ticket.closed_at, ticket.rivals = TicketState.OPEN, None, rivals
            if ticket.pk in self.fresh:
                del self.over[ticket.pk]
        elif rivals:
            new = ConflictTicket(
                person_id=person.pk,
                attribute=key,
                answers=ATTRIBUTES[key].answers,
                opened_at=self.now,
                rivals=rivals,
                # What was overruled once stays overruled.
                settled=ticket.settled if ticket else {},
            )
            self.tickets[person.pk, key] = self.fresh[new.pk] = new

    # --- writing ----------------------------------------------------------------------------------
    def write(self, *, reason: str, by: audit.Actor) -> None:
        self._write_records()
        persons = [self.persons[pk] for pk in self.kept]
        for person in persons:
            person.changed_at = self.now
        bulk.rewrite(persons, [*DERIVED, "provenance", "changed_at"])
        details = [row for pk, row in self.details.items() if pk in self.kept]
        bulk.rewrite([row for row in details if row.pk in self.detailed], DETAIL_COLUMNS)
        bulk.copy([row for row in details if row.pk not in self.detailed and row.provenance])
        bulk.copy([ticket for pk, ticket in self.fresh.items() if pk not in self.over])
        bulk.rewrite(
            [ticket for pk, ticket in self.over.items() if pk not in self.fresh],
            ["state", "closed_at", "rivals"],
        )
        self.conclude()
        audit.record_many(
            "person.changed",
            (
                audit.Touched(
                    target=self.persons[pk],
                    person_id=pk,
                    place_path=self.persons[pk].community.path,
                    detail={"fields": keys, "source": self.source}
                    | ({"batch": self.batch} if self.batch else {}),
                )
                for pk, keys in self.said.changed.items()
            ),
            reason=reason,
            by=by,
            now=self.now,
        )
        self._trace(reason=reason, by=by)
        for pk, keys in self.said.changed.items():
            if "id_number" in keys:
                name_account(self.persons[pk], by=by, now=self.now)

    def _trace(self, *, reason: str, by: audit.Actor) -> None:
        """Of whom it was said, where that entry leads on."""
        audit.record_many(
            "person.led_on",
            (
                audit.Touched(
                    target=self.persons[survivor],
                    person_id=absorbed,
                    place_path=self.persons[survivor].community.path,
                    detail={
                        "into": str(survivor),
                        "fields": sorted(self.said.before[survivor]),
                        "source": self.source,
                    }
                    | ({"batch": self.batch} if self.batch else {}),
                )
                for absorbed, survivor in self.merged.items()
                if survivor in self.said.before
            ),
            reason=reason,
            by=by,
            now=self.now,
        )

    def conclude(self) -> None:
        self.said.changed = {pk: keys for pk, keys in self.kept.items() if keys}
        self.said.opened = len(self.fresh.keys() - self.over.keys())

    def _write_records(self) -> None:
        old, new = [], []
        for person_id, source in sorted(self.touched):
            said = json.dumps(self.entries[person_id, source], ensure_ascii=False, sort_keys=True)
            record = self.records.get(person_id, {}).get(source)
            if record is None:
                record = SourceRecord(id=uuid7(), person_id=person_id, source_id=source, said=said)
                new.append(record)
            elif record.said == said:
                continue
            else:
                record.said = said
                old.append(record)
            record.changed_at = self.now
        bulk.copy(new)
        bulk.rewrite(old, ["said", "changed_at"])


# What a column holds where nothing is known, and the column may not be empty.
UNSET = {"sex": Sex.UNKNOWN, "document_type": DocumentType.NONE}
DETAIL_COLUMNS = [key for key in ATTRIBUTES if key not in ON_PERSON] + ["provenance"]


def _moment(as_of: date | datetime) -> str:
    """As text that sorts: a day before every moment of it. Days change at midnight here, not in Greenwich."""
    if isinstance(as_of, datetime):
        here = as_of.astimezone(timezone.get_default_timezone())
        return here.isoformat(timespec="microseconds")
    return as_of.isoformat()


def _is_news(own: Entry | None, value: str, as_of: str) -> bool:
    """Whether a source has not said this already, or said it later. Two values of one day: the greater
    counts, so that no order of arrival matters."""
    if not value:
        return False
    return own is None or (as_of, value) > (own[1], own[0])

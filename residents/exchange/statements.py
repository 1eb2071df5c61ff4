"""What a department sent, what is kept of it, and why: worked out from the base as it is now.

No value but those that the department sent itself.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from residents.base.actions.saying import digest
from residents.base.enums import TicketState
from residents.base.models import ConflictTicket, Person
from residents.exchange.actions.pulling import kept
from residents.exchange.enums import BatchState
from residents.exchange.models import ImportBatch, ImportRow


class Because(TextChoices):
    """Why a value is kept (the first four), or why another is."""

    NEW = "new", _("来自这一批的新人员")
    FILLED = "filled", _("原来没有，已补上")
    UPDATED = "updated", _("已按您报送的更新")
    SAME = "same", _("与已有内容一致")
    OWN_LATER = "own_later", _("您后来另有报送，以后来的为准")
    DISPUTED = "disputed", _("与其他来源不一致，待核实")
    DECIDED = "decided", _("已核实裁定，以裁定为准")
    BETTER_SOURCE = "better_source", _("以更权威或更新的来源为准")


@dataclass(frozen=True, slots=True)
class Ticket:
    id: UUID
    state: str
    opened_at: datetime
    closed_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Word:
    """One attribute of a row. `source` and `as_of` are those of the kept value, whichever it is."""

    attribute: str
    sent: str
    is_kept: bool
    because: Because
    source: str
    as_of: str
    ticket: Ticket | None


def words_of(
    batch: ImportBatch, rows: Sequence[ImportRow], *, noted: Collection[str]
) -> Iterator[tuple[ImportRow, list[Word]]]:
    """Each row with its words; none for a row that is not in the base. Reasons are told for `noted` attributes."""
    ids = [row.person_id for row in rows if row.person_id]
    is_in = batch.state == BatchState.APPLIED and bool(ids)
    persons = Person.objects.select_related("detail").in_bulk(ids) if is_in else {}
    tickets = _tickets(ids) if is_in else {}
    for row in rows:
        person = persons.get(row.person_id) if row.person_id else None
        if person is None:
            yield row, []
            continue
        source, said = batch.source_id, row.values
        yield (
            row,
            [
                _word(
                    row, source, person, key, said[key], tickets.get((person.pk, key)), key in noted
                )
                for key in said
            ],
        )


def _tickets(ids: Sequence[UUID]) -> dict[tuple[UUID, str], ConflictTicket]:
    """The one that counts of each person and attribute."""
    found = ConflictTicket.objects.filter(person_id__in=ids).that_count_last()
    return {(ticket.person_id, ticket.attribute): ticket for ticket in found}


def _word(
    row: ImportRow,
    source: str,
    person: Person,
    key: str,
    sent: str,
    ticket: ConflictTicket | None,
    is_noted: bool,
) -> Word:
    now = kept(person, key)
    is_kept = now.value == sent
    if is_kept:
        first = Because.NEW if row.is_created else Because.SAME
        because = Because(row.became[key]) if key in row.became else first
    else:
        because = _why_not(now.source, source, key, sent, ticket)
    told = None
    if ticket is not None and ticket.state != TicketState.AGREED:
        note = ticket.note if is_noted else ""
        told = Ticket(ticket.pk, ticket.state, ticket.opened_at, ticket.closed_at, note)
    return Word(key, sent, is_kept, because, now.source, now.as_of, told)


def _why_not(
    winner: str, source: str, key: str, sent: str, ticket: ConflictTicket | None
) -> Because:
    if winner == source:
        return Because.OWN_LATER
    if ticket is not None and ticket.state == TicketState.OPEN:
        return Because.DISPUTED
    if ticket is not None and ticket.settled.get(source) == digest(key, sent):
        return Because.DECIDED
    return Because.BETTER_SOURCE

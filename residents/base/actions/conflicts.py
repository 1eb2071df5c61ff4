"""A person settles what the sources could not: the decision is a source of its own, and the last word."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid
from community.governance.scopes import Scope
from residents.base.actions.saying import Statement, digest, say
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import TicketState
from residents.base.golden import DECISION
from residents.base.models import ConflictTicket, Person, SourceRecord


def take(ticket_id: UUID, *, by: Scope) -> ConflictTicket:
    """Lock a ticket, its person first as whoever says something does. Raises ConflictTicket.DoesNotExist."""
    found = ConflictTicket.objects.visible_to(by)
    person_id = found.values_list("person_id", flat=True).get(pk=ticket_id)
    Person.objects.select_for_update(no_key=True).get(pk=person_id)
    return (
        found.select_related("person__community").select_for_update(of=("self",)).get(pk=ticket_id)
    )


def settle(ticket_id: UUID, value: str, *, note: str, by: Scope, now: datetime) -> ConflictTicket:
    """Decide which value holds, with the reason. Whoever said otherwise is overruled for just that word of his.

    Raises ConflictTicket.DoesNotExist outside the reach, Conflict when it is closed, Invalid for an
    unreadable value or without a reason.
    """
    if not note.strip():
        raise Invalid("note_missing", _("请写明核实的经过或依据。"), {"note": _("请写明依据。")})
    with transaction.atomic():
        ticket = take(ticket_id, by=by)
        if ticket.state != TicketState.OPEN:
            raise Conflict("ticket_closed", _("这张冲突单已处理，请刷新后查看。"))
        key = ticket.attribute
        decided, says = ATTRIBUTES[key].read(value), ATTRIBUTES[key].says
        ticket.settled = {
            record.source_id: digest(key, entry[0])
            for record in SourceRecord.objects.filter(person_id=ticket.person_id)
            if (entry := record.values.get(key)) and says(entry[0]) != says(decided)
        }
        ticket.state, ticket.closed_at, ticket.note = TicketState.SETTLED, now, note.strip()
        ticket.save(update_fields=["settled", "state", "closed_at", "note"])
        statement = Statement(ticket.person_id, {key: decided}, now)
        say([statement], source=DECISION, reason=note.strip(), by=by, now=now)
        audit.record(
            "conflict.settled",
            by=by,
            target=ticket,
            person_id=ticket.person_id,
            place_path=ticket.person.community.path,
            reason=note.strip(),
            detail={"field": key},
            now=now,
        )
    return ticket

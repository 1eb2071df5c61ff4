"""Conflicts as their work list sees them: settle by naming a source, look at masked claims with a reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.actions import conflicts, guard_reveal, raise_alarm
from residents.base.models import ConflictTicket, SourceRecord
from residents.exchange.actions import feedback

Claims = dict[str, tuple[str, str]]  # by source: canonical value, ISO day


def claims_of(ticket: ConflictTicket) -> Claims:
    """What each source says of the attribute of a ticket."""
    found = {}
    for record in SourceRecord.objects.filter(person_id=ticket.person_id):
        if entry := record.values.get(ticket.attribute):
            found[record.source_id] = (str(entry[0]), str(entry[1])[:10])
    return found


def settle(
    ticket_id: UUID, *, source: str = "", value: str = "", note: str, by: Scope, now: datetime
) -> ConflictTicket:
    """Decide for what `source` says now, or for `value`."""
    with transaction.atomic(durable=True):
        if source:
            ticket = ConflictTicket.objects.visible_to(by).get(pk=ticket_id)
            said = claims_of(ticket).get(source)
            if said is None:
                raise Conflict("claim_gone", _("来源的内容已有变化，请刷新后再看。"))
            value = said[0]
        ticket = conflicts.settle(ticket_id, value, note=note, by=by, now=now)
        feedback.settled(ticket, now=now)
    return ticket


def reveal_claims(
    ticket_id: UUID, *, reason: str, is_proven: bool, by: Scope, now: datetime
) -> dict[str, str]:
    """The full claims of a masked attribute; asks a reason, and the person sees that it was asked.

    Counts as every look into a file does. Raises ProofNeeded beyond the day's free reveals.
    """
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明查看的理由。"), {"reason": _("请写明理由。")})
    if not by.has(Power.REVEAL_FIELDS):
        raise NotAllowed("no_power", _("您的任职不能查看完整信息。"))
    with transaction.atomic():
        ticket = (
            ConflictTicket.objects.visible_to(by)
            .select_related("person__community")
            .get(pk=ticket_id)
        )
        guard_reveal(ticket.person, is_proven=is_proven, by=by, now=now)
        entry = audit.record(
            "person.revealed",
            by=by,
            target=ticket.person,
            person_id=ticket.person_id,
            place_path=ticket.person.community.path,
            reason=reason.strip(),
            detail={"field": ticket.attribute, "ticket": str(ticket.pk)},
            now=now,
        )
        raise_alarm(ticket.person, entry, by=by, now=now)
        return {source: value for source, (value, _day) in claims_of(ticket).items()}

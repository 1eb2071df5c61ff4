"""Conflicts as their work list sees them: settle by naming a source, one or many, look at masked claims."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.crypto import blind_index
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.actions import conflicts, guard_reveal, raise_alarm
from residents.base.actions.saying import digest
from residents.base.attributes import Label
from residents.base.enums import TicketState
from residents.base.golden import UNKNOWN
from residents.base.models import ConflictTicket, Person, PersonDetail, SourceRecord
from residents.exchange.actions import feedback
from residents.exchange.models import ExchangeFigure

Claims = dict[str, tuple[str, str]]  # by source: canonical value, ISO day


def claims_of(ticket: ConflictTicket) -> Claims:
    """What each source says of the attribute of a ticket."""
    found = {}
    for record in SourceRecord.objects.filter(person_id=ticket.person_id):
        if entry := record.values.get(ticket.attribute):
            found[record.source_id] = (str(entry[0]), str(entry[1])[:10])
    return found


def mark_of(ticket: ConflictTicket, claims: Claims) -> str:
    """What stands on a page for everything that sources say there, and tells nothing of it."""
    told = {source: value for source, (value, _day) in claims.items()}
    text = json.dumps([str(ticket.pk), told], ensure_ascii=False, sort_keys=True)
    return blind_index(text, field="conflict_shown").hex()[:32]


def settle(
    ticket_id: UUID,
    *,
    source: str = "",
    value: str = "",
    shown: str = "",
    note: str,
    by: Scope,
    now: datetime,
) -> ConflictTicket:
    """Decide for what `source` says, or for `value`. `shown` is the mark of what the decider saw: if sources say
    something else by now, nothing is decided."""
    with transaction.atomic(durable=True):
        if source:
            ticket = conflicts.take(ticket_id, by=by)
            claims = claims_of(ticket)
            said = claims.get(source)
            if said is None or (shown and shown != mark_of(ticket, claims)):
                raise Conflict("claim_gone", _("来源的内容已有变化，请刷新后再看。"))
            value = said[0]
        ticket = conflicts.settle(ticket_id, value, note=note, by=by, now=now)
        feedback.settled(ticket, now=now)
    return ticket


@dataclass(frozen=True, slots=True)
class Sides:
    """The two of a conflict with one rival. `mark` stands for what both say now."""

    kept_source: str
    kept: str
    kept_on: str
    theirs: str
    theirs_on: str
    mark: str


def sides_of(tickets: Iterable[ConflictTicket]) -> dict[UUID, Sides]:
    """What is kept and what the one rival says, of any number of tickets with a few questions."""
    rows = list(tickets)
    ids = {ticket.person_id for ticket in rows}
    said: dict[tuple[UUID, str], dict[str, list[Any]]] = {}
    for record in SourceRecord.objects.filter(person_id__in=ids):
        said[record.person_id, record.source_id] = record.values
    holders: list[dict[UUID, Any]] = [
        Person.objects.in_bulk(list(ids)),
        PersonDetail.objects.in_bulk(list(ids)),
    ]
    found = {}
    for ticket in rows:
        if len(ticket.rivals) != 1:
            continue
        mine = kept_source(ticket.attribute, *(each.get(ticket.person_id) for each in holders))
        entries = [
            said.get((ticket.person_id, source), {}).get(ticket.attribute)
            for source in (mine, ticket.rivals[0])
        ]
        if entries[0] is None or entries[1] is None:
            continue
        (kept, kept_on), (theirs, theirs_on) = ((str(e[0]), str(e[1])[:10]) for e in entries if e)
        mark = digest(ticket.attribute, kept) + digest(ticket.attribute, theirs)
        found[ticket.pk] = Sides(mine, kept, kept_on, theirs, theirs_on, mark)
    return found


def kept_source(attribute: str, *holders: Person | PersonDetail | None) -> str:
    """Whose word is kept, by the rows of a person."""
    for holder in holders:
        if holder is not None and attribute in holder.provenance:
            return str(holder.provenance[attribute][0])
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many: settled, or why it was left as it is."""

    ticket: ConflictTicket
    is_done: bool
    why: Label = ""


def most_at_once(now: datetime) -> int:
    today = timezone.localdate(now)
    return ExchangeFigure.objects.in_force(today, "conflicts_at_once").value


def settle_many(
    shown: Mapping[UUID, str], *, takes_theirs: bool, note: str, by: Scope, now: datetime
) -> list[Outcome]:
    """Decide many alike: keep what is kept, or take what the rival says, each in its own transaction and with its own
    entry in the trail. `shown` has for each ticket the mark of what the decider saw.

    What was settled before, or says something else by now, is left alone and named. Raises Invalid for none or
    too many, or without a reason.
    """
    most = most_at_once(now)
    if not note.strip():
        raise Invalid("note_missing", _("请写明核实的经过或依据。"), {"note": _("请写明依据。")})
    if not 0 < len(shown) <= most:
        raise Invalid("too_many", _("请勾选 1 到 %(most)s 张。") % {"most": most})
    found = ConflictTicket.objects.visible_to(by).filter(pk__in=shown)
    outcomes = []
    for pk in found.order_by("opened_at", "id").values_list("pk", flat=True):
        # A person whom an undo has removed meanwhile took his tickets along.
        with contextlib.suppress(ConflictTicket.DoesNotExist):
            outcomes.append(
                settle_as_shown(pk, shown[pk], takes_theirs=takes_theirs, note=note, by=by, now=now)
            )
    return outcomes


def settle_as_shown(
    pk: UUID, mark: str, *, takes_theirs: bool, note: str, by: Scope, now: datetime
) -> Outcome:
    with transaction.atomic(durable=True):
        ticket = conflicts.take(pk, by=by)
        if ticket.state != TicketState.OPEN:
            return Outcome(ticket, False, _("这一张已经处理过，没有再改。"))
        sides = sides_of([ticket]).get(pk)
        if sides is None or sides.mark != mark:
            return Outcome(ticket, False, _("来源的内容已有变化，请打开再看。"))
        value = sides.theirs if takes_theirs else sides.kept
        ticket = conflicts.settle(pk, value, note=note, by=by, now=now)
        feedback.settled(ticket, now=now)
    return Outcome(ticket, True)


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

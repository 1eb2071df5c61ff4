"""The facts of two entries under the golden rule: what the sources say of both, said again of the one that stays.

Of each source the newest word counts; where the sources disagree now, a ticket opens (domain 4.11).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

from django.db import models
from django.utils import timezone

from accounts import audit
from residents.base.actions.columns import DERIVED
from residents.base.actions.saying import Entry, Statement, say
from residents.base.attributes import ATTRIBUTES, ON_PERSON
from residents.base.enums import TicketState
from residents.base.models import ConflictTicket, Person, PersonDetail, SourceRecord
from residents.base.snapshots import Shot, put, shot

Entries: TypeAlias = dict[str, dict[str, Entry]]  # {source: {attribute: entry}}
Restated: TypeAlias = dict[str, dict[str, dict[str, Entry | None]]]  # … {"was": …, "now": …}
UNKNOWN_SOURCE = "import"  # for values that came before there were sources
FROM_NUMBER = {"sex", "birth_on", "document_type"}
NOTHING = {"sex": {"0"}, "document_type": {"none"}}
ROWS: dict[str, type[models.Model]] = {"records": SourceRecord, "tickets": ConflictTicket}


def facts_of(person: Person) -> dict[str, Any]:
    """All rows in which the facts of a person stand, as they are."""
    fresh = Person.objects.get(pk=person.pk)
    detail = PersonDetail.objects.filter(pk=person.pk).first()
    return {
        "person": shot(fresh, [*DERIVED, "provenance"]),
        "detail": shot(detail) if detail else None,
    } | {
        name: {str(row.pk): shot(row) for row in _rows(model, person)}
        for name, model in ROWS.items()
    }


def _rows(model: type[models.Model], person: Person) -> "models.QuerySet[Any]":
    return model._default_manager.filter(person_id=person.pk).order_by("pk")


def _tickets(person: Person) -> list[ConflictTicket]:
    found = ConflictTicket.objects.filter(person_id=person.pk).that_count_last()
    return list(found.select_for_update())


# --- over -----------------------------------------------------------------------------------------
def restate(
    survivor: Person, absorbed: Person, *, reason: str, by: audit.Actor, now: datetime
) -> Restated:
    """Say of the survivor what was said of the absorbed; what each source said before, and says now."""
    mine, theirs = entries_of(survivor), entries_of(absorbed)
    own, foreign = _unsourced(survivor), _unsourced(absorbed)
    told = {key for said in (*theirs.values(), *foreign.values()) for key in said}
    # What the survivor holds without a source is a claim like others, before another takes its place.
    for source, entries in own.items():
        stated = {key: entry for key, entry in entries.items() if key in told}
        _restore(survivor, source, stated, reason=reason, by=by, now=now)
    restated: Restated = {}
    for source in sorted({*theirs, *foreign}):
        known = {**own.get(source, {}), **mine.get(source, {})}
        news = _newer(known, theirs.get(source, {}))
        # Of two values without a source that of the entry which was chosen to stay.
        news |= {k: e for k, e in foreign.get(source, {}).items() if k not in {**known, **news}}
        if news:
            restated[source] = {
                key: {"was": mine.get(source, {}).get(key), "now": entry}
                for key, entry in news.items()
            }
            _restore(survivor, source, news, reason=reason, by=by, now=now)
    return restated


def _newer(mine: Mapping[str, Entry], theirs: Mapping[str, Entry]) -> dict[str, Entry]:
    return {
        key: entry
        for key, entry in theirs.items()
        if key not in mine or (entry[1], entry[0]) > (mine[key][1], mine[key][0])
    }


def entries_of(person: Person) -> Entries:
    """What each source says of a person, also where the provenance is its only record."""
    found: Entries = {
        record.source_id: record.values
        for record in SourceRecord.objects.filter(person_id=person.pk).order_by("pk")
    }
    for key, (value, provenance) in _kept(person).items():
        if value and provenance:
            source, as_of, batch = [*provenance, None][:3]
            found.setdefault(source, {}).setdefault(key, [value, as_of, batch])
    return found


def _unsourced(person: Person) -> Entries:
    """Values without provenance: those that follow from the number are as good as the number; of the others
    nobody remembers who said them, so they are as old as the entry and of the least weight."""
    kept = _kept(person)
    day = timezone.localdate(person.created_at).isoformat()
    found: Entries = {}
    for key, (value, provenance) in kept.items():
        if not value or provenance or value in NOTHING.get(key, ()):
            continue
        number = kept["id_number"][1] if key in FROM_NUMBER else []
        source, as_of = number[:2] if number else (UNKNOWN_SOURCE, day)
        found.setdefault(source, {})[key] = [value, as_of, None]
    return found


def _kept(person: Person) -> dict[str, tuple[str, list[Any]]]:
    detail = PersonDetail.objects.filter(pk=person.pk).first() or PersonDetail(person_id=person.pk)
    found = {}
    for key in ATTRIBUTES:
        holder: Person | PersonDetail = person if key in ON_PERSON else detail
        value = getattr(holder, key)
        text = value.isoformat() if isinstance(value, date) else str(value or "")
        found[key] = (text, list(holder.provenance.get(key, [])))
    return found


def _restore(
    person: Person,
    source: str,
    entries: Mapping[str, Entry | None],
    *,
    reason: str,
    by: audit.Actor,
    now: datetime,
) -> None:
    statement = Statement(person.pk, {}, now, restores=entries)
    say([statement], source=source, reason=reason, by=by, now=now)


def hand_over_tickets(survivor: Person, absorbed: Person, *, now: datetime) -> dict[str, Any]:
    """The conflicts of the absorbed and how they were settled belong to the survivor; what is still in dispute
    opens again there, if it does. The rows as they were."""
    rows = _tickets(absorbed)
    before = {str(row.pk): shot(row) for row in rows}
    _share_marks(_tickets(survivor), rows)
    for row in rows:
        row.person = survivor
        if row.state == TicketState.OPEN:
            row.state, row.closed_at = TicketState.AGREED, now
        row.save(update_fields=["person", "state", "closed_at", "settled"])
    return before


def _share_marks(own: Iterable[ConflictTicket], theirs: Iterable[ConflictTicket]) -> None:
    """The ticket that counts of an attribute remembers what was overruled: what was so for one of the two stays so."""
    last, other = ({row.attribute: row for row in rows} for rows in (own, theirs))
    for key in last.keys() & other.keys():
        older, newer = sorted((last[key], other[key]), key=lambda row: row.opened_at)
        last[key].settled = other[key].settled = older.settled | newer.settled
        last[key].save(update_fields=["settled"])


# --- and back -------------------------------------------------------------------------------------
def changed_since(survivor: Person, restated: Restated) -> list[tuple[str, str]]:
    """Source and attribute of what a source has said anew since: it stays with the survivor."""
    current = entries_of(survivor)
    return [
        (source, key)
        for source, entries in restated.items()
        for key, entry in entries.items()
        if _said(current, source, key) != _said_now(entry)
    ]


def _said(entries: Entries, source: str, key: str) -> list[Any] | None:
    entry = entries.get(source, {}).get(key)
    return list(entry[:2]) if entry else None


def _said_now(entry: Mapping[str, Entry | None]) -> list[Any] | None:
    now = entry["now"]
    return list(now[:2]) if now else None


def take_back(
    survivor: Person,
    journal: Mapping[str, Any],
    *,
    reason: str,
    by: audit.Actor,
    now: datetime,
) -> None:
    """Where nothing was said since, the rows as they were; else each source's word as it was, unless it is newer."""
    is_untouched = facts_of(survivor) == journal["after"]
    for pk, values in journal["tickets"].items():
        ticket = ConflictTicket.objects.get(pk=pk)
        ticket.save(update_fields=put(ticket, values))
    if is_untouched:
        held = _kept(survivor)
        _put_back(survivor, journal["before"], now=now)
        _tell_changed(survivor, held, reason=reason, by=by, now=now)
        return
    later = set(changed_since(survivor, journal["restated"]))
    for source, entries in journal["restated"].items():
        old = {key: entry["was"] for key, entry in entries.items() if (source, key) not in later}
        if old:
            _restore(survivor, source, old, reason=reason, by=by, now=now)
    for record in SourceRecord.objects.filter(person_id=survivor.pk).order_by("pk"):
        if not record.values and str(record.pk) not in journal["before"]["records"]:
            record.delete()


def _put_back(survivor: Person, before: Mapping[str, Any], *, now: datetime) -> None:
    person = Person.objects.get(pk=survivor.pk)
    names = put(person, before["person"])
    person.save(update_fields=[*names, "changed_at"])
    detail: Shot | None = before["detail"]
    if detail is None:
        PersonDetail.objects.filter(pk=survivor.pk).delete()
    else:
        row = PersonDetail.objects.get(pk=survivor.pk)
        row.save(update_fields=put(row, detail))
    for name, model in ROWS.items():
        for found in _rows(model, survivor):
            if str(found.pk) in before[name]:
                found.save(update_fields=put(found, before[name][str(found.pk)]))
            else:
                found.delete()


def _tell_changed(
    survivor: Person,
    held: Mapping[str, tuple[str, list[Any]]],
    *,
    reason: str,
    by: audit.Actor,
    now: datetime,
) -> None:
    """Whoever follows the changes of the survivor hears that its values are again what they were."""
    kept = _kept(Person.objects.get(pk=survivor.pk))
    keys = [key for key, (value, _provenance) in kept.items() if value != held[key][0]]
    if keys:
        audit.record(
            "person.changed",
            by=by,
            target=survivor,
            person_id=survivor.pk,
            place_path=survivor.community.path,
            reason=reason,
            detail={"fields": keys},
            now=now,
        )


def dumped(journal: Mapping[str, Any]) -> str:
    return json.dumps(journal, ensure_ascii=False, sort_keys=True)

"""A copy of all that is held about oneself: asked by its person, made by a worker, gone after some hours."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from accounts import audit
from accounts.models import AuditEntry
from common import storage
from community.governance.scopes import Scope
from community.governance.workdays import CHINA
from notifications import outbox
from residents.base.known import known
from residents.base.looks import looks
from residents.base.models import (
    HouseholdMember,
    Occupancy,
    Person,
    SourceRecord,
    SourceSystem,
)
from residents.rights.enums import CopyState
from residents.rights.holdings import held
from residents.rights.models import Consent, Copy, Correction, RightsFigure

MOST_LOOKS = 5000
FORMATS = ("json", "html")


def ask_copy(*, by: Scope, language: str, now: datetime) -> Copy:
    """Ask for a copy; one is made at a time. The view has asked the password. Raises Person.DoesNotExist."""
    with transaction.atomic(durable=True):
        person = (
            Person.objects.of_account(by.user_id)
            .select_related("community")
            .select_for_update(of=("self",), no_key=True)
            .get()
        )
        found, is_new = Copy.objects.get_or_create(
            person=person, state=CopyState.ASKED, defaults={"asked_at": now, "language": language}
        )
        if is_new:
            _trail("copy.asked", found, by=by, now=now)
    return found


def make_copy(copy_id: UUID, *, now: datetime) -> Copy | None:
    """Write the two files of a copy and tell its person; None when another worker has it or it is done."""
    names: list[str] = []
    try:
        with transaction.atomic(durable=True):
            found = (
                Copy.objects.asked()
                .select_related("person__community", "person__detail", "person__account")
                .select_for_update(of=("self",), skip_locked=True)
                .filter(pk=copy_id)
                .first()
            )
            if found is None:
                return None
            with override(found.language):
                content = everything(found.person, now=now)
                page = render_to_string("rights/copy_page.html", {"copy": content, "now": now})
            text = json.dumps(content, ensure_ascii=False, indent=2)
            found.json_as = storage.keep(text.encode())
            names.append(found.json_as)
            found.page_as = storage.keep(page.encode())
            names.append(found.page_as)
            hours = RightsFigure.objects.in_force(timezone.localdate(now))["copy_hours"].value
            found.state, found.ready_at = CopyState.READY, now
            found.expires_at = now + timedelta(hours=hours)
            found.save()
            _trail("copy.made", found, by=audit.SYSTEM, now=now)
            outbox.post(
                "copy.ready",
                key=f"copy:{found.pk}",
                user_id=found.person.account_id,
                phone=found.person.phone or "",
                person_id=found.person_id,
                place_path=found.person.community.path,
                params={"count": hours, "hotline": settings.SERVICE_PHONE},
                now=now,
            )
    except Exception:
        for name in names:
            storage.drop(name)
        raise
    return found


def everything(person: Person, *, now: datetime) -> dict[str, Any]:
    """All that is held about a person, in the language that is active."""
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    records = list(SourceRecord.objects.filter(person_id=person.pk).order_by("source_id"))
    said = {key for record in records for key in record.values}
    lines = known(person, sources, records=records, disputed=said, full=True)
    homes = HouseholdMember.objects.filter(person_id=person.pk).select_related("household")
    doors = Occupancy.objects.filter(person_id=person.pk).select_related("dwelling", "community")
    entries = AuditEntry.objects.of_person(person.pk).order_by("-id")[:MOST_LOOKS]
    consents = Consent.objects.of(person.pk)
    corrections = Correction.objects.of_person(person.pk).order_by("id")
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "attributes": [
            {
                "key": line.key,
                "label": str(line.label),
                "value": line.value,
                "shown": line.shown,
                "source": line.source,
                "as_of": _day(line.as_of),
                "others": [
                    {"source": o.source, "value": o.value, "shown": o.shown, "as_of": _day(o.as_of)}
                    for o in line.others
                ],
            }
            for line in lines
        ],
        "community": person.community.label,
        "households": [
            {
                "number": home.household.number,
                "relation": str(home.get_relation_display()),
                "from": _day(home.from_on),
                "to": _day(home.to_on),
            }
            for home in homes.order_by("from_on", "pk")
        ],
        "addresses": [
            {
                "kind": str(door.get_kind_display()),
                "address": door.dwelling.address if door.dwelling else str(door.community),
                "from": _day(door.from_on),
                "to": _day(door.to_on),
            }
            for door in doors.order_by("from_on", "pk")
        ],
        "consents": [
            {
                "purpose": row.purpose.label,
                "version": row.purpose.version,
                "how": str(row.get_how_display()),
                "given_at": _moment(row.given_at),
                "expires_on": _day(row.expires_on),
                "withdrawn_at": _moment(row.withdrawn_at),
            }
            for row in consents
        ],
        "corrections": [
            {
                "attribute": row.label,
                "value": row.value,
                "reason": row.reason,
                "state": str(row.get_state_display()),
                "filed_at": _moment(row.filed_at),
                "answer": row.answer,
            }
            for row in corrections
        ],
        "held": [
            {"code": code, "label": label, "rows": [dict(row) for row in rows]}
            for code, label, rows in held(person.pk)
        ],
        "looks": [
            {
                "at": _moment(look.at),
                "who": look.who,
                "what": look.what,
                "fields": look.fields,
                "why": look.why,
            }
            for look in looks(entries, person.account_id or person.pk)
        ],
    }


def open_copy(copy_id: UUID, form: str, *, by: Scope, now: datetime) -> bytes:
    """The bytes of one of the two files; written down. Raises Copy.DoesNotExist, FileMissing."""
    with transaction.atomic(durable=True):
        found = (
            Copy.objects.visible_to(by)
            .filter(state=CopyState.READY, expires_at__gt=now)
            .select_related("person__community")
            .get(pk=copy_id)
        )
        _trail("copy.opened", found, by=by, now=now)
    return storage.read(found.json_as if form == "json" else found.page_as)


def expire_copies(*, now: datetime) -> int:
    """Forget the files whose time is over; how many copies."""
    with transaction.atomic(durable=True):
        rows = list(Copy.objects.over(now).select_for_update(skip_locked=True).order_by("id")[:200])
        names = [name for row in rows for name in (row.json_as, row.page_as)]
        Copy.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=CopyState.EXPIRED, json_as="", page_as=""
        )
    for name in names:
        storage.drop(name)
    return len(rows)


def _trail(action: str, found: Copy, *, by: audit.Actor, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        target=found,
        person_id=found.person_id,
        place_path=found.person.community.path,
        now=now,
    )


def _day(day: object) -> str:
    return day.isoformat() if day else ""  # type: ignore[attr-defined]


def _moment(at: datetime | None) -> str:
    return at.astimezone(CHINA).isoformat(timespec="seconds") if at else ""

"""政策找人: find who is entitled and does not have it, tell them once, take their answer. Never decide."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.actions import bulk
from residents.base.actions.eligibility import refresh_facts
from residents.base.eligibility import Rule, kept_matches
from residents.base.enums import PersonState
from residents.rights import consents
from servicehall.cases import standing
from servicehall.cases.enums import ProposalState
from servicehall.cases.models import Case, Proposal, ProposalRun
from servicehall.catalogue.models import ItemVersion

_LOCK = 0x50524F50
PORTION = 5000
TOLD_AT_ONCE = 200
WAITING = (ProposalState.FOUND, ProposalState.TOLD)
Hits = dict[uuid.UUID, bool]  # person: whether enough is known to be certain
Known = dict[uuid.UUID, Proposal]  # by person; without what is not needed here
ANSWERED = (ProposalState.DECLINED, ProposalState.APPLIED)


@dataclass(slots=True)
class Proposed:
    """How many are new, fit no longer, and were looked for."""

    found: int = 0
    lapsed: int = 0
    items: list[str] = field(default_factory=list)


def propose(*, now: datetime, only_changed: bool = False) -> Proposed:
    """Bring the proposals to what rules and base say today: all items in one pass over the persons.

    `only_changed` looks only for items whose rule differs from that of their last run.
    """
    today = timezone.localdate(now)
    done = Proposed()
    with transaction.atomic(durable=True), bulk.patience():
        if not _is_alone():
            return done
        versions = {version.item_id: version for version in ItemVersion.objects.public(today)}
        runs = dict(ProposalRun.objects.values_list("item_id", "rule"))
        rules = {
            code: (v.content.get("eligibility") or {}).get("rule") for code, v in versions.items()
        }
        codes = [
            code
            for code, rule in sorted(rules.items())
            if (rule or runs.get(code)) and not (only_changed and runs.get(code) == rule)
        ]
        wanted = {code: rule for code in codes if (rule := versions[code].eligibility) is not None}
        hits = _hits(wanted, now) if wanted else {}
        for code in codes:
            _settle(versions[code], hits.get(code, {}), done, now=now)
            ProposalRun.objects.update_or_create(
                item_id=code, defaults={"rule": rules[code], "ran_at": now}
            )
        done.items = codes
    return done


def _is_alone() -> bool:
    """Whether no other worker is at it; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _hits(rules: Mapping[str, Rule], now: datetime) -> dict[str, Hits]:
    """Who fits which item, or might: one scan, whatever the number of rules."""
    found: dict[str, Hits] = {code: {} for code in rules}
    refresh_facts()
    for person_id, verdicts in kept_matches(list(rules.values()), timezone.localdate(now)):
        for hits, verdict in zip(found.values(), verdicts, strict=True):
            if verdict is not False:
                hits[person_id] = verdict is True
    return found


def _settle(version: ItemVersion, hits: Hits, done: Proposed, *, now: datetime) -> None:
    """Insert who is new, let go who fits no longer, and leave alone who has answered while the answer stands."""
    today = timezone.localdate(now)
    rule = version.eligibility
    is_per_child = rule is not None and standing.is_per_child(rule)
    if rule is not None and is_per_child and hits:
        for person in standing.claimed_for(version, rule, today):
            hits.pop(person, None)
    proposals = Proposal.objects.filter(item_id=version.item_id)
    known: Known = {
        row.person_id: row for row in proposals.only("person_id", "state", "is_certain", "basis")
    }
    fresh = [person for person in hits if person not in known]
    for portion in _portions(fresh):
        holders = set() if is_per_child else _holders(version.item_id, portion)
        rows = [
            Proposal(
                person_id=person, item_id=version.item_id, version=version, is_certain=hits[person],
                found_on=today,
            )
            for person in portion
            if person not in holders
        ]  # fmt: skip
        bulk.copy(rows)
        done.found += len(rows)
    _move(known, hits, done)
    answered = [p for p in hits if p in known and known[p].state in ANSWERED]
    for portion in _portions(answered):
        holders = set() if is_per_child else _holders(version.item_id, portion)
        done.found += _ask_again(
            version, [known[person] for person in portion if person not in holders], today
        )
    Proposal.objects.filter(item_id=version.item_id).waiting().exclude(version=version).update(
        version=version
    )


def _move(known: Known, hits: Hits, done: Proposed) -> None:
    """Those who are known already: back, gone, or known better or worse than before."""
    rows = Proposal.objects.all()
    back = [
        row.pk
        for person, row in known.items()
        if row.state == ProposalState.LAPSED and person in hits
    ]
    gone = [row.pk for person, row in known.items() if row.state in WAITING and person not in hits]
    # Who was told before is not told again.
    rows.filter(pk__in=back, told_at__isnull=True).update(state=ProposalState.FOUND)
    rows.filter(pk__in=back, told_at__isnull=False).update(state=ProposalState.TOLD)
    rows.filter(pk__in=gone).update(state=ProposalState.LAPSED)
    done.lapsed += len(gone)
    for certain in (True, False):
        turned = [
            row.pk
            for person, row in known.items()
            if person in hits and row.is_certain != certain and hits[person] == certain
        ]
        rows.filter(pk__in=turned).update(is_certain=certain)


def _ask_again(version: ItemVersion, rows: Sequence[Proposal], today: date) -> int:
    """Whose answer rests on what is no longer so is found anew, and may be told once of that."""
    now = standing.bases(version, [row.person_id for row in rows], today)
    again = []
    for row in rows:
        basis = now.get(row.person_id, row.basis)
        if row.basis and standing.has_changed(row.basis, basis):
            again.append(row.pk)
        elif not row.basis:  # answered before answers had a basis: they stand on what is so today
            Proposal.objects.filter(pk=row.pk).update(basis=basis)
    Proposal.objects.filter(pk__in=again).update(
        state=ProposalState.FOUND, basis={}, found_on=today, told_at=None, answered_at=None
    )
    return len(again)


def _portions(ids: Collection[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    rest = iter(ids)
    while portion := list(islice(rest, PORTION)):
        yield portion


def _holders(code: str, persons: list[uuid.UUID]) -> set[uuid.UUID]:
    """Who has it already, or has asked for it."""
    cases = Case.objects.filter(standing.holding(code), applicant_id__in=persons)
    return set(cases.values_list("applicant_id", flat=True))


def tell(code: str, *, by: Scope, now: datetime) -> int:
    """Tell the next persons of one's places, once each, that they may ask for an item; how many.

    Only those of whom enough is known: the others are looked up by a person first. Whoever has refused to be told
    is left alone (PIPL 24); what may fit him he finds on his own pages.
    """
    if not by.has(Power.HANDLE_MESSAGES):
        raise NotAllowed("no_power", _("您的任职没有这项权限。"))
    willing = consents.allowed(consents.PROACTIVE, timezone.localdate(now), person="person_id")
    with transaction.atomic(durable=True):
        rows = list(
            Proposal.objects.visible_to(by)
            .filter(willing, item_id=code, state=ProposalState.FOUND, is_certain=True)
            .filter(person__state=PersonState.ACTIVE)  # a death of today is found only tonight
            .select_related("person__community", "version")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("id")[:TOLD_AT_ONCE]
        )
        for row in rows:
            outbox.post(
                "proposal.found",
                key=f"proposal:{row.pk}:{row.found_on}",
                user_id=row.person.account_id,
                phone=row.person.phone or "",
                person_id=row.person_id,
                place_path=row.person.community.path,
                params={"item": row.version.name["zh"], "hotline": settings.SERVICE_PHONE},
                now=now,
            )
            row.state, row.told_at = ProposalState.TOLD, now
        Proposal.objects.bulk_update(rows, ["state", "told_at"])
        audit.record_many(
            "proposal.told",
            (
                audit.Touched(row, row.person_id, row.person.community.path, {"item": code})
                for row in rows
            ),
            by=by,
            now=now,
        )
    return len(rows)


def decline_proposal(proposal_id: uuid.UUID, *, by: Scope, now: datetime) -> Proposal:
    """The person does not want it; he is not reminded again while all that matters stays as it is, and may still
    apply at any time."""
    with transaction.atomic(durable=True):
        row = (
            Proposal.objects.visible_to(by)
            .select_related("person__community", "version")
            .select_for_update(of=("self",))
            .get(pk=proposal_id)
        )
        if row.person.account_id != by.user_id:
            raise NotAllowed("not_yours", _("只有本人可以答复。"))
        if row.state not in WAITING:
            raise Conflict("answered", _("这条提示已经答复过了。"))
        row.state, row.answered_at = ProposalState.DECLINED, now
        row.told_at = row.told_at or now
        row.basis = _basis(row, timezone.localdate(now))
        row.save(update_fields=["state", "answered_at", "told_at", "basis"])
        audit.record(
            "proposal.declined",
            by=by,
            target=row,
            person_id=row.person_id,
            place_path=row.person.community.path,
            detail={"item": row.item_id},
            now=now,
        )
    return row


def answer_proposal(case: Case, *, now: datetime) -> None:
    """An application was filed, from a proposal or without one: nothing is left to propose."""
    rows = Proposal.objects.filter(person_id=case.applicant_id, item_id=case.version.item_id)
    for row in rows.select_related("version"):
        row.state, row.answered_at = ProposalState.APPLIED, now
        row.basis = _basis(row, timezone.localdate(now))
        row.save(update_fields=["state", "answered_at", "basis"])


def _basis(row: Proposal, today: date) -> standing.Basis:
    return standing.bases(row.version, [row.person_id], today).get(row.person_id, {})

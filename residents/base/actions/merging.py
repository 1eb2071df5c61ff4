"""Two entries of one human being become one, and two again if it was a mistake.

The entry that goes is no row less: it leads to the one that stays, and so do its number and its address.
Everything moved or changed stands in a sealed journal; undoing reads it backwards.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from common.errors import Conflict, Invalid
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.actions import merging_facts, merging_life, merging_ties
from residents.base.actions.naming import name_account
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import DoubleState, PersonState
from residents.base.models import DoubleCandidate, Person, PersonMerge
from residents.base.snapshots import put, shot

ACCOUNTS = ("account", "staff_account")
OWN = ("state", "merged_into", *ACCOUNTS)  # the columns of an entry that a merge touches itself


class SplitFollower(Protocol):
    """What an app above does where two entries stand again, in the same transaction."""

    def __call__(self, person_ids: Sequence[UUID], *, by: Scope, now: datetime) -> None: ...


_after_split: list[SplitFollower] = []


def follow_split(follower: SplitFollower) -> None:
    if follower not in _after_split:
        _after_split.append(follower)


def merge(
    survivor_id: UUID, absorbed_id: UUID, *, reason: str, by: Scope, now: datetime
) -> PersonMerge:
    """Make one entry of two: every tie moves to the survivor, its facts follow from what is said of both.

    Raises Person.DoesNotExist unless the post may merge both, Invalid without a reason, Conflict where two accounts
    are in use.
    """
    _require(reason)
    with transaction.atomic(durable=True):
        today = timezone.localdate(now)
        act = merging_life.lock(survivor_id, absorbed_id, on=today, by=by, now=now)
        survivor, absorbed = _claim(survivor_id, absorbed_id, by=by)
        journal: dict[str, Any] = {
            "before": merging_facts.facts_of(survivor),
            "survivor": shot(survivor, ACCOUNTS),
            "absorbed": shot(absorbed, OWN),
        }
        _lead_on(survivor, absorbed)
        journal["tickets"] = merging_facts.hand_over_tickets(survivor, absorbed, now=now)
        journal["restated"] = merging_facts.restate(
            survivor, absorbed, reason=reason.strip(), by=by, now=now
        )
        journal["settled"] = merging_life.settle(survivor, absorbed, on=today)
        journal["ties"] = merging_ties.hand_over(survivor, absorbed)
        journal["after"] = merging_facts.facts_of(survivor)
        row = PersonMerge.objects.create(
            survivor=survivor,
            absorbed=absorbed,
            reason=reason.strip(),
            merged_at=now,
            merged_by=by.post_label,
            journal=merging_facts.dumped(journal),
        )
        merging_life.tell(act, row.pk, reason=reason.strip())
        name_account(Person.objects.get(pk=survivor.pk), by=by, now=now)
        _decide_pair(survivor, absorbed, DoubleState.MERGED, note=reason.strip(), now=now)
        _write_down("person.merged", row, reason=reason, by=by, now=now)
    return row


def unmerge(merge_id: UUID, *, reason: str, by: Scope, now: datetime) -> PersonMerge:
    """Two entries again, as they were; what came since stays with the survivor (`cannot_split` says what).

    Raises PersonMerge.DoesNotExist outside the reach, Invalid without a reason, Conflict when it is undone or when
    the survivor was merged itself.
    """
    _require(reason)
    with transaction.atomic(durable=True):
        row = PersonMerge.objects.visible_to(by).select_for_update(of=("self",)).get(pk=merge_id)
        if row.undone_at is not None:
            raise Conflict("merge_undone", _("这次合并已经撤销。"))
        ids = [row.survivor_id, row.absorbed_id]
        locked = Person.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
        persons = {person.pk: person for person in locked}
        survivor, absorbed = persons[row.survivor_id], persons[row.absorbed_id]
        if survivor.merged_into_id is not None:
            raise Conflict("merged_again", _("这份档案后来又并入了别的档案，请先撤销后一次合并。"))
        journal = json.loads(row.journal)
        try:
            merging_life.untell(row.pk, reason=reason.strip(), by=by, now=now)
            _split(survivor, absorbed, journal, reason=reason.strip(), by=by, now=now)
        except IntegrityError:
            raise Conflict(
                "cannot_split",
                _("合并后登记的内容与要恢复的内容冲突，请先核对这份档案的证件号码和家庭、住房。"),
            ) from None
        for follower in _after_split:
            follower([survivor.pk, absorbed.pk], by=by, now=now)
        for person in Person.objects.filter(pk__in=ids).order_by("pk"):
            name_account(person, by=by, now=now)
        row.undone_at, row.undone_reason = now, reason.strip()
        row.save(update_fields=["undone_at", "undone_reason"])
        _decide_pair(survivor, absorbed, DoubleState.NOT_SAME, note=reason.strip(), now=now)
        _write_down("person.unmerged", row, reason=reason, by=by, now=now)
    return row


@dataclass(frozen=True, slots=True)
class Remains:
    """What undoing a merge leaves with the survivor: facts said since, ties made since, accounts tied since."""

    facts: tuple[tuple[str, str | Promise], ...]  # source, attribute
    ties: tuple[tuple[str | Promise, int], ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.ties)


def cannot_split(row: PersonMerge) -> Remains:
    """What came since the merge, and so cannot be told apart."""
    journal = json.loads(row.journal)
    later = merging_facts.changed_since(row.survivor, journal["restated"])
    ties = merging_ties.come_since(row.survivor, journal["ties"])
    return Remains(
        tuple((source, ATTRIBUTES[key].label) for source, key in later),
        tuple((tie.label, count) for tie, count in ties),
    )


# --- the steps ------------------------------------------------------------------------------------
def _require(reason: str) -> None:
    if not reason.strip():
        raise Invalid("note_missing", _("请写明判断的依据。"), {"reason": _("请写明依据。")})


def _claim(survivor_id: UUID, absorbed_id: UUID, *, by: Scope) -> tuple[Person, Person]:
    """Both, locked in the order of their ids."""
    found = Person.objects.visible_to(by, Power.MERGE_PERSONS)
    locked = (
        found.filter(pk__in=[survivor_id, absorbed_id])
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    persons = {person.pk: person for person in locked}
    if len(persons) != 2:
        raise Person.DoesNotExist
    return persons[survivor_id], persons[absorbed_id]


def _lead_on(survivor: Person, absorbed: Person) -> None:
    """The one entry leads to the other, and the accounts in use are the survivor's."""
    mine = {name: getattr(survivor, name) for name in ACCOUNTS}
    theirs = {name: getattr(absorbed, name) for name in ACCOUNTS}
    for name in ACCOUNTS:
        _refuse_two(mine[name], theirs[name])
    # An account has one person at any moment: first nobody has it.
    _set(absorbed, state=PersonState.MERGED, merged_into=survivor, **dict.fromkeys(ACCOUNTS))
    swapped = {name for name in ACCOUNTS if theirs[name] and _is_spare(mine[name])}
    _set(survivor, **dict.fromkeys(swapped))
    _set(survivor, **{name: theirs[name] for name in swapped})
    _set(absorbed, **{name: mine[name] if name in swapped else theirs[name] for name in ACCOUNTS})


def _is_spare(user: User | None) -> bool:
    return user is None or not user.is_active


def _refuse_two(mine: User | None, theirs: User | None) -> None:
    if mine and theirs and mine.is_active and theirs.is_active:
        raise Conflict(
            "two_accounts",
            _("两份档案各有一个在用的账号。请先核实本人使用哪一个，停用另一个账号后再合并。"),
        )


def _set(person: Person, **values: Any) -> None:
    for name, value in values.items():
        setattr(person, name, value)
    person.save(update_fields=[*values, "changed_at"])


def _split(
    survivor: Person,
    absorbed: Person,
    journal: dict[str, Any],
    *,
    reason: str,
    by: Scope,
    now: datetime,
) -> None:
    with transaction.atomic():
        merging_facts.take_back(survivor, journal, reason=reason, by=by, now=now)
        merging_ties.hand_back(survivor, absorbed, journal["ties"])
        merging_life.unsettle(journal["settled"])
        survivor.refresh_from_db()
        given = _accounts_to_return(survivor, absorbed, journal)
        _set(survivor, **dict.fromkeys(given))
        _set(absorbed, **dict.fromkeys(given))
        _set(survivor, **{name: _user(journal["survivor"][f"{name}_id"]) for name in given})
        put(absorbed, {"state": journal["absorbed"]["state"], "merged_into_id": None})
        _set(absorbed, state=absorbed.state, merged_into=None)
        _set(absorbed, **{name: _user(journal["absorbed"][f"{name}_id"]) for name in given})


def _accounts_to_return(survivor: Person, absorbed: Person, journal: dict[str, Any]) -> list[str]:
    """The accounts that moved and are still where the merge put them."""
    return [
        name
        for name in ACCOUNTS
        if (theirs := journal["absorbed"][f"{name}_id"])
        and str(getattr(survivor, f"{name}_id")) == theirs
    ]


def _user(pk: str | None) -> User | None:
    return User.objects.filter(pk=pk).first() if pk else None


def _decide_pair(
    survivor: Person, absorbed: Person, state: DoubleState, *, note: str, now: datetime
) -> None:
    """The question whether they are one is answered, also if nobody had asked it."""
    one, other = sorted((survivor.pk, absorbed.pk))
    values = {"state": state, "decided_at": now, "note": note}
    DoubleCandidate.objects.update_or_create(
        person_a_id=one,
        person_b_id=other,
        defaults=values,
        create_defaults={**values, "score": 0, "found_at": now},
    )


def _write_down(action: str, row: PersonMerge, *, reason: str, by: Scope, now: datetime) -> None:
    audit.record_many(
        action,
        [
            audit.Touched(row, person.pk, person.community.path, {"into": str(row.survivor_id)})
            for person in (row.survivor, row.absorbed)
        ],
        reason=reason.strip(),
        by=by,
        now=now,
    )

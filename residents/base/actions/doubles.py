"""疑似重复: the standing list is kept each night, and somebody says of a pair that it is two people."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.actions import bulk
from residents.base.enums import DoubleState, Purpose
from residents.base.likely import pairs_in
from residents.base.models import DoubleCandidate, Person

DECIDED = _("这一对已经处理过，请刷新后查看。")


def refresh_doubles(community_id: UUID, *, now: datetime) -> int:
    """Bring the pairs of one community up to date; how many are new. A second run changes nothing.

    Open pairs that look alike no more go; what somebody decided stays as it is, whatever the points say.
    """
    likely = pairs_in(community_id, day=timezone.localdate(now))
    with transaction.atomic(), bulk.patience():
        # Both communities of a pair look at it, perhaps at once.
        known = {
            (row.person_a_id, row.person_b_id): row
            for row in DoubleCandidate.objects.filter(
                Q(person_a__community=community_id) | Q(person_b__community=community_id)
            )
            .order_by("pk")
            .select_for_update(of=("self",))
        }
        fresh = [
            DoubleCandidate(
                person_a_id=pair[0],
                person_b_id=pair[1],
                score=each.score,
                reasons=list(each.reasons),
                found_at=now,
            )
            for pair, each in likely.items()
            if pair not in known
        ]
        DoubleCandidate.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=2000)
        open_ones = {pair: row for pair, row in known.items() if row.state == DoubleState.OPEN}
        over = [row.pk for pair, row in open_ones.items() if pair not in likely]
        DoubleCandidate.objects.filter(pk__in=over).delete()
        changed = []
        for pair, row in open_ones.items():
            each = likely.get(pair)
            if each and (row.score, row.reasons) != (each.score, list(each.reasons)):
                row.score, row.reasons = each.score, list(each.reasons)
                changed.append(row)
        bulk.rewrite(changed, ["score", "reasons"])
    return len(fresh)


def lay_together(one_id: UUID, other_id: UUID, *, by: Scope, now: datetime) -> DoubleCandidate:
    """Ask of any two entries whether they are one human being, whatever the points say, and once more where
    somebody had said no.

    Raises Person.DoesNotExist unless the post may merge both.
    """
    ids = sorted({one_id, other_id})
    with transaction.atomic(durable=True):
        found = Person.objects.visible_to(by, Power.MERGE_PERSONS).filter(pk__in=ids)
        if found.count() != 2:
            raise Person.DoesNotExist
        pair, _is_new = DoubleCandidate.objects.update_or_create(
            person_a_id=ids[0],
            person_b_id=ids[1],
            defaults={"state": DoubleState.OPEN, "decided_at": None, "note": ""},
            create_defaults={"score": 0, "found_at": now},
        )
    return pair


def look_at_pair(pair_id: UUID, *, by: Scope, now: datetime) -> DoubleCandidate:
    """Lay two entries side by side. Like every look it is written down, for both.

    Raises DoubleCandidate.DoesNotExist outside the reach.
    """
    with transaction.atomic():
        pair = (
            DoubleCandidate.objects.visible_to(by)
            .select_related("person_a__community", "person_b__community")
            .select_related("person_a__detail", "person_b__detail")
            .get(pk=pair_id)
        )
        audit.record_many(
            "person.viewed",
            [
                audit.Touched(person, person.pk, person.community.path)
                for person in (pair.person_a, pair.person_b)
            ],
            reason=Purpose.CORRECTION,
            by=by,
            now=now,
        )
    return pair


def not_same(pair_id: UUID, *, note: str, by: Scope, now: datetime) -> DoubleCandidate:
    """Remember that a pair is two people; it is not asked again.

    Raises DoubleCandidate.DoesNotExist outside the reach, Conflict when it is decided, Invalid without a reason.
    """
    if not note.strip():
        raise Invalid("note_missing", _("请写明判断的依据。"), {"reason": _("请写明依据。")})
    with transaction.atomic(durable=True):
        pair = claim_pair(pair_id, by=by)
        pair.state, pair.decided_at, pair.note = DoubleState.NOT_SAME, now, note.strip()
        pair.save(update_fields=["state", "decided_at", "note"])
        audit.record_many(
            "person.not_same",
            [
                audit.Touched(pair, person.pk, person.community.path)
                for person in (pair.person_a, pair.person_b)
            ],
            reason=note.strip(),
            by=by,
            now=now,
        )
    return pair


def claim_pair(pair_id: UUID, *, by: Scope) -> DoubleCandidate:
    """The pair, locked, still to be decided."""
    pair = (
        DoubleCandidate.objects.visible_to(by)
        .select_related("person_a__community", "person_b__community")
        .select_for_update(of=("self",))
        .get(pk=pair_id)
    )
    if pair.state != DoubleState.OPEN:
        raise Conflict("pair_decided", DECIDED)
    return pair

"""Counts what one user looks at in a day, so that nobody reads the whole base file by file."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import FileUse, User


@dataclass(frozen=True, slots=True)
class Use:
    """What a user has looked at on one day, with the look that was just counted."""

    files: int
    reveals: int
    is_new: bool = False  # the first look at this file today


def count_look(
    user_id: uuid.UUID, person_id: uuid.UUID, *, is_reveal: bool = False, now: datetime
) -> Use:
    """Count one look, in the caller's transaction, which refuses it by rolling back.

    The looks of one user wait for each other, so that of many at once none slips past the limit.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("count_look() must run inside the look")
    day = timezone.localdate(now)
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    mine = FileUse.objects.filter(user_id=user_id, day=day)
    used = dict(mine.values_list("person_id", "reveals"))  # as many as the budget lets through
    is_new = person_id not in used
    if is_new:
        FileUse.objects.create(
            user_id=user_id, day=day, person_id=person_id, reveals=int(is_reveal)
        )
    elif is_reveal:
        mine.filter(person_id=person_id).update(reveals=F("reveals") + 1)
    return Use(len(used) + is_new, sum(used.values()) + is_reveal, is_new)


def count_many(
    user_id: uuid.UUID, persons: Collection[uuid.UUID], *, most: int, now: datetime
) -> bool:
    """Count what a user takes along of many persons at once, as if he had looked at each. False, and nothing is
    counted, where that would be more than `most` of the day."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("count_many() must run inside the act")
    day = timezone.localdate(now)
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    mine = FileUse.objects.filter(user_id=user_id, day=day)
    known = set(mine.values_list("person_id", flat=True))
    fresh = set(persons) - known
    if len(known) + len(fresh) > most:
        return False
    FileUse.objects.bulk_create(
        FileUse(user_id=user_id, day=day, person_id=pk) for pk in sorted(fresh)
    )
    return True


def of_day(user_id: uuid.UUID, day: date) -> Use:
    return Use(*FileUse.objects.totals(user_id, day))


def forget(*, now: datetime) -> int:
    """Yesterday's counts are spent; what was looked at stays in the audit trail."""
    return int(FileUse.objects.before(timezone.localdate(now)).delete()[0])

"""Counts what one user looks at in a day, so that nobody reads the whole base file by file."""

import uuid
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
    row, is_new = FileUse.objects.get_or_create(user_id=user_id, day=day, person_id=person_id)
    if is_reveal:
        FileUse.objects.filter(pk=row.pk).update(reveals=F("reveals") + 1)
    return Use(*FileUse.objects.totals(user_id, day), is_new)


def of_day(user_id: uuid.UUID, day: date) -> Use:
    return Use(*FileUse.objects.totals(user_id, day))


def forget(*, now: datetime) -> int:
    """Yesterday's counts are spent; what was looked at stays in the audit trail."""
    return int(FileUse.objects.before(timezone.localdate(now)).delete()[0])

"""Taking rows of the outbox: a lease on the clock of the database, committed before anything is sent.

Whoever writes a result must still hold the lease (`attempts` is the fencing token): a worker that
comes back late from the dead changes nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from notifications import kinds, rules
from notifications.channels import sms
from notifications.endings import give_up, put_on_call_list, settle, write
from notifications.enums import Channel, MessageState
from notifications.leases import Lease, database_clock, end_of
from notifications.limits import hold_back
from notifications.models import Message, OutboxPause
from notifications.querysets import MessageQuerySet

BATCH = 100


@dataclass(kw_only=True)
class Batch(Lease):
    """Rows that this process has taken, and the time in which it may start to send them."""

    rows: list[Message]
    seen: int  # rows looked at, also those that were put off
    bound: frozenset[UUID]  # rows that a gateway may have from an earlier try


def claim(among: MessageQuerySet | None = None, *, limit: int = BATCH) -> Batch | None:
    """Take up to `limit` due or abandoned rows for one lease and commit; None when there are none.

    Rows that may not go now (quiet hours, limits, no wish for SMS) are put off or cancelled here.
    """
    among = Message.objects.all() if among is None else among
    gateway = sms.chosen()
    if gateway is None:
        among = among.exclude(channel=Channel.SMS)
    elif resting := sms.resting():  # what is bound to one of them waits for it
        among = among.exclude(channel=Channel.SMS, gateway__in=resting)
    with transaction.atomic(durable=True):  # an outer transaction would stay open while we send
        if OutboxPause.objects.in_force().exists():
            return None
        rows = _lock(among.abandoned().order_by("lease_until"), limit)
        rows += _lock(among.due().order_by("not_before"), limit - len(rows))
        if not rows:
            return None
        seen, taken, clock = len(rows), time.monotonic(), database_clock()
        rows = hold_back(_close_spent(rows, clock), clock)
        bound = frozenset(row.pk for row in rows if row.gateway)
        for row in rows:
            row.attempts += 1
            if row.channel == Channel.SMS:
                row.gateway = row.gateway or gateway or ""
        _take(rows, clock)
    timeout = settings.SMS_TIMEOUT_SECONDS
    return Batch(rows=rows, seen=seen, clock=clock, taken=taken, timeout=timeout, bound=bound)


def _take(rows: Sequence[Message], clock: datetime) -> None:
    """One lease for all, and for each text the gateway that may have it from now on."""
    for gateway in {row.gateway for row in rows}:
        Message.objects.filter(pk__in=[r.pk for r in rows if r.gateway == gateway]).update(
            state=MessageState.SENDING,
            lease_until=end_of(clock),
            tried_at=clock,
            attempts=F("attempts") + 1,
            gateway=gateway,
        )


def _lock(rows: MessageQuerySet, limit: int) -> list[Message]:
    if limit <= 0:
        return []
    return list(rows.select_for_update(skip_locked=True, no_key=True)[:limit])


def _close_spent(rows: Sequence[Message], clock: datetime) -> list[Message]:
    """Set aside what comes too late, and of rows whose worker died what must not go out again by itself."""
    keep = []
    for row in rows:
        if row.state != MessageState.SENDING:
            if row.channel == Channel.SMS and clock >= row.give_up_at:  # after a pause, for one
                give_up(row, "too_late")
            else:
                keep.append(row)
        elif row.receipt:
            settle(row, clock)
        elif rules.is_spent(now=clock, give_up_at=row.give_up_at, attempts=row.attempts):
            give_up(row, "worker_lost")
        elif row.channel == Channel.SMS and not may_repeat(row):
            row.state, row.last_error = MessageState.UNCERTAIN, "worker_lost"
        else:
            keep.append(row)
    closed = [row for row in rows if row not in keep]
    write(closed)
    put_on_call_list(row for row in closed if row.state == MessageState.FAILED)
    return keep


def may_repeat(row: Message) -> bool:
    """Whether a message that may have arrived may be sent again without a person's decision."""
    kind = kinds.find(row.kind)
    return settings.SMS_GATEWAY_HONOURS_KEYS or (kind is not None and kind.is_repeatable)

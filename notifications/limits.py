"""What may not go out now: quiet hours, full numbers, people who want no SMS."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from notifications import kinds, rules
from notifications.endings import forget_secret, write
from notifications.enums import Channel, MessageState
from notifications.models import Message, MessagePreference, MessageRule

LIMITS_LOCK = 0x597A534D  # advisory lock: one worker at a time compares numbers with their limits


def hold_back(rows: Sequence[Message], clock: datetime) -> list[Message]:
    """Put off or cancel, inside the transaction of the claim, what may not go now; return the rest."""
    texts = [row for row in rows if row.channel == Channel.SMS]
    if not texts:
        return list(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LIMITS_LOCK])
    local = timezone.localtime(clock)
    quiet = rules.quiet_until(local, MessageRule.objects.on(local.date()))
    unwilling = _unwilling(texts)
    sent = _tries(texts)
    held = []
    for row in texts:
        kind = kinds.find(row.kind)
        if row.pk in unwilling and not (kind and kind.is_statutory):
            row.state, row.last_error = MessageState.CANCELLED, "not_wanted"
            held.append(row)
        elif (reason := _postponed(row, kind, quiet, sent, clock)) is not None:
            held.append(_put_off(row, kind, *reason))
    write(held)
    return [row for row in rows if row not in held]


def _unwilling(rows: Sequence[Message]) -> set[UUID]:
    refused = MessagePreference.objects.filter(is_sms_refused=True)
    users = {row.user_id for row in rows}
    digests = {bytes(row.phone_digest) for row in rows if row.phone_digest}
    by_user = set(refused.filter(user__in=users - {None}).values_list("user", flat=True))
    numbers = refused.filter(phone_digest__in=digests).values_list("phone_digest", flat=True)
    by_number = {bytes(digest) for digest in numbers if digest}
    return {
        row.pk
        for row in rows
        if row.user_id in by_user or (row.phone_digest and bytes(row.phone_digest) in by_number)
    }


def _tries(rows: Sequence[Message]) -> dict[bytes, list[datetime]]:
    digests = {bytes(row.phone_digest) for row in rows if row.phone_digest}
    found: dict[bytes, list[datetime]] = {digest: [] for digest in digests}
    recent = Message.objects.sent_to_numbers(list(digests), within=rules.DAY)
    others = recent.exclude(pk__in=[row.pk for row in rows])
    for digest, at in others.values_list("phone_digest", "tried_at"):
        if digest and at:
            found[bytes(digest)].append(at)
    return found


def _postponed(
    row: Message,
    kind: kinds.Kind | None,
    quiet: datetime | None,
    sent: dict[bytes, list[datetime]],
    clock: datetime,
) -> tuple[str, datetime] | None:
    """Why and until when this SMS must wait; when it may go it is counted for those after it."""
    is_urgent, is_code = bool(kind and kind.is_urgent), bool(kind and kind.is_secret)
    if quiet and not is_urgent and not is_code:
        return "quiet_hours", quiet
    tries = sent.get(bytes(row.phone_digest or b""), [])
    until = rules.blocked_until(tries, now=clock, is_code=is_code)
    if until and (is_code or not is_urgent):  # an alarm is never held back, a code always
        return "number_limit", until
    tries.append(clock)
    return None


def _put_off(row: Message, kind: kinds.Kind | None, reason: str, until: datetime) -> Message:
    row.state, row.not_before, row.last_error = MessageState.DUE, until, reason
    if kind and kind.is_secret:  # a code that comes late is worth nothing, and asks for doubt
        row.state = MessageState.CANCELLED
        forget_secret(row)
    # Waiting for the morning is no failure: the day of tries begins when it may begin.
    row.give_up_at = max(row.give_up_at, until + rules.HOUR)
    return row

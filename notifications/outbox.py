"""The one door for telling people something: `post` writes rows inside the caller's transaction."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from notifications import bell, kinds, numbers
from notifications.enums import Channel, MessageState
from notifications.models import Message

GIVE_UP_AFTER = timedelta(hours=24)
KEY_MOST = 120  # characters that the column holds


class NoTransaction(RuntimeError):
    """A message was posted outside the transaction of the event that it tells of."""


def post(
    kind: str,
    *,
    key: str,
    user_id: UUID | None,
    phone: str = "",
    person_id: UUID | None = None,
    about: str = "",
    place_path: str = "",
    params: Mapping[str, object],
    language: str = "",
    not_before: datetime | None = None,
    now: datetime,
) -> None:
    """Tell somebody something, once per `key` and channel, if and when the transaction commits.

    `key` names the event ("case:<uuid>:accepted:3"); the same key again does nothing. `params` fill
    the texts of the kind: ids, station names, dates, item names; never an ID number, a phone number
    or a health matter. `language` overrides the language of the account.
    Whoever can be reached by no channel of the kind is put on the call list of the place.
    Raises NoTransaction, kinds.UnknownKind, and kinds.BadParams when a text lacks a value.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(kind)
    found = kinds.get(kind)
    phone = numbers.normalised(phone)
    digest = numbers.digest(phone) if phone else None
    rows = []
    for channel in _reachable(found, user_id, phone):
        is_ready = (
            channel == Channel.IN_SITE and not_before is None
        )  # the row itself is the message
        rows.append(
            Message(
                kind=kind,
                key=_fitting(key),
                channel=channel,
                user_id=user_id,
                phone=phone or None,
                phone_digest=digest,
                person_id=person_id,
                about=about,
                place_path=place_path,
                params=dict(params),
                language=language,
                state=MessageState.SENT if is_ready else MessageState.DUE,
                not_before=not_before or Now(),  # due by the database's clock, whatever ours says
                give_up_at=(not_before or Now()) + GIVE_UP_AFTER,
                text=_text(found, channel, params),
                last_error="" if channel in found.channels else "no_address",
                created_at=now,
                sent_at=now if is_ready else None,
            )
        )
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if not_before is None or not_before <= now:
        ring_on_commit(rows)


def ring_on_commit(rows: Iterable[Message]) -> None:
    """Wake a worker for those of these rows that need one, once the transaction is through."""
    waiting = [
        str(row.pk) for row in rows if row.state == MessageState.DUE and row.channel != Channel.CALL
    ]
    if waiting:
        wake_on_commit(waiting, bell.DELIVER)


def wake_on_commit(ids: list[str], task: str) -> None:
    transaction.on_commit(partial(bell.ring, ids, task), robust=True)


def _fitting(key: str) -> str:
    """A key names its event in full, however long; two events never have one, and a repeat has the same."""
    if len(key) <= KEY_MOST:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"{key[: KEY_MOST - len(digest) - 1]}:{digest}"


def _reachable(kind: kinds.Kind, user_id: UUID | None, phone: str) -> list[Channel]:
    address = {Channel.IN_SITE: user_id, Channel.SMS: numbers.takes_sms(phone), Channel.CALL: True}
    return [channel for channel in kind.channels if address[channel]] or [Channel.CALL]


def _text(kind: kinds.Kind, channel: str, params: Mapping[str, object]) -> str:
    """Rendered now for those who need no worker, in Chinese, the language of record; an SMS is only
    tried out, so that a missing value breaks the event's test and not its delivery at night."""
    text = kinds.render(kind, channel, params, "zh-hans")
    return "" if channel == Channel.SMS else text

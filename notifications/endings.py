"""How a message ends: given up, its secret forgotten, handed to a person who calls."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings

from notifications import kinds
from notifications.enums import Channel, MessageState, ReceiptState
from notifications.models import Message

logger = logging.getLogger(__name__)

ERASED = "······"


def give_up(row: Message, code: str) -> None:
    row.state, row.last_error = MessageState.FAILED, code
    forget_secret(row)
    logger.warning(
        "outbox.failed", extra={"message_id": str(row.pk), "kind": row.kind, "code": code}
    )


def settle(row: Message, now: datetime) -> None:
    """Give the gateway's report the last word over what we concluded ourselves."""
    if row.receipt == ReceiptState.DELIVERED:
        row.state, row.last_error, row.sent_at = MessageState.SENT, "", row.sent_at or now
        forget_secret(row)
    elif row.receipt == ReceiptState.UNDELIVERED and row.state != MessageState.CANCELLED:
        give_up(row, "not_delivered")


def forget_secret(row: Message) -> None:
    """A one-time code is of no use to anybody afterwards, least of all to a thief of the database."""
    kind = kinds.find(row.kind)
    if kind and kind.is_secret:
        row.text = row.text.replace(str(row.params.get("code", "")) or ERASED, ERASED)
        row.params = {}


WRITTEN = (
    *("state", "not_before", "give_up_at", "lease_until", "attempts"),
    *("text", "params", "gateway", "provider_id", "last_error", "sent_at"),
)


def write(rows: Sequence[Message]) -> None:
    for row in rows:
        row.lease_until = None
    Message.objects.bulk_update(rows, WRITTEN)


def put_on_call_list(rows: Iterable[Message]) -> None:
    """Whom no SMS reached, a person calls. One-time codes are not worth a call."""
    calls = []
    for row in rows:
        kind = kinds.find(row.kind)
        if row.channel != Channel.SMS or kind is None or kind.is_secret:
            continue
        try:
            text = kinds.render(kind, Channel.CALL, row.params, settings.LANGUAGE_CODE)
        except kinds.BadParams:
            text = ""
        calls.append(
            Message(
                kind=row.kind,
                key=row.key,
                channel=Channel.CALL,
                user_id=row.user_id,
                phone=row.phone,
                phone_digest=row.phone_digest,
                person_id=row.person_id,
                about=row.about,
                place_path=row.place_path,
                params=row.params,
                state=MessageState.DUE,
                not_before=row.not_before,
                give_up_at=row.give_up_at,
                text=text,
                last_error=row.last_error,
                created_at=row.created_at,
            )
        )
    Message.objects.bulk_create(calls, ignore_conflicts=True)


def take_off_call_list(row: Message) -> None:
    """The text arrived after all: nobody needs to call any more."""
    calls = Message.objects.to_call().filter(key=row.key)
    calls.update(state=MessageState.CANCELLED, last_error="delivered")

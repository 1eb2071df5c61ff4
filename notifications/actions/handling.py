"""What people do with messages: read them, and mend what did not arrive."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, NotAllowed
from notifications import kinds, outbox
from notifications.enums import Channel, MessageState, ReceiptState
from notifications.models import Message


def retry(message: Message, *, by: audit.Actor, now: datetime) -> Message:
    """Send a failed or uncertain message again, with a fresh day of tries.

    Raises Conflict when it is no longer in trouble, NotAllowed for a one-time
    code and for what the gateway reports as undelivered.
    """
    with transaction.atomic(durable=True):
        message = _lock(message)
        if message.state not in {MessageState.FAILED, MessageState.UNCERTAIN}:
            raise Conflict("message.not_failed", _("这条消息已不在失败名单中，请刷新后查看。"))
        kind = kinds.find(message.kind)
        if kind and kind.is_secret:
            raise NotAllowed("message.secret", _("验证码类短信不能重发，请居民重新获取。"))
        if message.receipt == ReceiptState.UNDELIVERED:  # the same key again would change nothing
            raise NotAllowed(
                "message.not_delivered", _("运营商已确认没有送到，重发无用，请打电话或上门告知。")
            )
        was = message.state
        message.state = MessageState.DUE
        message.not_before = now
        message.give_up_at = now + outbox.GIVE_UP_AFTER
        message.attempts = 0
        message.last_error = ""
        message.gateway = ""  # a person takes the risk that the first one has it
        message.save(
            update_fields=[
                *("state", "not_before", "give_up_at", "attempts", "last_error", "gateway"),
            ]
        )
        _record("message.retried", message, by=by, now=now, was=was)
        outbox.ring_on_commit([message])
    return message


def mark_called(message: Message, *, note: str = "", by: audit.Actor, now: datetime) -> Message:
    """The person was told by telephone or at the door; `note` says how, and stands in the audit trail.

    Raises Conflict when a colleague was faster.
    """
    with transaction.atomic(durable=True):
        message = _lock(message)
        if message.channel != Channel.CALL or message.state != MessageState.DUE:
            raise Conflict("message.not_to_call", _("这一条已有人处理，请刷新后查看。"))
        message.state = MessageState.SENT
        message.sent_at = now
        message.save(update_fields=["state", "sent_at"])
        _record("message.called", message, by=by, now=now, was=MessageState.DUE, reason=note)
    return message


def reveal_number(message: Message, *, by: audit.Actor, now: datetime) -> str:
    """The number in clear, for whoever is about to call; the look is recorded."""
    with transaction.atomic(durable=True):
        message = _lock(message)
        _record("message.number_shown", message, by=by, now=now, was=message.state)
    return message.phone or ""


def mark_read(message: Message, *, now: datetime) -> None:
    """The owner opened it; the first time counts."""
    with transaction.atomic(durable=True):
        Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=now)


def mark_all_read(user_id: UUID | None, *, now: datetime) -> int:
    """Clear the inbox of an account; returns how many were unread."""
    with transaction.atomic(durable=True):
        return Message.objects.for_user(user_id).unread().update(read_at=now)


def _lock(message: Message) -> Message:
    return Message.objects.select_for_update(no_key=True).get(pk=message.pk)


def _record(
    action: str,
    message: Message,
    *,
    by: audit.Actor,
    now: datetime,
    was: str,
    reason: str = "",
) -> None:
    audit.record(
        action,
        by=by,
        reason=reason,
        target=message,
        person_id=message.person_id,
        place_path=message.place_path,
        detail={"kind": message.kind, "channel": message.channel, "from": was},
        now=now,
    )

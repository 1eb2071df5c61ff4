"""Stop the outbox, and let it go again."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict
from notifications import kinds
from notifications.enums import Channel, MessageState
from notifications.models import Message, OutboxPause


def pause_outbox(
    reason: str, *, after_restore: bool, by: audit.Actor, now: datetime
) -> OutboxPause:
    """From the commit on no worker takes anything; what is on its way ends within its lease.

    Raises Conflict when it is paused already.
    """
    with transaction.atomic(durable=True):
        pause, is_new = OutboxPause.objects.get_or_create(
            released_at=None,
            defaults={
                "reason": reason,
                "is_restore": after_restore,
                "paused_at": now,
                "paused_by": by.post_label,
            },
        )
        if not is_new:
            raise Conflict("outbox.paused", _("消息已经暂停发送。"))
        audit.record("outbox.paused", by=by, target=pause, reason=reason, now=now)
    return pause


def release_outbox(*, by: audit.Actor, now: datetime) -> int:
    """Let the outbox go; returns how many texts wait for a person instead.

    After a restore those are the texts that may have gone out since the backup, where no idempotency key
    protects people from a second one. Raises Conflict when nothing is paused.
    """
    with transaction.atomic(durable=True):
        pause = OutboxPause.objects.in_force().select_for_update().first()
        if pause is None:
            raise Conflict("outbox.not_paused", _("消息没有暂停发送。"))
        pause.released_at, pause.released_by = now, by.post_label
        pause.save(update_fields=["released_at", "released_by"])
        doubtful = _doubt(pause) if pause.is_restore else 0
        audit.record("outbox.released", by=by, target=pause, detail={"count": doubtful}, now=now)
    return doubtful


def _doubt(pause: OutboxPause) -> int:
    if settings.SMS_GATEWAY_HONOURS_KEYS:
        return 0
    repeatable = [kind.code for kind in kinds.all_kinds() if kind.is_repeatable]
    texts = Message.objects.filter(
        channel=Channel.SMS,
        state__in=[MessageState.DUE, MessageState.SENDING],
        created_at__lt=pause.paused_at,
        not_before__lte=pause.paused_at,
    )
    return texts.exclude(kind__in=repeatable).update(
        state=MessageState.UNCERTAIN, lease_until=None, last_error="restored"
    )

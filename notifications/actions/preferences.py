"""Who wants no SMS."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import audit
from notifications.models import MessagePreference


def refuse_sms(user_id: UUID, is_refused: bool, *, by: audit.Actor, now: datetime) -> None:
    """Opt an account out of SMS, or in again. Statutory messages still arrive."""
    with transaction.atomic(durable=True):
        MessagePreference.objects.update_or_create(
            user_id=user_id, defaults={"is_sms_refused": is_refused, "changed_at": now}
        )
        audit.record("message.sms_refused" if is_refused else "message.sms_wanted", by=by, now=now)

"""The one door for telling other systems: `post` writes rows inside the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from notifications import bell, events, outbox
from notifications.enums import DeliveryState
from notifications.models import WebhookDelivery, WebhookEndpoint

PING = "webhook.ping"  # every endpoint hears it, asked for or not


def post(
    event: str, payload: Mapping[str, Any], *, key: str, to: Q | None = None, now: datetime
) -> None:
    """Tell the endpoints that hear this event, once per `key`, if and when the transaction commits.

    `payload` holds ids and codes, no personal value; `to` narrows the endpoints, as
    `Q(body_key="…")`. The same key again does nothing.
    Raises outbox.NoTransaction, events.UnknownEvent, events.BadPayload.
    """
    if not connection.in_atomic_block:
        raise outbox.NoTransaction(event)
    events.get(event)
    events.check(payload)
    hearers = WebhookEndpoint.objects.active().filter(to or Q())
    if event != PING:
        hearers = hearers.filter(events__contains=[event])
    rows = [
        WebhookDelivery(
            endpoint_id=endpoint,
            event=event,
            key=key,
            payload=dict(payload),
            created_at=now,
            state=DeliveryState.DUE,
            not_before=Now(),
        )
        for endpoint in hearers.order_by("pk").values_list("pk", flat=True)
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        outbox.wake_on_commit([str(row.pk) for row in rows], bell.DELIVER_WEBHOOKS)

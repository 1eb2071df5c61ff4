"""Webhooks on their way: claimed by lease, sent with no transaction open, tried for three days."""

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.audit import SYSTEM
from notifications import rules, signing
from notifications.actions.endpoints import close_endpoint
from notifications.breaker import Breaker
from notifications.channels import webhook
from notifications.channels.webhook import Answer
from notifications.enums import DeliveryState, EndpointEnd
from notifications.leases import Lease, database_clock, end_of
from notifications.models import OutboxPause, WebhookDelivery, WebhookEndpoint
from notifications.querysets import WebhookDeliveryQuerySet

BATCH = 40
AT_ONCE = 8
SWEEP_SECONDS = 20.0  # with the last batch still below the soft time limit of a task
NOT_TRIED = Answer("not_tried")

# An endpoint in trouble is left in peace and takes nobody's time.
breakers: dict[UUID, Breaker] = defaultdict(lambda: Breaker(threshold=5, pause=30.0))


@dataclass(kw_only=True)
class Batch(Lease):
    rows: list[WebhookDelivery]
    endpoints: Mapping[UUID, WebhookEndpoint]


def deliver(ids: Sequence[str | UUID]) -> int:
    """Deliver these rows where they are due; returns how many were tried."""
    return _work(WebhookDelivery.objects.filter(pk__in=ids))


def drain(*, seconds: float = SWEEP_SECONDS) -> int:
    """Deliver all that is due, batch by batch, until nothing is left or the time is over; how many."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        count = _work(WebhookDelivery.objects.all())
        if not count:
            break
        done += count
    return done


def _work(among: WebhookDeliveryQuerySet) -> int:
    batch = claim(among)
    if batch is None:
        return 0
    finish(batch, send(batch))
    return len(batch.rows)


def claim(among: WebhookDeliveryQuerySet) -> Batch | None:
    """Take due or abandoned rows for one lease and commit; None when there are none."""
    resting = [pk for pk, breaker in breakers.items() if breaker.is_open]
    among = among.filter(endpoint__is_active=True).exclude(endpoint__in=resting)
    with transaction.atomic(durable=True):
        if OutboxPause.objects.in_force().exists():
            return None
        rows = _lock(among.abandoned().order_by("lease_until"), BATCH)
        rows += _lock(among.due().order_by("not_before"), BATCH - len(rows))
        if not rows:
            return None
        taken, clock = time.monotonic(), database_clock()
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=DeliveryState.SENDING, lease_until=end_of(clock), attempts=F("attempts") + 1
        )
        endpoints = WebhookEndpoint.objects.in_bulk({row.endpoint_id for row in rows})
    for row in rows:
        row.attempts += 1
    timeout = settings.WEBHOOK_TIMEOUT_SECONDS
    return Batch(rows=rows, endpoints=endpoints, clock=clock, taken=taken, timeout=timeout)


def _lock(rows: WebhookDeliveryQuerySet, limit: int) -> list[WebhookDelivery]:
    if limit <= 0:
        return []
    return list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True)[:limit])


# --- sending --------------------------------------------------------------------------------------


def send(batch: Batch) -> Mapping[UUID, Answer]:
    with ThreadPoolExecutor(min(AT_ONCE, len(batch.rows))) as pool:
        answers = list(pool.map(partial(_send_one, batch), batch.rows))
    return {row.pk: answer for row, answer in zip(batch.rows, answers, strict=True)}


def _send_one(batch: Batch, row: WebhookDelivery) -> Answer:
    breaker = breakers[row.endpoint_id]
    if time.monotonic() > batch.until or breaker.is_open:
        return NOT_TRIED
    endpoint, now = batch.endpoints[row.endpoint_id], batch.now
    body = body_of(row)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Yizhan-Webhooks/1",
        **signing.sign(secrets_of(endpoint, now), str(row.pk), now, body),
    }
    answer = webhook.post(endpoint.url, headers, body)
    if answer.is_taken:
        breaker.succeeded()
    else:
        breaker.failed()
    return answer


def body_of(row: WebhookDelivery) -> bytes:
    """The same bytes at every try."""
    at = row.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
    body = {"type": row.event, "timestamp": at.replace("+00:00", "Z"), "data": row.payload}
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """The secret, and for its last day the one before."""
    is_old_valid = endpoint.old_until is not None and now < endpoint.old_until
    old = [endpoint.old_secret] if is_old_valid and endpoint.old_secret else []
    return [endpoint.secret, *old]


# --- what came of it ------------------------------------------------------------------------------

WRITTEN = (
    *("state", "not_before", "lease_until", "attempts", "last_status", "last_error"),
    *("milliseconds", "sent_at"),
)


def finish(batch: Batch, answers: Mapping[UUID, Answer]) -> None:
    """Write the results of rows that we still hold, and close endpoints that are gone or fail for days."""
    now = batch.now
    ids = [row.pk for row in batch.rows]
    with transaction.atomic(durable=True):
        sending = WebhookDelivery.objects.filter(pk__in=ids, state=DeliveryState.SENDING)
        locked = sending.order_by("pk").select_for_update(no_key=True)
        held = set(locked.values_list("pk", "attempts"))
        rows = [row for row in batch.rows if (row.pk, row.attempts) in held]
        endpoints = {
            endpoint.pk: endpoint
            for endpoint in WebhookEndpoint.objects.filter(pk__in=batch.endpoints)
            .order_by("pk")
            .select_for_update(no_key=True)
        }
        for row in rows:
            _conclude(row, answers[row.pk], now)
            _judge(endpoints[row.endpoint_id], answers[row.pk], now)
        WebhookDelivery.objects.bulk_update(rows, WRITTEN)
        for endpoint in endpoints.values():
            endpoint.save(update_fields=["failures", "failing_since"])


def _conclude(row: WebhookDelivery, answer: Answer, now: datetime) -> None:
    row.lease_until = None
    if answer is NOT_TRIED:
        row.attempts -= 1
        row.state = DeliveryState.FAILED if row.attempts else DeliveryState.DUE
        return
    row.last_status, row.last_error = answer.status, answer.code
    row.milliseconds = answer.milliseconds
    pause = rules.webhook_pause(row.attempts)
    if answer.is_taken:
        row.state, row.sent_at = DeliveryState.SENT, now
    elif pause is None or answer.status == webhook.GONE:
        row.state = DeliveryState.DEAD
    else:
        row.state, row.not_before = DeliveryState.FAILED, now + max(pause, answer.retry_after)


def _judge(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    if answer is NOT_TRIED:
        return
    if answer.is_taken:
        endpoint.failures, endpoint.failing_since = 0, None
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if answer.status == webhook.GONE:
        close_endpoint(endpoint, EndpointEnd.GONE, by=SYSTEM, now=now)
    elif now - endpoint.failing_since >= rules.WEBHOOK_PATIENCE:
        close_endpoint(endpoint, EndpointEnd.FAILING, by=SYSTEM, now=now)

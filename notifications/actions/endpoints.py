"""Endpoints of other systems: entered, given another secret, stopped, tried out, told again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid
from notifications import addresses, bell, outbox, rules, signing, webhooks
from notifications.enums import DeliveryState, EndpointEnd
from notifications.messages import FAILING, GONE
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.querysets import WebhookDeliveryQuerySet

TOLD = {EndpointEnd.FAILING: FAILING, EndpointEnd.GONE: GONE}


@dataclass(frozen=True)
class MadeEndpoint:
    """A new endpoint and its secret, which is shown only now; "" when the same form came a second time."""

    endpoint: WebhookEndpoint
    secret: str


def add_endpoint(
    *,
    owner: str,
    body_key: str,
    url: str,
    events: Sequence[str],
    place_path: str,
    key: UUID,
    by: audit.Actor,
    now: datetime,
) -> MadeEndpoint:
    """Enter an endpoint below the place of whoever enters it; `key` makes the same form sent twice one.

    Raises Invalid for an address that we do not call.
    """
    try:
        addresses.parse(url)
    except addresses.Refused as refused:
        text = _("只接受 https 公网地址，例如 https://example.gov.cn/hooks，不能指向内部网络。")
        raise Invalid(refused.code, text, {"url": text}) from None
    secret = signing.new_secret()
    with transaction.atomic(durable=True):
        endpoint, is_new = WebhookEndpoint.objects.get_or_create(
            pk=key,
            defaults={
                "owner": owner,
                "body_key": body_key,
                "place_path": place_path,
                "url": url,
                "events": sorted(events),
                "secret": secret,
                "keeper_id": by.user_id,
                "created_at": now,
            },
        )
        if is_new:
            _record("webhook.added", endpoint, by=by, now=now)
    return MadeEndpoint(endpoint, secret if is_new else "")


def rotate_secret(endpoint: WebhookEndpoint, *, by: audit.Actor, now: datetime) -> str:
    """A new secret; the old one goes on signing as well for a day. Raises Conflict while one does."""
    secret = signing.new_secret()
    with transaction.atomic(durable=True):
        endpoint = _lock(endpoint)
        if endpoint.old_until is not None and now < endpoint.old_until:
            raise Conflict("webhook.rotating", _("上一次更换的原密钥仍有效，一天后才能再换。"))
        endpoint.old_secret, endpoint.secret = endpoint.secret, secret
        endpoint.old_until = now + rules.WEBHOOK_OVERLAP
        endpoint.save(update_fields=["secret", "old_secret", "old_until"])
        _record("webhook.rotated", endpoint, by=by, now=now)
    return secret


def disable_endpoint(
    endpoint: WebhookEndpoint, *, reason: str, by: audit.Actor, now: datetime
) -> None:
    """Stop telling it; what is under way waits. Raises Conflict when it is stopped already."""
    with transaction.atomic(durable=True):
        endpoint = _lock(endpoint)
        if not endpoint.is_active:
            raise Conflict("webhook.ended", _("这个推送地址已停用，请刷新后查看。"))
        close_endpoint(endpoint, EndpointEnd.BY_HAND, reason=reason, by=by, now=now)


def close_endpoint(
    endpoint: WebhookEndpoint,
    why: EndpointEnd,
    *,
    reason: str = "",
    by: audit.Actor,
    now: datetime,
) -> None:
    """End a locked endpoint inside the caller's transaction, and tell its keeper where he did not do it."""
    if not endpoint.is_active:
        return
    endpoint.is_active, endpoint.ended_at, endpoint.end = False, now, why
    endpoint.save(update_fields=["is_active", "ended_at", "end"])
    _record("webhook.disabled", endpoint, reason=reason, by=by, now=now)
    if endpoint.keeper_id and why in TOLD:
        outbox.post(
            TOLD[why],
            key=f"webhook:{endpoint.pk}:{now.isoformat()}",
            user_id=endpoint.keeper_id,
            about=f"webhook:{endpoint.pk}",
            place_path=endpoint.place_path,
            params={"owner": endpoint.owner},
            now=now,
        )


def enable_endpoint(endpoint: WebhookEndpoint, *, by: audit.Actor, now: datetime) -> None:
    """Tell it again, first of what waited. Raises Conflict when it is told already."""
    with transaction.atomic(durable=True):
        endpoint = _lock(endpoint)
        if endpoint.is_active:
            raise Conflict("webhook.active", _("这个推送地址正在使用，请刷新后查看。"))
        endpoint.is_active, endpoint.ended_at, endpoint.end = True, None, ""
        endpoint.failures, endpoint.failing_since = 0, None
        endpoint.save(update_fields=["is_active", "ended_at", "end", "failures", "failing_since"])
        _record("webhook.enabled", endpoint, by=by, now=now)


def ping_endpoint(endpoint: WebhookEndpoint, *, by: audit.Actor, now: datetime) -> None:
    """Send an event that means nothing, to see whether it arrives."""
    with transaction.atomic(durable=True):
        _record("webhook.pinged", endpoint, by=by, now=now)
        key = f"ping:{now.isoformat()}"
        to = Q(pk=endpoint.pk)
        webhooks.post(webhooks.PING, {"endpoint": str(endpoint.pk)}, key=key, to=to, now=now)


def replay(delivery: WebhookDelivery, *, by: audit.Actor, now: datetime) -> None:
    """Send one event once more, with the id that it had. Raises Conflict while it is on its way."""
    with transaction.atomic(durable=True):
        rows = WebhookDelivery.objects.ended().filter(pk=delivery.pk)
        if not _again(rows, now):
            raise Conflict("webhook.under_way", _("这一条正在发送，请稍后刷新查看。"))
        _record("webhook.replayed", delivery.endpoint, by=by, now=now, count=1)
        outbox.wake_on_commit([str(delivery.pk)], bell.DELIVER_WEBHOOKS)


def replay_since(
    endpoint: WebhookEndpoint, since: datetime, *, by: audit.Actor, now: datetime
) -> int:
    """Send all events of an endpoint since a moment once more, also those that arrived; how many."""
    with transaction.atomic(durable=True):
        rows = WebhookDelivery.objects.ended().filter(endpoint=endpoint, created_at__gte=since)
        count = _again(rows, now)
        _record("webhook.replayed", endpoint, by=by, now=now, count=count)
    return count


def _again(rows: WebhookDeliveryQuerySet, now: datetime) -> int:
    return rows.update(state=DeliveryState.DUE, attempts=0, not_before=now, last_error="")


def _lock(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)


def _record(
    action: str,
    endpoint: WebhookEndpoint,
    *,
    by: audit.Actor,
    now: datetime,
    reason: str = "",
    **detail: int,
) -> None:
    audit.record(
        action,
        by=by,
        reason=reason,
        target=endpoint,
        place_path=endpoint.place_path,
        detail=detail,
        now=now,
    )

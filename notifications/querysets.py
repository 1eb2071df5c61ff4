"""Reads of the outbox. `visible_to` and `for_user` are the only doors for pages."""

import functools
import operator
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.enums import Channel, DeliveryState, MessageState

if TYPE_CHECKING:
    from notifications.models import (  # noqa: F401
        Message,
        MessageRule,
        OutboxPause,
        RecordedSms,
        WebhookDelivery,
        WebhookEndpoint,
    )

HANDLE_MESSAGES = "handle_messages"
SETUP = "setup"


class Viewer(Protocol):
    """What we need to know of a scope; the real one lives in community.governance, above us."""

    @property
    def is_nobody(self) -> bool: ...

    def paths_for(self, power: str, /) -> tuple[str, ...]: ...


def _within(scope: Viewer, power: str, field: str) -> Q:
    """Rows below a place where the viewer holds the power; none when he holds it nowhere."""
    paths = () if scope.is_nobody else scope.paths_for(power)
    found = [Q(**{f"{field}__startswith": path}) for path in paths]
    return functools.reduce(operator.or_, found, Q(pk__in=[]))


class MessageQuerySet(models.QuerySet["Message"]):
    def for_user(self, user_id: UUID | None) -> Self:
        """The inbox of one account: what reached it in the portal itself."""
        if user_id is None:  # user=None would match every message to somebody without an account
            return self.none()
        return self.filter(user_id=user_id, channel=Channel.IN_SITE, state=MessageState.SENT)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def visible_to(self, scope: Viewer) -> Self:
        """Messages of the places where this viewer looks after messages."""
        return self.filter(_within(scope, HANDLE_MESSAGES, "place_path"))

    def failed(self) -> Self:
        return self.filter(state__in=[MessageState.FAILED, MessageState.UNCERTAIN])

    def to_call(self) -> Self:
        """People whom nothing else reached: somebody must ring or visit them."""
        return self.filter(channel=Channel.CALL, state=MessageState.DUE)

    def trouble(self) -> Self:
        """The work list of staff, served by the partial index `message_trouble`."""
        return self.filter(
            Q(state__in=[MessageState.FAILED, MessageState.UNCERTAIN])
            | Q(state=MessageState.DUE, channel=Channel.CALL)
        )

    def due(self) -> Self:
        """Whose time has come, by the database's clock."""
        return self.filter(state=MessageState.DUE, not_before__lte=Now()).exclude(
            channel=Channel.CALL
        )

    def abandoned(self) -> Self:
        """Taken by a worker that did not come back within its lease, by the database's clock."""
        return self.filter(state=MessageState.SENDING, lease_until__lt=Now())

    def sent_to_numbers(self, digests: Sequence[bytes], *, within: timedelta) -> Self:
        """SMS that went, or may have gone, to these numbers within the time given."""
        return self.filter(
            channel=Channel.SMS,
            phone_digest__in=digests,
            tried_at__gt=Now() - within,
            state__in=[MessageState.SENDING, MessageState.SENT, MessageState.UNCERTAIN],
        )


class RecordedSmsQuerySet(models.QuerySet["RecordedSms"]):
    """The demonstration phone; its pages exist in the demonstration only."""

    def newest(self) -> Self:
        return self.order_by("-id")

    def to_number(self, digest: bytes) -> Self:
        return self.filter(phone_digest=digest).order_by("-id")


class OutboxPauseQuerySet(models.QuerySet["OutboxPause"]):
    def in_force(self) -> Self:
        """The pause that holds now, if there is one: everybody may know it."""
        return self.filter(released_at__isnull=True)


class MessageRuleQuerySet(models.QuerySet["MessageRule"]):
    def on(self, day: date) -> "MessageRule | None":
        """The rule that holds on this day; None before the first one."""
        return self.filter(valid_from__lte=day).order_by("-valid_from").first()


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, scope: Viewer) -> Self:
        """Endpoints of the places that this viewer sets up."""
        return self.filter(_within(scope, SETUP, "place_path"))

    def of_body(self, key: str) -> Self:
        """Those of one body, for pages above us that have found it in scope."""
        return self.filter(body_key=key)

    def active(self) -> Self:
        return self.filter(is_active=True)


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def visible_to(self, scope: Viewer) -> Self:
        return self.filter(_within(scope, SETUP, "endpoint__place_path"))

    def of_body(self, key: str) -> Self:
        """The delivery log of one body, for pages above us that have found it in scope."""
        return self.filter(endpoint__body_key=key)

    def ended(self) -> Self:
        """No worker has them: what may be sent again."""
        return self.filter(state__in=[DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEAD])

    def due(self) -> Self:
        """Whose time has come, by the database's clock."""
        waiting = [DeliveryState.DUE, DeliveryState.FAILED]
        return self.filter(state__in=waiting, not_before__lte=Now())

    def abandoned(self) -> Self:
        """Taken by a worker that did not come back within its lease, by the database's clock."""
        return self.filter(state=DeliveryState.SENDING, lease_until__lt=Now())

"""What the doorbell wakes: tasks carry row ids only, may be lost, and may be repeated.

Texts run in the default queue, `messages`; webhooks, which may be slow, are put into `jobs` by bell and beat.
"""

from typing import Any

from celery import Task, shared_task

from notifications import deliveries, delivery
from notifications.actions import beat


@shared_task
def deliver(*, ids: list[str], **_later: object) -> None:
    delivery.deliver(ids)


@shared_task
def sweep(**_later: object) -> None:
    """Deliver whatever is due, rung or not. Any number may run at once."""
    delivery.drain()


@shared_task
def deliver_webhooks(*, ids: list[str], **_later: object) -> None:
    deliveries.deliver(ids)


@shared_task
def sweep_webhooks(**_later: object) -> None:
    """Push whatever is due, rung or not. Any number may run at once."""
    deliveries.drain()


@shared_task(bind=True)
def heartbeat(self: "Task[Any, None]", /, **_later: object) -> None:
    beat(self.request.hostname or "worker")

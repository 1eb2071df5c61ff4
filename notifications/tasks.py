"""The doorbell: Celery tasks carry row ids only, may be lost, and may be repeated."""

from typing import Any

from celery import Task, current_app, shared_task
from kombu.pools import producers

QUEUE = "messages"
# A publisher waits far less than a worker would: a request hangs on it.
# Without max_retries=0 kombu goes on trying for six seconds (measured).
PUBLISH_TIMEOUTS = {"socket_connect_timeout": 0.4, "socket_timeout": 0.4, "max_retries": 0}


@shared_task(queue=QUEUE)
def deliver(*, ids: list[str], **_later: object) -> None:
    from notifications import delivery

    delivery.deliver(ids)


@shared_task(queue=QUEUE)
def sweep(**_later: object) -> None:
    """Deliver whatever is due, rung or not. Any number may run at once."""
    from notifications import delivery

    delivery.drain()


@shared_task(queue=QUEUE, bind=True)
def heartbeat(self: "Task[..., None]", **_later: object) -> None:
    from notifications.actions import beat

    beat(self.request.hostname or "worker")


def publish(ids: list[str]) -> None:
    """Ring for these rows. Raises whatever the broker raises, within about half a second."""
    options: dict[str, Any] = {**current_app.conf.broker_transport_options, **PUBLISH_TIMEOUTS}
    with (
        current_app.connection_for_write(transport_options=options) as connection,
        producers[connection].acquire(block=True, timeout=0.5) as producer,
    ):
        deliver.apply_async(kwargs={"ids": ids}, producer=producer, ignore_result=True, retry=False)

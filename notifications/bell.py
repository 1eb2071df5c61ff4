"""The doorbell of the workers. It may fail and may be lost: the sweep finds what was not delivered."""

import logging
from typing import Any

from celery import current_app
from kombu.pools import producers

from notifications.breaker import Breaker

logger = logging.getLogger(__name__)

# By name: tasks stand above us. What a slow receiver delays must not be the texts to people.
DELIVER, DELIVER_WEBHOOKS = "notifications.tasks.deliver", "notifications.tasks.deliver_webhooks"
QUEUES = {DELIVER: "messages", DELIVER_WEBHOOKS: "jobs"}

# A publisher waits far less than a worker would: a request hangs on it.
# Without max_retries=0 kombu goes on trying for six seconds (measured).
TIMEOUTS = {"socket_connect_timeout": 0.4, "socket_timeout": 0.4, "max_retries": 0}

# A dead broker costs one short wait, then nothing for half a minute; the sweep delivers meanwhile.
breaker = Breaker(threshold=1, pause=30.0)


def ring(ids: list[str], task: str = DELIVER) -> None:
    """Ask a worker to deliver these rows. Never raises; takes at most about half a second."""
    if breaker.is_open:
        breaker.skipped()
        return
    try:
        publish(ids, task)
    except Exception as error:  # noqa: BLE001  whatever the broker does, the business act is done
        breaker.failed()
        extra = {"error": type(error).__name__, "lost": breaker.lost}
        logger.warning("outbox.ring_failed", extra=extra)
    else:
        breaker.succeeded()


def publish(ids: list[str], task: str) -> None:
    """Put one task with these ids into the queue. Raises whatever the broker raises."""
    options: dict[str, Any] = {**current_app.conf.broker_transport_options, **TIMEOUTS}
    with (
        current_app.connection_for_write(transport_options=options) as connection,
        producers[connection].acquire(block=True, timeout=0.5) as producer,
    ):
        current_app.send_task(
            task,
            kwargs={"ids": ids},
            queue=QUEUES[task],
            producer=producer,
            ignore_result=True,
            retry=False,
        )

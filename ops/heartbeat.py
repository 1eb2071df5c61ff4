"""Whether the Celery worker takes its tasks. Beat queues a heartbeat, the worker writes it down.

A worker that lost its broker may live on without ever taking a task again: it looks well, and is deaf.
"""

import math
import time
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg2

# Longer than two long jobs at once may hold the worker (90 s each, side by side) plus some beats.
DEAF_AFTER = 150.0
LISTEN_EVERY = 15.0


class Ear:
    """Listens for one worker on behalf of the supervisor."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        age: Callable[[str], float | None] | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._age = age or seconds_since_heartbeat
        self.reset()

    def reset(self) -> None:
        """A new worker has been started; it gets its time."""
        self._silent_since = self._clock()
        self._listen_at = self._clock() + LISTEN_EVERY

    def hears_nothing(self) -> bool:
        now = self._clock()
        if now < self._listen_at:
            return False
        self._listen_at = now + LISTEN_EVERY
        age = self._age(self._url)
        if age is None:
            self._silent_since = now  # no database, no heartbeat: not the worker's fault
        else:
            self._silent_since = max(self._silent_since, now - age)
        return now - self._silent_since > DEAF_AFTER


def seconds_since_heartbeat(url: str) -> float | None:
    """By the database's clock; infinite before the first one, None when the database cannot say."""
    query = "SELECT extract(epoch FROM now() - max(beat_at)) FROM notifications_workerbeat"
    try:
        row = one_row(url, query)
    except psycopg2.Error:
        return None
    return float(row[0]) if row[0] is not None else math.inf


def one_row(url: str, query: LiteralString) -> tuple[Any, ...]:
    """The only row of `query`. Raises psycopg2.Error."""
    connection = psycopg2.connect(url, connect_timeout=2, options="-c statement_timeout=2000")
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or ()
    finally:
        connection.close()

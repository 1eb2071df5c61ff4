"""A lease on rows: taken by the clock of the database, watched on our own monotonic one."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import connection

SEND_SECONDS = 15.0  # a batch starts no sending later than this, whatever the lease allows


@dataclass(kw_only=True)
class Lease:
    """When it was taken, on both clocks, and how long one sending may last."""

    clock: datetime  # the database's, at the taking
    taken: float  # the same moment on our monotonic clock
    timeout: float  # seconds

    @property
    def until(self) -> float:
        """Monotonic seconds after which no new sending may start, or the lease could run out under it."""
        spare = settings.MESSAGE_LEASE_SECONDS - self.timeout - 1
        return self.taken + min(max(float(spare), 0.0), SEND_SECONDS)

    @property
    def now(self) -> datetime:
        """The clock of the database, carried on by ours."""
        return self.clock + timedelta(seconds=time.monotonic() - self.taken)


def end_of(clock: datetime) -> datetime:
    return clock + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)


def database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (clock,) = cursor.fetchone()
        return cast(datetime, clock)

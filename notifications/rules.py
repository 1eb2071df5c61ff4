"""When to send and when to give up: pure functions, the clock is an argument."""

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Protocol

# Numbers are protected against a flood, whoever causes it (security.md T39).
CODE_PAUSE = timedelta(minutes=1)
PER_HOUR, HOUR = 5, timedelta(hours=1)
PER_DAY, DAY = 10, timedelta(days=1)

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=30)
# Far more than a day of pauses holds: only a message that kills its worker each time gets there.
MOST_ATTEMPTS = 100

# Webhooks: the schedule of Standard Webhooks 1.0 after the first try, three days in all.
WEBHOOK_PAUSES = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
WEBHOOK_PATIENCE = timedelta(days=5)  # an endpoint that fails for so long is told no more
WEBHOOK_OVERLAP = timedelta(days=1)  # the old secret signs as well for so long


class QuietHours(Protocol):
    @property
    def quiet_from(self) -> time: ...
    @property
    def quiet_to(self) -> time: ...


def quiet_until(local: datetime, rule: QuietHours | None) -> datetime | None:
    """The end of the quiet hours in which `local` (aware, local time of the city) lies, or None."""
    if rule is None or rule.quiet_from == rule.quiet_to:
        return None
    clock = local.time()
    over_midnight = rule.quiet_from > rule.quiet_to
    is_late, is_early = clock >= rule.quiet_from, clock < rule.quiet_to
    if not (is_late or is_early if over_midnight else is_late and is_early):
        return None
    end = local.replace(
        hour=rule.quiet_to.hour, minute=rule.quiet_to.minute, second=0, microsecond=0
    )
    return end + DAY if over_midnight and is_late else end


def backoff(attempts: int, *, jitter: float | None = None) -> timedelta:
    """How long to wait after the n-th try: 5 s, 10 s, 20 s … half an hour, give or take a quarter.

    `jitter` lies in -1..1 and is drawn when it is not given.
    """
    drawn = random.uniform(-1, 1) if jitter is None else jitter  # noqa: S311  spreads load, guards nothing
    pause = min(FIRST_PAUSE * float(2 ** min(attempts - 1, 20)), LONGEST_PAUSE)
    return pause * (1 + drawn / 4)


def webhook_pause(attempts: int, *, jitter: float | None = None) -> timedelta | None:
    """How long to wait after the n-th try, give or take a tenth; None when there is no further one."""
    if attempts > len(WEBHOOK_PAUSES):
        return None
    drawn = random.uniform(-1, 1) if jitter is None else jitter  # noqa: S311  spreads load, guards nothing
    return WEBHOOK_PAUSES[attempts - 1] * (1 + drawn / 10)


def is_spent(*, now: datetime, give_up_at: datetime, attempts: int) -> bool:
    """Whether a message has had its day of tries."""
    return now >= give_up_at or attempts >= MOST_ATTEMPTS


def blocked_until(sent: Sequence[datetime], *, now: datetime, is_code: bool) -> datetime | None:
    """When this number may get another SMS, or None for now; `sent` are the tries of the last day."""
    limits = [(PER_HOUR, HOUR), (PER_DAY, DAY), *([(1, CODE_PAUSE)] if is_code else [])]
    ends = []
    for most, span in limits:
        within = sorted(at for at in sent if at > now - span)
        if len(within) >= most:
            ends.append(within[-most] + span)
    return max(ends, default=None)

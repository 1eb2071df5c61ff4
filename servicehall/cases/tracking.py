"""Following a case without an account: number and query code together, and not too many tries.

The same counts as on the page (views/track.py): whoever tries codes out gains nothing by changing the door.
"""

import hmac
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from common.ratelimit import hit, take_back
from servicehall.cases.models import Case

SESSION_KEY = "tracked_case"
MINUTES_OPEN = 15
PER_ADDRESS, MINUTE = 10, 60
WRONG_PER_NUMBER, HOUR = 5, 3600


class TooManyTries(Exception):
    """This address, or anybody for this number, has tried too often; `seconds` until the next window."""

    def __init__(self, window: int, now: datetime) -> None:
        super().__init__()
        self.seconds = window - now.timestamp() % window


def look_up(number: str, code: str, *, ip: str, now: datetime) -> Case | None:
    """The case, when the code is its own; None for an unknown number and for a wrong code alike.

    Raises TooManyTries. Tries with the right code do not count against the number.
    """
    if not hit("track.address", ip, PER_ADDRESS, MINUTE, now):
        raise TooManyTries(MINUTE, now)
    if not hit("track.number", number, WRONG_PER_NUMBER, HOUR, now):
        raise TooManyTries(HOUR, now)
    case = (
        Case.objects.with_number(number)
        .select_related("version__item__window", "window", "community", "station", "handler")
        .select_related("applicant")
        .first()
    )
    if case is None or not hmac.compare_digest(case.query_code.encode(), code.encode()):
        return None
    take_back("track.number", number, HOUR, now)
    return case


def followed(session: MutableMapping[str, Any], now: datetime) -> Case | None:
    """The case that this browser follows, for some minutes after number and code were right."""
    held = session.get(SESSION_KEY)
    if not held or now.timestamp() - held["at"] > MINUTES_OPEN * 60:
        session.pop(SESSION_KEY, None)
        return None
    return (
        Case.objects.with_number(held["number"])
        .select_related("version__item", "station", "handler", "applicant", "window", "rating")
        .first()
    )

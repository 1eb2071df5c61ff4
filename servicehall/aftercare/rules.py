"""Pure rules: who follows a rating up, from when a benefit counts, which days come next."""

import calendar
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from community.governance.enums import BodyKind
from servicehall.aftercare.enums import RectifyState, Start

# Who follows up a bad rating, nearest first: the street, the district's office, then a station next door.
LADDER = (BodyKind.STREET_OFFICE, BodyKind.COMMUNITY_OFFICE, BodyKind.SERVICE_STATION)


# In working days, from the day on which it came into the state: the limit of what is due next.
LIMITS = {
    RectifyState.CREATED: "call_back_days",
    RectifyState.CALLED_BACK: "verify_days",
    RectifyState.IN_REVIEW: "review_days",
    RectifyState.VERIFIED: "rectify_days",
    RectifyState.RECTIFIED: "tell_days",
}


def limit_of(state: str, is_complex: bool) -> str:
    if state == RectifyState.VERIFIED and is_complex:
        return "rectify_complex_days"
    return LIMITS[RectifyState(state)]


@dataclass(frozen=True, slots=True)
class Candidate:
    body_id: uuid.UUID
    kind: str


def handlers(
    candidates: Iterable[Candidate], *, acted: Collection[uuid.UUID], concerned: uuid.UUID
) -> list[uuid.UUID]:
    """The bodies that may follow it up, in order: never the one that it is about, and those that had a hand
    in the case only where there is no other (then by somebody who had none, which is checked by person)."""
    found = sorted(
        (c for c in candidates if c.body_id != concerned and c.kind in LADDER),
        key=lambda c: (c.body_id in acted, LADDER.index(BodyKind(c.kind)), str(c.body_id)),
    )
    return [candidate.body_id for candidate in found]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def first_day(starts: str, *, applied_on: date, decided_on: date) -> date:
    """From when a benefit counts: the first of the month of the application, of the decision, or of the next."""
    if starts == Start.APPLICATION_MONTH:
        return applied_on.replace(day=1)
    this = decided_on.replace(day=1)
    return months_after(this, 1) if starts == Start.NEXT_MONTH else this

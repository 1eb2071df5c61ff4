"""What the apps above do in the transaction of an act: papers, benefits, supervision.

They depend on cases, not cases on them, so they declare themselves here when the portal starts. A follower
writes rows of its own; what it raises undoes the act.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from accounts import audit

if TYPE_CHECKING:
    from servicehall.cases.models import Case, CaseEvent


@dataclass(frozen=True, slots=True)
class Happening:
    """An act that has just been written: `case` as it is now, locked; `event` names action, from and to."""

    case: "Case"
    event: "CaseEvent"
    by: audit.Actor
    now: datetime


Follower = Callable[[Happening], None]
_followers: list[Follower] = []


def follow(follower: Follower) -> Follower:
    """Declare a follower; in the order of the apps, from `AppConfig.ready`. Repeats are harmless."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def tell(happening: Happening) -> None:
    for follower in _followers:
        follower(happening)

"""What the apps above do in the transaction of an act: papers, benefits, supervision.

They depend on cases, not cases on them, so they declare themselves here when the portal starts. A follower
writes rows of its own; what it raises undoes the act.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from accounts import audit
from common.errors import NotAllowed

if TYPE_CHECKING:
    from servicehall.cases.models import Case, CaseEvent, Mandate


@dataclass(frozen=True, slots=True)
class Happening:
    """An act that has just been written: `case` as it is now, locked; `event` names action, from and to.

    `beside` is what was said of people with it: sealed where a follower keeps it, and never in the event.
    """

    case: "Case"
    event: "CaseEvent"
    by: audit.Actor
    now: datetime
    beside: Mapping[str, str] = field(default_factory=dict)


Follower = Callable[[Happening], None]
_followers: list[Follower] = []
_last: list[Follower] = []


def follow(follower: Follower, *, last: bool = False) -> Follower:
    """Declare a follower; in the order of the apps, from `AppConfig.ready`. Repeats are harmless.

    What itself acts on the case goes last: the others have then seen the act that it answers.
    """
    declared = _last if last else _followers
    if follower not in declared:
        declared.append(follower)
    return follower


# Of many cases at once: why a follower would undo the act, said before anybody takes it; a few queries in all.
Foresight = Callable[[Sequence["Case"], str], Mapping[uuid.UUID, NotAllowed]]
_foresights: list[Foresight] = []


def foresee(foresight: Foresight) -> Foresight:
    """Declare what a follower would refuse, where that can be known beforehand."""
    if foresight not in _foresights:
        _foresights.append(foresight)
    return foresight


def foreseen(cases: Sequence["Case"], action: str) -> Mapping[uuid.UUID, NotAllowed]:
    found: dict[uuid.UUID, NotAllowed] = {}
    for foresight in _foresights:
        found = {**foresight(cases, action), **found}
    return found


@dataclass(frozen=True, slots=True)
class MandateAct:
    """A mandate has just been given, or revoked (`mandate.revoked_at`). It belongs to no case."""

    mandate: "Mandate"
    by: audit.Actor
    now: datetime


MandateFollower = Callable[[MandateAct], None]
_of_mandates: list[MandateFollower] = []


def follow_mandates(follower: MandateFollower) -> MandateFollower:
    """Declare what is done when a mandate is given or revoked, as `follow` does for cases."""
    if follower not in _of_mandates:
        _of_mandates.append(follower)
    return follower


def tell_of_mandate(act: MandateAct) -> None:
    for follower in _of_mandates:
        follower(act)


def tell(happening: Happening) -> None:
    for follower in (*_followers, *_last):
        follower(happening)

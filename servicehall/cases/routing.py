"""Which station, window and bodies a case goes to: from the item and the tree of that day, never from code.

The functions are pure; `directory` (querysets of governance turned into plain rows) is read by the actions.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from community.governance.enums import BodyKind, PlaceLevel
from community.governance.models import Body, Place, StationCoverage
from servicehall.cases.enums import Way
from servicehall.catalogue.enums import ReviewLevel
from servicehall.catalogue.limits import LevelRule

PLACE_OF_LEVEL = {
    ReviewLevel.STREET: PlaceLevel.STREET,
    ReviewLevel.DISTRICT: PlaceLevel.DISTRICT,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain that a case will walk; `limit_days` are working days."""

    level: ReviewLevel
    body: Body
    limit_days: int
    is_final: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """The bodies that sit at a community or above it on a day, and its home station."""

    home: Body | None
    bodies: Sequence[Body]

    def of_level(self, rule: LevelRule, line: str) -> Body | None:
        """The body that acts at a level: the named department, else whoever answers for the line there."""
        if rule.level == ReviewLevel.COMMUNITY:
            return self.home
        here = [body for body in self.bodies if body.place.level == PLACE_OF_LEVEL[rule.level]]
        if rule.level == ReviewLevel.STREET:
            return next((body for body in here if body.kind == BodyKind.STREET_OFFICE), None)
        if rule.department:
            return next((body for body in here if body.key == rule.department), None)
        departments = [b for b in here if b.kind == BodyKind.DEPARTMENT and b.answers_for(line)]
        # Who names the line goes before who answers for everything.
        return min(departments, key=lambda b: (not b.lines, len(b.lines), b.code), default=None)


def directory(community: Place, day: date) -> Directory:
    """One query: the home station on that day, and the bodies above."""
    coverage = StationCoverage.objects.public().on(day).filter(community=community)
    standing = Body.objects.public().on(day)
    above, home = standing.serving_above(community.path), Q(pk__in=coverage.values("station"))
    rows = (above | Body.objects.public().filter(home)).select_related("place")
    bodies = list(rows.annotate(is_home=Exists(coverage.filter(station=OuterRef("pk")))))
    return Directory(home=next((body for body in bodies if body.is_home), None), bodies=bodies)  # type: ignore[attr-defined]  # annotated above


@dataclass(frozen=True, slots=True)
class Taker:
    body: Body
    way: Way


def takers(
    body: Body,
    *,
    alike: Sequence[Body],
    directory: Directory,
    line: str,
    department: str,
    busy: Collection[uuid.UUID],
) -> list[Taker]:
    """Who may take a case over from a body where everybody must stand back, in this order: its like in the same
    street, the level above, its like in the district. Who has another step of the case (`busy`) comes last: it
    would need one person more."""
    found = [Taker(like, _way(body, like)) for like in alike]
    found += [Taker(above, Way.ABOVE) for above in _above(body, directory, line, department)]
    ways = list(Way)
    return sorted(found, key=lambda taker: (taker.body.pk in busy, ways.index(taker.way)))


def _way(body: Body, like: Body) -> Way:
    is_near = body.kind == BodyKind.SERVICE_STATION and like.place.parent_id == body.place.parent_id
    return Way.STREET if is_near else Way.DISTRICT


def _above(body: Body, directory: Directory, line: str, department: str) -> list[Body]:
    """The street office, then whichever department answers for the item at the district; never a lower one."""
    named = LevelRule(ReviewLevel.DISTRICT, 0, department)
    higher = [
        directory.of_level(LevelRule(ReviewLevel.STREET, 0), line),
        directory.of_level(named, line) or directory.of_level(replace(named, department=""), line),
    ]
    lower = len(body.place.path)
    return [found for found in higher if found is not None and len(found.place.path) < lower]


def station_for(directory: Directory, *, acting: Body | None, any_station: bool) -> Body:
    """通办: the station where the person stands keeps the case; else the home station of the place."""
    if any_station and acting is not None and acting.kind == BodyKind.SERVICE_STATION:
        return acting
    if directory.home is None:
        raise NotAllowed("no_station", _("这个社区目前没有对应的服务站，请联系社区办。"))
    return directory.home


def window_for(line: str, *, station: Body, general: str) -> str:
    """The item's window where the station runs it, else the general window."""
    return line if station.answers_for(line) else general


def chain(
    levels: Sequence[LevelRule],
    *,
    directory: Directory,
    station: Body,
    line: str,
    instant_days: int,
) -> list[Step]:
    """The steps from acceptance to decision. A level that the place does not have is skipped (domain S10);
    when that takes the deciding level away, the district decides."""
    if not levels:
        return [Step(ReviewLevel.COMMUNITY, station, instant_days, is_final=True)]
    found = [
        (rule, body) for rule in levels if (body := directory.of_level(rule, line)) is not None
    ]
    if not found or found[-1][0] is not levels[-1]:
        above = LevelRule(ReviewLevel.DISTRICT, levels[-1].limit_days)
        decider = directory.of_level(above, line)
        if decider is None:
            raise NotAllowed("no_decider", _("没有找到有权决定的部门，请联系社区办核对机构设置。"))
        found.append((above, decider))
    last = len(found) - 1
    return [
        Step(rule.level, body, rule.limit_days, is_final=index == last)
        for index, (rule, body) in enumerate(found)
    ]

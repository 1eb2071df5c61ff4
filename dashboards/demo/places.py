"""Areas, yards, buildings, stairwells and doors of a community, as the place file describes them."""

import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.models import Dwelling

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """A community that will be populated. `index` is its position among all of the city, whatever the scale."""

    index: int
    code: str
    path: str
    name: str
    kind: str
    district: str
    households: int
    people: Mapping[str, float]
    profile: Mapping[str, Any]
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Yard:
    name: str
    name_en: str
    area: int
    buildings: int
    units: int
    floors: int
    per_floor: int

    @property
    def doors(self) -> int:
        return self.buildings * self.units * self.floors * self.per_floor


@dataclass(slots=True)
class Ground:
    """What is built in a community; `places` are in the order of the tree, parents first."""

    places: list[Place] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)


def sites(data: Mapping[str, Any], *, is_full: bool) -> list[Site]:
    """The communities to populate: those with a profile, or all of the city."""
    scale = data["scale"]
    found: list[Site] = []
    index = 0
    for city in data["places"]:
        for district in city["children"]:
            for street in district["children"]:
                communities = street.get("children") or []
                shares = _share(street.get("households") or 0, communities)
                for node in communities:
                    profile = node.get("profile") or {}
                    if is_full or profile:
                        found.append(
                            Site(
                                index=index,
                                code=node["code"],
                                path=f"/{city['code']}/{district['code']}/{street['code']}/{node['code']}/",
                                name=node["name"],
                                kind=node["kind"],
                                district=district["code"],
                                households=shares[node["code"]]
                                if is_full
                                else profile["households"],
                                people=profile.get("people") or scale["people"],
                                profile=profile,
                                rule=scale["rules"][node["kind"]],
                            )
                        )
                    index += 1
    return found


def _share(total: int, communities: list[Node]) -> dict[str, int]:
    """A street's households: communities with a number of their own have it, the others share the rest evenly."""
    own = {node["code"]: int(node["households"]) for node in communities if node.get("households")}
    others = [node["code"] for node in communities if node["code"] not in own]
    rest = total - sum(own.values())
    each, left = divmod(rest, len(others)) if others else (0, 0)
    return own | {code: each + (position < left) for position, code in enumerate(others)}


def build(site: Site, *, rng: random.Random, community_id: uuid.UUID, as_of: date) -> Ground:
    """The ground of a community: its named yards first, then further ones until every household has a door."""
    ground = Ground()
    yards = list(_yards(site))
    areas = _areas(site, max(yard.area for yard in yards))
    above = Place(id=community_id, code=site.code, path=site.path)
    area_places = [
        _place(ground, above, PlaceLevel.AREA, f"{number:02d}", name, name_en, as_of, rng)
        for number, (name, name_en) in enumerate(areas, start=1)
    ]
    numbers = dict.fromkeys(range(1, len(areas) + 1), 0)
    for yard in yards:
        numbers[yard.area] += 1
        _build_yard(ground, area_places[yard.area - 1], numbers[yard.area], yard, as_of, rng)
    return ground


def _areas(site: Site, count: int) -> list[tuple[str, str]]:
    named = [(area["name"], area["name_en"]) for area in site.profile.get("areas", [])]
    return named + [(f"第{n}片区", f"Area {n}") for n in range(len(named) + 1, count + 1)]


def _yards(site: Site) -> Iterator[Yard]:
    """As many yards as give every household a door, some doors being empty."""
    rule = site.rule
    named = [Yard(**yard) for yard in site.profile.get("yards", [])]
    yield from named
    missing = round(site.households / rule["occupancy"]) - sum(yard.doors for yard in named)
    if named and sum(yard.doors for yard in named) > site.households:
        return
    shape = {key: rule[key] for key in ("units", "floors", "per_floor")}
    a_building = rule["units"] * rule["floors"] * rule["per_floor"]
    per_area = round(rule["households_per_area"] / rule["occupancy"])
    number = built = 0
    while built < missing:
        number += 1
        buildings = min(rule["buildings"], -(-(missing - built) // a_building))
        name = (
            f"第{number}村民小组"
            if site.kind == "village"
            else f"{_YARDS[number % len(_YARDS)]}{_round(number)}"
        )
        yield Yard(name, f"Yard {number}", built // per_area + 1, buildings, **shape)
        built += buildings * a_building


_YARDS = "康乐小区 祥和家园 平安里 光明小区 惠民小区 安居苑 文化巷 金色家园 向阳院 和顺园 团结里 青年小区".split()


def _round(number: int) -> str:
    turn = number // len(_YARDS)
    return f"{turn + 1}区" if turn else ""


def _build_yard(
    ground: Ground, area: Place, number: int, yard: Yard, as_of: date, rng: random.Random
) -> None:
    place = _place(
        ground, area, PlaceLevel.YARD, f"{number:03d}", yard.name, yard.name_en, as_of, rng
    )
    is_low = yard.floors == 1
    for building in range(1, yard.buildings + 1):
        name = f"{building}排" if is_low else f"{building}号楼"
        name_en = f"Row {building}" if is_low else f"Building {building}"
        house = _place(
            ground, place, PlaceLevel.BUILDING, f"{building:03d}", name, name_en, as_of, rng
        )
        for unit in range(1, yard.units + 1):
            stair = _place(
                ground,
                house,
                PlaceLevel.UNIT,
                f"{unit:02d}",
                f"{unit}单元",
                f"Unit {unit}",
                as_of,
                rng,
            )
            for floor in range(1, yard.floors + 1):
                for side in range(1, yard.per_floor + 1):
                    door = str(side) if is_low else f"{floor}{side:02d}"
                    address = (
                        f"{yard.name}{name}{door}号"
                        if is_low
                        else f"{yard.name}{name}{unit}单元{door}室"
                    )
                    ground.dwellings.append(
                        Dwelling(id=new_id(rng), place=stair, door=door, address=address)
                    )


def _place(
    ground: Ground,
    parent: Place,
    level: PlaceLevel,
    number: str,
    name: str,
    name_en: str,
    as_of: date,
    rng: random.Random,
) -> Place:
    code = parent.code + number
    place = Place(
        id=new_id(rng),
        level=level,
        code=code,
        name=name,
        name_en=name_en,
        parent=parent,
        path=f"{parent.path}{code}/",
        source="演示数据",
        valid_from=as_of,
    )
    ground.places.append(place)
    return place


# The demonstration's ids are of its seed: 2026-03-01 00:00 UTC, a random rest, version and variant of RFC 9562.
_MOMENT = 1_772_323_200_000


def new_id(rng: random.Random) -> uuid.UUID:
    """A version 7 id of the past that depends on the seed only."""
    return uuid.UUID(
        int=_MOMENT << 80 | 0x7 << 76 | rng.getrandbits(12) << 64 | 0x2 << 62 | rng.getrandbits(62)
    )

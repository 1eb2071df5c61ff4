"""Load the place file: the tree down to the community, its bodies, the stations and whom they serve."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from community.governance import grants
from community.governance.enums import BodyKind, PlaceLevel
from community.governance.models import Body, Place, StationCoverage

DATA = Path(__file__).resolve().parent.parent / "data" / "wuhai.yaml"
Node = Mapping[str, Any]


def read_places(path: Path = DATA) -> dict[str, Any]:
    return dict(plain.read(path))


def load_places(data: Mapping[str, Any], *, today: date) -> dict[str, int]:
    """Bring tree, bodies and stations to what the file says. Codes are never reused, nothing is deleted."""
    with transaction.atomic():
        places = {
            node["code"]: _save_place(node, parent, data) for node, parent in _walk(data["places"])
        }
        nodes = {node["code"]: (node, parent) for node, parent in _walk(data["places"])}
        bodies = [
            _save_body(pattern, nodes, code, places, data)
            for code, (node, _parent) in nodes.items()
            for pattern in data["bodies"].get(node["level"], [])
            if not pattern.get("for") or node.get("kind", node["level"]) in pattern["for"]
        ]
        stations = [_save_station(row, nodes, places, data, today) for row in data["stations"]]
    return {"places": len(places), "bodies": len(bodies), "stations": len(stations)}


def _walk(nodes: list[Node], parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    for node in nodes:
        yield node, parent
        yield from _walk(node.get("children") or [], node)


def _value(node: Node, key: str, data: Mapping[str, Any]) -> Any:
    return node.get(key, data["defaults"].get(key))


def _save_place(node: Node, parent: Node | None, data: Mapping[str, Any]) -> Place:
    above = Place.objects.get(code=parent["code"]) if parent else None
    path = f"{above.path if above else '/'}{node['code']}/"
    source = str(_value(node, "source", data) or "")
    place, _new = Place.objects.update_or_create(
        code=node["code"],
        defaults={
            "level": PlaceLevel(node["level"]),
            "name": node["name"],
            "name_en": node.get("name_en", ""),
            "parent": above,
            "path": path,
            "is_provisional": bool(_value(node, "provisional", data)),
            "source": str(data["sources"].get(source, source))[:120],
            "valid_from": _value(node, "valid_from", data),
        },
    )
    return place


def _words(nodes: Mapping[str, tuple[Node, Node | None]], code: str) -> dict[str, str]:
    """What a pattern may name: the place itself and what lies above it."""
    words: dict[str, str] = {}
    node, parent = nodes[code]
    words |= {"name": node["name"], "name_en": node.get("name_en", "")}
    while True:
        level = node["level"]
        words.setdefault(level, node["name"])
        words.setdefault(f"{level}_en", node.get("name_en", ""))
        if level == PlaceLevel.DISTRICT:
            words |= {
                "short": node.get("short", node["name"]),
                "short_en": node.get("short_en", node.get("name_en", "")),
                "n": node["code"][-1],
            }
        if parent is None:
            return words
        node, parent = nodes[parent["code"]]


def _save_body(
    pattern: Node,
    nodes: Mapping[str, tuple[Node, Node | None]],
    code: str,
    places: Mapping[str, Place],
    data: Mapping[str, Any],
) -> Body:
    words = _words(nodes, code)
    contact = (
        (data.get("street_contacts") or {}).get(code, {})
        if pattern["key"] == "street_office"
        else {}
    )
    body, _new = Body.objects.update_or_create(
        code=f"{code}:{pattern['key']}",
        defaults={
            "kind": BodyKind(pattern["kind"]),
            "key": pattern["key"],
            "name": pattern["name"].format(**words),
            "name_en": pattern.get("name_en", "").format(**words),
            "place": places[code],
            "lines": pattern.get("lines") or [],
            "phone": contact.get("phone") or str(pattern.get("phone", "")).format(**words),
            "address": contact.get("address", ""),
            "valid_from": places[code].valid_from,
        },
    )
    return body


def _save_station(
    row: Node,
    nodes: Mapping[str, tuple[Node, Node | None]],
    places: Mapping[str, Place],
    data: Mapping[str, Any],
    today: date,
) -> Body:
    defaults = data["station_defaults"]
    first = places[row["covers"][0]]
    words = _words(nodes, first.code)
    windows = row.get("windows", defaults["windows"])
    hours = row.get("hours", defaults["hours"])
    station, _new = Body.objects.update_or_create(
        code=row["code"],
        defaults={
            "kind": BodyKind.SERVICE_STATION,
            "key": "station",
            "name": str(row.get("name", defaults["name"])).format(**words),
            "name_en": str(row.get("name_en", defaults["name_en"])).format(**words),
            "place": first,
            "lines": [] if windows == "all" else windows,
            "phone": row.get("phone", ""),
            "address": row.get("address", ""),
            "address_en": row.get("address_en", ""),
            "hours": hours,
            "opens_at": min(span["from"] for span in hours),
            "closes_at": max(span["to"] for span in hours),
            "valid_from": first.valid_from,
        },
    )
    for code in row["covers"]:
        _cover(station, places[code], station.valid_from)
    grants.follow_coverage(station, day=today)
    return station


def _cover(station: Body, community: Place, day: date) -> None:
    current = StationCoverage.objects.filter(community=community, valid_to__isnull=True).first()
    if current is not None and current.station_id == station.pk:
        return
    if current is not None:
        current.valid_to = day
        current.save(update_fields=["valid_to"])
    StationCoverage.objects.create(station=station, community=community, valid_from=day)

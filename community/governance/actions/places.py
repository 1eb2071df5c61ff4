"""Load the place file: the tree down to the community, its bodies, the stations and whom they serve."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from common.ids import uuid7
from common.rows import bring
from community.governance import grants
from community.governance.enums import BodyKind, PlaceLevel
from community.governance.models import Body, Place, StationCoverage

DATA = Path(__file__).resolve().parent.parent / "data" / "wuhai.yaml"
Node = Mapping[str, Any]


def read_places(path: Path = DATA) -> dict[str, Any]:
    return dict(plain.read(path))


def load_places(data: Mapping[str, Any], *, today: date) -> dict[str, int]:
    """Bring tree, bodies and stations to what the file says. Codes are never reused, nothing is deleted."""
    nodes = {node["code"]: (node, parent) for node, parent in _walk(data["places"])}
    with transaction.atomic():
        places = _save_places(nodes, data)
        patterns = [
            _of_body(pattern, nodes, code, places, data)
            for code, (node, _parent) in nodes.items()
            for pattern in data["bodies"].get(node["level"], [])
            if not pattern.get("for") or node.get("kind", node["level"]) in pattern["for"]
        ]
        stations = [_of_station(row, nodes, places, data) for row in data["stations"]]
        bring(Body, [*patterns, *stations], by=["code"])
        _cover(data["stations"], places, today)
    return {"places": len(places), "bodies": len(patterns), "stations": len(stations)}


def _walk(nodes: list[Node], parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    for node in nodes:
        yield node, parent
        yield from _walk(node.get("children") or [], node)


def _value(node: Node, key: str, data: Mapping[str, Any]) -> Any:
    return node.get(key, data["defaults"].get(key))


def _save_places(
    nodes: Mapping[str, tuple[Node, Node | None]], data: Mapping[str, Any]
) -> dict[str, Place]:
    """Those above come first, with ids known beforehand, so that those below can name them."""
    known = dict(Place.objects.filter(code__in=nodes).values_list("code", "id"))
    ids = {code: known.get(code) or uuid7() for code in nodes}
    paths: dict[str, str] = {}
    rows = []
    for code, (node, parent) in nodes.items():
        above = parent["code"] if parent else None
        paths[code] = f"{paths[above] if above else '/'}{code}/"
        source = str(_value(node, "source", data) or "")
        rows.append(
            {
                "id": ids[code],
                "code": code,
                "level": PlaceLevel(node["level"]),
                "name": node["name"],
                "name_en": node.get("name_en", ""),
                "parent_id": ids[above] if above else None,
                "path": paths[code],
                "is_provisional": bool(_value(node, "provisional", data)),
                "source": str(data["sources"].get(source, source))[:120],
                "valid_from": _value(node, "valid_from", data),
            }
        )
    bring(Place, rows, by=["code"])
    return {place.code: place for place in Place.objects.filter(code__in=nodes)}


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


def _of_body(
    pattern: Node,
    nodes: Mapping[str, tuple[Node, Node | None]],
    code: str,
    places: Mapping[str, Place],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    words = _words(nodes, code)
    contact = (
        (data.get("street_contacts") or {}).get(code, {})
        if pattern["key"] == "street_office"
        else {}
    )
    return {
        "code": f"{code}:{pattern['key']}",
        "kind": BodyKind(pattern["kind"]),
        "key": pattern["key"],
        "name": pattern["name"].format(**words),
        "name_en": pattern.get("name_en", "").format(**words),
        "place_id": places[code].pk,
        "lines": pattern.get("lines") or [],
        "phone": contact.get("phone") or str(pattern.get("phone", "")).format(**words),
        "address": contact.get("address", ""),
        "valid_from": places[code].valid_from,
    }


def _of_station(
    row: Node,
    nodes: Mapping[str, tuple[Node, Node | None]],
    places: Mapping[str, Place],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    defaults = data["station_defaults"]
    first = places[row["covers"][0]]
    words = _words(nodes, first.code)
    windows = row.get("windows", defaults["windows"])
    hours = row.get("hours", defaults["hours"])
    return {
        "code": row["code"],
        "kind": BodyKind.SERVICE_STATION,
        "key": "station",
        "name": str(row.get("name", defaults["name"])).format(**words),
        "name_en": str(row.get("name_en", defaults["name_en"])).format(**words),
        "place_id": first.pk,
        "lines": [] if windows == "all" else windows,
        "phone": row.get("phone", ""),
        "address": row.get("address", ""),
        "address_en": row.get("address_en", ""),
        "hours": hours,
        "opens_at": time.fromisoformat(min(span["from"] for span in hours)),
        "closes_at": time.fromisoformat(max(span["to"] for span in hours)),
        "valid_from": first.valid_from,
    }


def _cover(rows: Sequence[Node], places: Mapping[str, Place], today: date) -> None:
    """Each station serves the communities that its row names, and whoever works there may act in them."""
    stations = {
        body.code: body for body in Body.objects.filter(code__in=[row["code"] for row in rows])
    }
    wanted = {places[code].pk: stations[row["code"]] for row in rows for code in row["covers"]}
    current = StationCoverage.objects.filter(community__in=wanted, valid_to__isnull=True)
    for coverage in current:
        station = wanted[coverage.community_id]
        if coverage.station_id == station.pk:
            del wanted[coverage.community_id]
        else:
            coverage.valid_to = station.valid_from
            coverage.save(update_fields=["valid_to"])
    StationCoverage.objects.bulk_create(
        StationCoverage(station=station, community_id=community, valid_from=station.valid_from)
        for community, station in wanted.items()
    )
    grants.follow_coverage(stations.values(), day=today)

"""The place file of the city: what a loader and a city's engineer may rely on."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common import plain

ROOT = Path(__file__).resolve().parents[2]
DATA: dict[str, Any] = plain.read(ROOT / "community/governance/data/wuhai.yaml")
WINDOWS: dict[str, Any] = plain.read(ROOT / "servicehall/catalogue/data/windows.yaml")
WINDOW_CODES = [window["code"] for window in WINDOWS["windows"]]

Node = dict[str, Any]
CODE_LENGTH = {"city": 6, "district": 6, "street": 9, "community": 12}
BELOW = {None: {"city"}, "city": {"district"}, "district": {"street"}, "street": {"community"}}
KINDS = {
    "city": {"city"},
    "district": {"district"},
    "street": {"street", "town", "zone"},
    "community": {"community", "village", "quasi"},
}
PHONE = re.compile(r"0473-555\d{4}")


def walk(nodes: list[Node], parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    for node in nodes:
        yield node, parent
        yield from walk(node.get("children", []), node)


PLACES = list(walk(DATA["places"]))


def at(level: str) -> list[Node]:
    return [node for node, _ in PLACES if node["level"] == level]


COMMUNITIES = at("community")
DEMO = [node for node in COMMUNITIES if node.get("demo")]
DISTRICTS = at("district")


def value(node: Node, key: str) -> Any:
    return node.get(key, DATA["defaults"][key])


def test_the_city_has_three_districts_twenty_streets_and_towns_and_eighty_six_communities() -> None:
    streets = [street for street in at("street") if street["kind"] != "zone"]
    zones = [street for street in at("street") if street["kind"] == "zone"]
    assert [city["code"] for city in at("city")] == ["150300"]
    assert sorted(district["code"] for district in DISTRICTS) == ["150302", "150303", "150304"]
    assert len(streets) == 20
    assert len(zones) == 2
    assert len(COMMUNITIES) == 86


def test_place_codes_are_unique_well_formed_and_continue_the_code_of_the_place_above() -> None:
    codes = [node["code"] for node, _ in PLACES]
    assert not [code for code, count in Counter(codes).items() if count > 1]
    for node, parent in PLACES:
        assert re.fullmatch(rf"\d{{{CODE_LENGTH[node['level']]}}}", node["code"]), node["code"]
        assert node["level"] in BELOW[parent["level"] if parent else None], node["code"]
        if parent:
            stem = parent["code"][:4] if parent["level"] == "city" else parent["code"]
            assert node["code"].startswith(stem), node["code"]


@pytest.mark.parametrize(
    ("level", "kind", "low", "high"),
    [
        ("street", "street", 1, 99),
        ("street", "town", 100, 199),
        ("street", "zone", 400, 599),
        ("community", "village", 200, 399),
        ("community", "quasi", 400, 599),
    ],
)
def test_the_last_three_digits_say_what_kind_of_place_it_is(
    level: str, kind: str, low: int, high: int
) -> None:
    found = [node for node in at(level) if node["kind"] == kind]
    assert found
    for node in found:
        assert low <= int(node["code"][-3:]) <= high, node["code"]


def test_every_place_is_named_in_both_languages_and_tells_its_source_and_date() -> None:
    for node, parent in PLACES:
        assert node["name"].strip(), node["code"]
        assert node["name_en"].strip().isprintable(), node["code"]
        assert re.search(r"[A-Za-z]", node["name_en"]), node["code"]
        assert node["kind"] in KINDS[node["level"]], node["code"]
        assert value(node, "source") in DATA["sources"], node["code"]
        since = value(node, "valid_from")
        assert isinstance(since, datetime.date), node["code"]
        assert parent is None or value(parent, "valid_from") <= since, node["code"]


def test_a_provisional_code_is_marked_and_a_marked_code_is_provisional() -> None:
    """9xx is never given out by the code table, so a provisional code can not collide with a real one."""
    provisional = [node for node in COMMUNITIES if value(node, "provisional")]
    assert provisional
    for node in COMMUNITIES:
        assert (node["code"][9] == "9") == bool(value(node, "provisional")), node["code"]
    for node in provisional:
        assert node["note"], node["code"]
        assert node["source"] != DATA["defaults"]["source"], node["code"]


def test_names_are_unique_within_a_street() -> None:
    for street in at("street"):
        names = [child["name"] for child in street["children"]]
        assert len(names) == len(set(names)), street["code"]


def test_six_demo_communities_lie_in_all_three_districts() -> None:
    assert len(DEMO) == 6
    assert {node["code"][:6] for node in DEMO} == {district["code"] for district in DISTRICTS}
    assert {"墨香梨园社区", "新桥社区", "爱民佳苑社区", "先锋社区"} <= {
        node["name"] for node in DEMO
    }
    assert (
        sum(node["profile"]["households"] for node in DEMO) == DATA["scale"]["small"]["households"]
    )


@pytest.mark.parametrize("node", DEMO, ids=lambda node: node["name_en"])
def test_a_demo_community_has_a_dwelling_for_every_household(node: Node) -> None:
    profile = node["profile"]
    dwellings = sum(
        y["buildings"] * y["units"] * y["floors"] * y["per_floor"] for y in profile["yards"]
    )
    assert profile["households"] <= dwellings <= profile["households"] * 1.6
    assert {yard["area"] for yard in profile["yards"]} == set(range(1, len(profile["areas"]) + 1))
    assert set(profile["people"]) == set(DATA["scale"]["people"])
    assert all(0 < share < 0.5 for share in profile["people"].values())


def test_households_of_the_streets_add_up_to_the_full_scale() -> None:
    streets = at("street")
    assert sum(street["households"] for street in streets) == DATA["scale"]["full"]["households"]
    for street in streets:
        given = [child["households"] for child in street["children"] if "households" in child]
        rest = len(street["children"]) - len(given)
        left = street["households"] - sum(given)
        assert left >= rest * 100 if rest else left == 0, street["code"]


def test_every_kind_of_community_has_a_building_rule() -> None:
    assert set(DATA["scale"]["rules"]) == KINDS["community"]
    for rule in DATA["scale"]["rules"].values():
        assert 0 < rule["occupancy"] <= 1
        assert (
            min(
                rule[key]
                for key in ("households_per_area", "buildings", "units", "floors", "per_floor")
            )
            >= 1
        )


def test_every_community_has_exactly_one_home_station() -> None:
    covered = Counter(code for station in DATA["stations"] for code in station["covers"])
    assert set(covered) == {node["code"] for node in COMMUNITIES}
    assert set(covered.values()) == {1}


def test_stations_are_fewer_than_committees_and_two_demo_communities_share_one() -> None:
    committees = [
        node
        for node in COMMUNITIES
        for body in DATA["bodies"]["community"]
        if body["kind"] == "residents_committee" and node["kind"] in body["for"]
    ]
    assert len(committees) == len(COMMUNITIES)
    assert len(DATA["stations"]) < len(committees)
    demo = {node["code"] for node in DEMO}
    assert any(len(demo & set(station["covers"])) >= 2 for station in DATA["stations"])
    assert any(len(station["covers"]) >= 3 for station in DATA["stations"])


def test_a_station_serves_communities_of_its_own_street_and_can_be_reached() -> None:
    codes = [station["code"] for station in DATA["stations"]]
    phones = [station["phone"] for station in DATA["stations"]]
    phones += [contact["phone"] for contact in DATA["street_contacts"].values()]
    assert len(codes) == len(set(codes))
    assert len(phones) == len(set(phones))
    assert all(PHONE.fullmatch(phone) for phone in phones)
    for station in DATA["stations"]:
        assert re.fullmatch(r"\d{9}S\d{2}", station["code"])
        assert {code[:9] for code in station["covers"]} == {station["code"][:9]}
        assert "演示地址" in station["address"]
        assert "demo address" in station["address_en"]
        assert station["area_m2"] > 0


def test_opening_hours_are_ordered_times_of_real_weekdays() -> None:
    spans = list(DATA["station_defaults"]["hours"])
    spans += [span for station in DATA["stations"] for span in station.get("hours", [])]
    for span in spans:
        opens, closes = (datetime.time.fromisoformat(span[key]) for key in ("from", "to"))
        assert opens < closes
        assert set(span["days"]) <= set(range(1, 8))


def test_every_street_and_town_but_no_zone_has_an_office_with_a_contact() -> None:
    streets = [street for street in at("street") if street["kind"] != "zone"]
    assert set(DATA["street_contacts"]) == {street["code"] for street in streets}
    for street in streets:
        assert (
            len([body for body in DATA["bodies"]["street"] if street["kind"] in body["for"]]) == 1
        )


def test_every_window_is_answered_by_a_department_in_each_district() -> None:
    for body in DATA["bodies"]["district"]:
        assert set(body["lines"]) <= set(WINDOW_CODES), body["key"]
    answered = {
        line
        for body in DATA["bodies"]["district"]
        if body["kind"] == "department"
        for line in body["lines"]
    }
    assert answered == set(WINDOW_CODES)


def test_the_patterns_of_bodies_can_be_filled_in_and_give_unique_names() -> None:
    for district in DISTRICTS:
        words = {
            "city": "乌海市",
            "city_en": "Wuhai",
            "district": district["name"],
            "district_en": district["name_en"],
            "short": district["short"],
            "short_en": district["short_en"],
            "n": district["code"][-1],
        }
        bodies = DATA["bodies"]["district"]
        keys = {body["key"] for body in bodies}
        assert len(keys) == len(bodies)
        assert {body["parent"] for body in bodies if "parent" in body} <= keys
        for key in ("name", "name_en", "phone"):
            made = [body[key].format(**words) for body in bodies]
            assert len(made) == len(set(made))
            assert key != "phone" or all(PHONE.fullmatch(phone) for phone in made)

"""Items, places and stations: for everybody, in the reader's language, kept for a while."""

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.utils import timezone

from config.api.schema import description
from servicehall.cases.api.items import ItemDetailSerializer
from servicehall.catalogue.models import ItemVersion
from tests.api.conftest import Program
from tests.factories.data import load_catalogue
from tests.factories.servicehall import ALLOWANCE, DIBAO, JOBLESS, Hall, item_version


@pytest.fixture
def three_items(db: None) -> None:
    for code in (DIBAO, ALLOWANCE, JOBLESS):
        item_version(code)


def codes(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()["items"]]


def test_anybody_lists_the_items(three_items: None, program):
    assert codes(program().get("items")) == [DIBAO, JOBLESS, ALLOWANCE]


def test_items_of_one_window(three_items: None, program):
    window = item_version(JOBLESS).item.window_id
    assert codes(program().get("items", window=window)) == [JOBLESS]
    assert codes(program().get("items", window="W9_NONE")) == []


@pytest.mark.parametrize(("words", "code"), [("低保", DIBAO), ("dibao", DIBAO), ("失业", JOBLESS)])
def test_everyday_words_find_an_item(three_items: None, program, words: str, code: str):
    assert codes(program().get("items", q=words))[0] == code


def test_a_guide_says_what_to_bring_and_what_to_answer(three_items: None, program):
    guide = program().get(f"items/{DIBAO}").json()
    version = item_version(DIBAO)
    assert [m["code"] for m in guide["materials"]] == [m["code"] for m in version.materials]
    assert [q["key"] for q in guide["questions"]] == [q["key"] for q in version.questions]
    assert guide["promised"] == {"amount": 22, "unit": "workdays"}
    assert [level["level"] for level in guide["levels"]] == ["community", "street", "district"]
    consent = next(q for q in guide["questions"] if q["key"] == "check_consent")
    assert consent["must_be"] == "yes"


def test_every_guide_of_the_catalogue_is_as_described(db: None):
    load_catalogue()
    described = description()["components"]
    schema = {"$ref": "#/components/schemas/ItemDetail", "components": described}
    versions = ItemVersion.objects.public(timezone.localdate())
    assert len(versions) == 48
    for version in versions:
        jsonschema.validate(ItemDetailSerializer(version).data, schema)


def test_texts_follow_the_language_of_the_reader(three_items: None, program):
    chinese = program().get(f"items/{DIBAO}").json()
    english = program().get(f"items/{DIBAO}", {"Accept-Language": "en"}).json()
    assert chinese["name"] == "最低生活保障审核确认"
    assert english["name"] == "Minimum living allowance (dibao)"
    assert english["questions"][0]["label"].isascii()


def test_public_answers_may_be_kept_and_asked_again_cheaply(three_items: None, program):
    first = program().get("items")
    assert first["Cache-Control"] == "public, max-age=300"
    assert "Accept-Language" in first["Vary"]
    again = program().get("items", {"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    changed = program().get("items", {"If-None-Match": first["ETag"]}, size=1)
    assert changed.status_code == 200


def test_places_come_in_the_order_of_the_tree(dibao: Hall, program):
    rows = program().get("places", size=100).json()["items"]
    seen: set[str | None] = {None}
    for row in rows:
        assert row["parent"] in seen
        seen.add(row["code"])
    assert {row["level"] for row in rows} == {"city", "district", "street", "community"}


def test_what_lies_below_the_community_is_not_public(dibao: Hall, program):
    from tests.factories.governance import UnitFactory

    unit = UnitFactory(community=dibao.community)
    rows = program().get("places", under=dibao.community.code).json()["items"]
    assert rows == []
    assert program().get(f"places/{unit.code}").status_code == 404
    assert program().get("places", level="unit").status_code == 422


def test_places_below_one(dibao: Hall, program):
    rows = program().get("places", under="150302", level="community").json()["items"]
    assert dibao.community.code in [row["code"] for row in rows]
    assert program().get("places", under="999999").json()["items"] == []
    assert program().get(f"places/{dibao.community.code}").json()["name"] == dibao.community.name


def test_the_station_of_a_community(dibao: Hall, program):
    rows = program().get("stations", community=dibao.community.code).json()["items"]
    assert [row["code"] for row in rows] == [dibao.station.code]
    assert rows[0]["communities"] == [{"code": dibao.community.code, "name": dibao.community.name}]
    assert rows[0]["hours"][0]["opens"] == "08:30"


@pytest.mark.parametrize("path", ["items", "places", "stations"])
def test_a_list_costs_the_same_with_any_number_of_rows(dibao: Hall, program, count_queries, path):
    from tests.factories.governance import StationFactory

    caller: Program = program()
    caller.get(path)
    few = count_queries(lambda: caller.get(path))
    for _n in range(5):
        StationFactory()
    item_version(ALLOWANCE)
    assert count_queries(lambda: caller.get(path)) == few <= 4

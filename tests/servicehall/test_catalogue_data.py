"""The catalogue: what a loader, a form and a resident may rely on in the data files."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common import plain
from residents.base.eligibility import parse

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "servicehall/catalogue/data"


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = plain.read(path)
    return content


WINDOWS = read(DATA / "windows.yaml")["windows"]
NEGATIVE = read(DATA / "negative.yaml")
PLACES = read(ROOT / "community/governance/data/wuhai.yaml")
FILES = sorted((DATA / "items").glob("*.yaml"))
ITEMS = [read(path) for path in FILES]
RATING = read(DATA / "rating.yaml")
BY_CODE = {item["code"]: item for item in ITEMS}

CERTAINTIES = {"F", "K+", "K?", "S", "D"}
TYPE_CODES = {"01", "05", "07", "10", "20"}
DEPARTMENTS = {body["key"]: set(body["lines"]) for body in PLACES["bodies"]["district"]}
LEVELS = ["community", "street", "district"]
FIELD_TYPES = {
    "text", "longtext", "number", "money", "date", "choice", "yesno", "person", "household_member", "file",
}  # fmt: skip
PREFILL = {
    "full_name", "id_number", "phone", "sex", "birth_on", "ethnicity", "registered_address", "actual_address",
    "household_members", "household_size", "bank_card", "disability_certificate", "employment_status",
    "marital_status", "political_status", "spouse_name",
}  # fmt: skip
HOURS = {"workday": 24 * 7 / 5, "day": 24, "hour": 1}
ITEM_KEYS = {
    "code", "version", "window", "name", "short", "type_code", "basic_code", "kind", "department", "eligible",
    "apply_at", "any_station", "situations", "materials", "pages", "fields", "levels", "limits", "publicity_days",
    "publicity_shows_names", "fee", "result", "basis", "certainty", "certainty_note", "demo", "source",
    "source_en", "as_of", "search", "faq", "contact",
}  # fmt: skip
MATERIAL_KEYS = {
    "code",
    "name",
    "note",
    "shared",
    "required",
    "original_copies",
    "copies",
    "source",
}
FIELD_KEYS = {"key", "label", "type", "required", "page"}

each_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["code"])


def texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every {zh, en} in a file with the path to it."""
    if isinstance(value, dict):
        if "zh" in value or "en" in value:
            yield path, value
        else:
            for key, below in value.items():
                yield from texts(below, f"{path}.{key}")
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from texts(below, f"{path}[{number}]")


def conditions(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in item["materials"] + item["fields"]:
        if "condition" in row:
            yield row["condition"]


def test_the_hall_has_seven_windows_and_one_of_them_is_general() -> None:
    assert [window["number"] for window in WINDOWS] == [1, 2, 3, 4, 5, 6, 7]
    assert len({window["code"] for window in WINDOWS}) == 7
    assert [window["code"] for window in WINDOWS if window["general"]] == ["W7_PROXY"]
    assert {window["mode"] for window in WINDOWS} <= {"dedicated", "integrated"}


def test_the_districts_bodies_answer_for_the_windows_that_name_them() -> None:
    for window in WINDOWS:
        assert window["lines"], window["code"]
        for key in window["lines"]:
            assert window["code"] in DEPARTMENTS[key], (window["code"], key)
    for key, lines in DEPARTMENTS.items():
        for code in lines:
            assert key in next(window["lines"] for window in WINDOWS if window["code"] == code), (
                key,
                code,
            )


def test_the_forty_eight_items_stand_at_their_windows() -> None:
    assert Counter(item["window"] for item in ITEMS) == {
        "W1_CIVIL": 8, "W2_LABOUR": 8, "W3_HEALTH": 6, "W4_CARE": 8, "W5_SAFETY": 6, "W6_PARTY": 6, "W7_PROXY": 6,
    }  # fmt: skip
    assert {item["window"] for item in ITEMS} == {window["code"] for window in WINDOWS}


def test_codes_are_unique_and_name_their_file_and_window() -> None:
    assert len(BY_CODE) == len(ITEMS) == 48
    assert len({item["basic_code"] for item in ITEMS}) == 48
    assert len({item["name"]["zh"] for item in ITEMS}) == 48
    for path, item in zip(FILES, ITEMS, strict=True):
        assert path.stem == item["code"]
        assert re.fullmatch(r"W[1-9]-\d{2}", item["code"])
        assert item["window"].startswith(item["code"][:2] + "_")


@each_item
def test_a_rule_of_eligibility_can_be_read(item: dict[str, Any]) -> None:
    if "eligibility" in item:
        assert set(item["eligibility"]) == {"rule"}
        parse(item["eligibility"]["rule"])


@each_item
def test_an_item_has_the_documented_keys_and_no_others(item: dict[str, Any]) -> None:
    extra = {"appraisal", "benefit", "cosign", "cosign_text", "eligibility", "proves_life"}
    assert set(item) - extra == ITEM_KEYS
    assert item.get("cosign", "adults") == "adults"
    assert ("cosign" in item) == ("cosign_text" in item)
    assert "cosign" not in item or any(f["type"] == "household_member" for f in item["fields"])
    for material in item["materials"]:
        extra = {"condition", "form", "field", "deferrable", "commitment"}
        assert set(material) - extra == MATERIAL_KEYS, material["code"]
        assert not (material.get("deferrable") and material.get("commitment")), material["code"]
    for field in item["fields"]:
        extra = {
            "hint",
            "options",
            "min",
            "max",
            "prefill",
            "condition",
            "must_be",
            "no_certificates",
        }
        assert set(field) - extra == FIELD_KEYS, field["key"]


@pytest.mark.parametrize(
    "path", [DATA / "windows.yaml", DATA / "negative.yaml", *FILES], ids=lambda path: path.stem
)
def test_every_text_is_complete_in_chinese_and_english(path: Path) -> None:
    found = list(texts(read(path)))
    assert found
    for where, text in found:
        assert {"zh", "en"} <= set(text), where
        assert isinstance(text["zh"], str), where
        assert re.search(r"[\u4e00-\u9fff]", text["zh"]), where
        assert isinstance(text["en"], str), where
        assert re.search(r"[A-Za-z]", text["en"]), where
        assert not re.search(r"[\u4e00-\u9fff，。；？]", text["en"]), where


@each_item
def test_the_basic_code_is_a_placeholder_that_collides_with_no_real_code(
    item: dict[str, Any],
) -> None:
    assert item["type_code"] in TYPE_CODES
    assert re.fullmatch(rf"15{item['type_code']}X\d{{4}}000", item["basic_code"])
    assert item["demo"] is True


@each_item
def test_an_instant_item_ends_at_the_station_and_a_promise_is_decided_on_its_last_step(
    item: dict[str, Any],
) -> None:
    levels = item["levels"]
    assert item["kind"] == ("promise" if levels else "instant")
    assert item["limits"]["promised"]["days"] > 0 or not levels
    assert [level["decides"] for level in levels] == [False] * (len(levels) - 1) + [True] * bool(
        levels
    )
    ranks = [LEVELS.index(level["level"]) for level in levels]
    assert ranks == sorted(ranks)
    for level in levels:
        assert level["limit_days"] >= 1
        assert (level["department"] is not None) == (level["level"] == "district")


@each_item
def test_the_department_of_an_item_answers_for_its_window(item: dict[str, Any]) -> None:
    departments = {item["department"]} | {
        level["department"] for level in item["levels"] if level["department"]
    }
    for key in departments:
        assert item["window"] in DEPARTMENTS[key], key


@each_item
def test_the_promise_is_within_the_law_and_the_steps_within_the_promise(
    item: dict[str, Any],
) -> None:
    statutory, promised = item["limits"]["statutory"], item["limits"]["promised"]
    assert (
        statutory["days"] * HOURS[statutory["unit"]] >= promised["days"] * HOURS[promised["unit"]]
    )
    assert statutory["days"] > 0
    assert statutory["extendable_days"] >= 0
    if item["levels"]:
        steps = sum(level["limit_days"] for level in item["levels"])
        allowed = promised["days"] / 24 if promised["unit"] == "hour" else promised["days"]
        assert steps <= allowed


@each_item
def test_names_are_posted_only_where_there_is_a_notice(item: dict[str, Any]) -> None:
    assert 0 <= item["publicity_days"] <= 30
    assert item["publicity_days"] > 0 or not item["publicity_shows_names"]


@pytest.mark.parametrize("code", ["W1-07", "W3-04"])
def test_children_and_bereaved_parents_are_never_posted(code: str) -> None:
    assert BY_CODE[code]["publicity_shows_names"] is False


@each_item
def test_fields_are_few_unique_and_stand_on_a_page(item: dict[str, Any]) -> None:
    keys = [field["key"] for field in item["fields"]]
    pages = [page["key"] for page in item["pages"]]
    assert 2 <= len(keys) <= 10
    assert len(keys) == len(set(keys))
    assert len(pages) == len(set(pages))
    assert list(dict.fromkeys(field["page"] for field in item["fields"])) == pages
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys)


@each_item
def test_fields_have_a_legal_type_bounds_and_prefill(item: dict[str, Any]) -> None:
    for field in item["fields"]:
        key = field["key"]
        assert field["type"] in FIELD_TYPES, key
        assert isinstance(field["required"], bool), key
        assert field.get("prefill") in PREFILL | {None}, key
        low, high = field.get("min"), field.get("max")
        assert low is None or high is None or low <= high, key
        if field["type"] in {"text", "longtext", "number", "money"}:
            assert high is not None, key
        if field["type"] in {"number", "money"}:
            assert low is not None, key
        if field["type"] in {"date", "choice", "yesno", "person"}:
            assert low is None, key
            assert high is None, key
        if "must_be" in field:
            assert field["type"] == "yesno", key
            assert field["must_be"] in {"yes", "no"}, key
            assert field["required"], key


@each_item
def test_only_choices_have_options_and_these_are_distinct(item: dict[str, Any]) -> None:
    lists = [field.get("options", []) for field in item["fields"] if field["type"] == "choice"]
    lists += [situation["options"] for situation in item["situations"]]
    for options in lists:
        values = [option["value"] for option in options]
        assert len(values) >= 2
        assert len(values) == len(set(values))
        assert all(
            isinstance(value, str) and re.fullmatch(r"[a-z0-9_]+", value) for value in values
        )
        assert len({option["label"]["zh"] for option in options}) == len(values)
    assert not [f["key"] for f in item["fields"] if f["type"] != "choice" and "options" in f]


@each_item
def test_a_condition_names_a_situation_of_the_item_and_its_answers(item: dict[str, Any]) -> None:
    known = {s["key"]: {option["value"] for option in s["options"]} for s in item["situations"]}
    used = set()
    for condition in conditions(item):
        assert set(condition) == {"situation", "values"}
        assert condition["values"]
        assert set(condition["values"]) <= known[condition["situation"]]
        used.add(condition["situation"])
    assert not set(known) & {
        field["key"] for field in item["fields"]
    }  # both live in one set of answers
    assert used == set(known)  # a question on which nothing depends is a burden


@each_item
def test_materials_are_unique_and_shared_ones_are_not_the_applicants_work(
    item: dict[str, Any],
) -> None:
    materials = item["materials"]
    codes = [material["code"] for material in materials]
    assert codes
    assert len(codes) == len(set(codes))
    fields = {field["key"] for field in item["fields"]}
    for material in materials:
        code = material["code"]
        assert material["source"] in {"applicant", "government", "other"}, code
        assert material["original_copies"] >= 0, code
        assert material["copies"] >= 0, code
        assert [bool(material.get(way)) for way in ("shared", "form", "field")].count(True) <= 1, (
            code
        )
        assert "field" not in material or material["field"] in fields, code


@pytest.mark.parametrize(
    ("code", "shared"),
    [
        ("W1-01", {"id_card", "household_register"}),
        ("W2-03", {"unemployment_record", "low_income_record", "disability_certificate"}),
        ("W3-02", {"birth_certificate", "household_register"}),
        ("W4-02", {"disability_certificate", "low_income_record"}),
        ("W5-04", {"title", "id_card"}),
    ],
)
def test_what_the_base_holds_is_not_asked_for(code: str, shared: set[str]) -> None:
    assert shared <= {
        material["code"] for material in BY_CODE[code]["materials"] if material["shared"]
    }


@each_item
def test_an_item_tells_its_basis_its_certainty_and_its_date(item: dict[str, Any]) -> None:
    assert item["certainty"] in CERTAINTIES
    assert item["basis"]
    for basis in item["basis"]:
        assert set(basis) == {"title", "title_en", "number", "article", "article_en", "source"}
        assert basis["title"]
        assert bool(basis["article"]) == bool(basis["article_en"])
        assert basis["title_en"]
        english = f"{basis['title_en']} {basis['article_en'] or ''}"
        assert not re.search(r"[\u4e00-\u9fff]", english)
        assert basis["source"] in CERTAINTIES
    assert isinstance(item["as_of"], datetime.date)
    assert item["source"]
    assert item["source_en"]
    assert item["certainty"] == "F" or item["certainty_note"]


@each_item
def test_an_item_is_free_and_says_how_the_result_reaches_the_applicant(
    item: dict[str, Any],
) -> None:
    assert item["fee"]["amount"] == 0
    assert item["result"]["delivery"]
    assert set(item["result"]["delivery"]) <= {"counter", "post", "home"}
    assert item["apply_at"] in {"hukou", "residence", "any"}
    assert isinstance(item["any_station"], bool)
    assert 1 <= len(item["faq"]) <= 3


@each_item
def test_an_item_is_found_by_everyday_words(item: dict[str, Any]) -> None:
    synonyms, english = item["search"]["synonyms"], item["search"]["synonyms_en"]
    assert len(synonyms) >= 5
    assert len(english) >= 3
    assert len(synonyms) == len(set(synonyms))
    assert all(
        isinstance(word, str) and word.strip() == word and word for word in synonyms + english
    )


@pytest.mark.parametrize(
    ("spoken", "code"),
    [
        ("没钱看病", "W1-06"),
        ("失业了", "W2-01"),
        ("家里有人残疾", "W4-01"),
        ("80岁补贴", "W4-04"),
        ("老人补贴", "W4-04"),
        ("邻居吵架", "W5-05"),
        ("刚搬来", "W5-01"),
        ("交医保", "W3-05"),
    ],
)
def test_spoken_questions_lead_to_the_item(spoken: str, code: str) -> None:
    assert spoken in BY_CODE[code]["search"]["synonyms"]


# The row of the domain table: type, levels, statutory and promised limit.
TABLE = {
    "W1-01": ("05", "csd", "30w+15", "22w"), "W1-02": ("07", "csd", "30w", "22w"), "W1-03": ("05", "sd", "30w", "20w"),
    "W1-04": ("05", "sd", "15w", "10w"), "W1-05": ("05", "s", "24h", "24h"), "W1-06": ("05", "sd", "30w", "20w"),
    "W1-07": ("05", "sd", "30w", "20w"), "W1-08": ("07", "csd", "30w", "25w"), "W2-01": ("20", "", "5w", "0w"),
    "W2-03": ("07", "cd", "21w", "7w"), "W2-04": ("05", "cd", "30w", "20w"), "W2-06": ("05", "sd", "20w", "10w"),
    "W2-08": ("20", "cd", "20w", "15w"), "W3-02": ("05", "sd", "30w", "20w"), "W3-03": ("07", "s", "10w", "5w"),
    "W4-01": ("07", "cd", "30w", "20w"), "W4-02": ("05", "sdd", "40w", "20w"), "W4-03": ("05", "sdd", "40w", "20w"),
    "W4-04": ("05", "csd", "20w", "15w"), "W4-05": ("05", "sd", "30w", "20w"), "W4-06": ("20", "", "5w", "0w"),
    "W4-07": ("05", "cd", "30w", "25w"), "W4-08": ("20", "c", "3w", "1w"), "W5-01": ("20", "", "3w", "0w"),
    "W5-02": ("07", "cd", "15d+15", "10d"), "W5-04": ("20", "", "3w", "0w"), "W5-05": ("20", "c", "30d", "20d"),
    "W5-06": ("10", "cd", "60d+30", "15d"), "W6-01": ("20", "cs", "90d", "3w"), "W6-03": ("07", "cs", "20w", "10w"),
    "W6-04": ("01", "csd", "60d", "30d"), "W6-06": ("07", "cd", "30w", "20w"), "W7-02": ("20", "c", "5w", "2w"),
    "W7-03": ("20", "c", "5w", "3w"), "W7-05": ("20", "", "1w", "0w"), "W7-06": ("20", "c", "3w", "2w"),
}  # fmt: skip
LETTER = {"workday": "w", "day": "d", "hour": "h"}


@pytest.mark.parametrize("code", TABLE)
def test_type_steps_and_limits_are_those_of_the_domain_table(code: str) -> None:
    item = BY_CODE[code]
    statutory, promised = item["limits"]["statutory"], item["limits"]["promised"]
    extension = f"+{statutory['extendable_days']}" if statutory["extendable_days"] else ""
    assert (
        item["type_code"],
        "".join(level["level"][0] for level in item["levels"]),
        f"{statutory['days']}{LETTER[statutory['unit']]}{extension}",
        f"{promised['days']}{LETTER[promised['unit']]}",
    ) == TABLE[code]


def test_the_twenty_forbidden_certificates_name_the_right_office() -> None:
    rows = NEGATIVE["certificates"]
    assert len(rows) == 20
    assert len({row["code"] for row in rows}) == 20
    assert len({row["name"]["zh"] for row in rows}) == 20
    for row in rows:
        assert row["synonyms"], row["code"]
        assert row["synonyms_en"], row["code"]
        assert set(row["office"]) == set(row["note"]) == {"zh", "en"}, row["code"]
        assert row["item"] is None or row["item"] in BY_CODE, row["code"]


def test_kinship_is_the_only_exception_and_leads_to_the_item_for_notaries() -> None:
    exceptions = {
        row["code"]: row["exception"] for row in NEGATIVE["certificates"] if "exception" in row
    }
    assert list(exceptions) == ["N01"]
    assert exceptions["N01"]["item"] == "W7-03"
    notary = next(field for field in BY_CODE["W7-03"]["fields"] if field["key"] == "notary_use")
    assert notary["must_be"] == "yes"


GROUPS = {
    "online": {"efficiency", "guide", "ease", "platform"},
    "onsite": {"efficiency", "skill", "attitude"},
}


@pytest.mark.parametrize("place", GROUPS)
def test_a_rating_asks_in_both_languages_about_every_group_at_every_level(place: str) -> None:
    assert RATING["source"]
    assert RATING["source_en"]
    for version in RATING["versions"]:
        asked = version[place]
        assert set(asked) == {"good", "fair", "bad"}
        for level, reasons in asked.items():
            codes = [reason["code"] for reason in reasons]
            assert len(set(codes)) == len(codes) <= 8, level
            assert all(set(reason) == {"code", "group", "zh", "en"} for reason in reasons)
            assert {reason["group"] for reason in reasons} == GROUPS[place], (place, level)
            assert not any(re.search(r"[\u4e00-\u9fff]", reason["en"]) for reason in reasons)

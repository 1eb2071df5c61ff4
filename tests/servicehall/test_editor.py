"""The editor, as an official uses it: section by section, row by row, and nothing typed is lost."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse

from community.governance.enums import Role
from servicehall.catalogue import actions
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.benefits import benefit_of
from servicehall.catalogue.models import EmptySearch, ItemVersion
from servicehall.catalogue.schema import SECTIONS
from tests.factories.governance import CommunityOfficeFactory, DepartmentFactory, staff
from tests.factories.servicehall import DIBAO, item_version
from tests.servicehall.test_versions import NOW
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    version = item_version(DIBAO, publicity_days=7)
    DepartmentFactory(key=version.department)
    body = CommunityOfficeFactory()
    return staff(Role.DISTRICT_OFFICE, body), staff(Role.DISTRICT_OFFICE, body)


@pytest.fixture
def desk(office, client_for):
    """The first colleague at her browser, with a draft of the item."""
    actions.start_draft(DIBAO, by=office[0], now=NOW)
    return client_for(office[0])


def at(name, *args):
    return reverse(f"catalogue:{name}", args=[DIBAO, *args])


def typed_in(page):
    """What a browser would send of the page's sheet, as it stands there."""
    html = page.content.decode()
    sheet = html[html.index('<form method="post" novalidate data-warn') :]
    given: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", sheet.split("</form>")[0]):
        name = re.search(r' name="([^"]*)"', tag)
        kind = re.search(r' type="([^"]*)"', tag)
        if not name or (kind and kind[1] in {"checkbox", "radio"} and " checked" not in tag):
            continue
        value = re.search(r' value="([^"]*)"', tag)
        given.setdefault(name[1], []).append(
            value[1] if value else "on" if kind and kind[1] == "checkbox" else ""
        )
    for name, body in re.findall(
        r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', sheet, re.S
    ):
        given.setdefault(name, []).append(body.removeprefix("\n"))
    for name, body in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', sheet, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', body)
        given.setdefault(name, []).extend(chosen or [""])
    return {name: [unescape(value) for value in values] for name, values in given.items()}


def draft():
    return ItemVersion.objects.get(item_id=DIBAO, number=2)


def test_every_section_and_row_saved_as_it_stands_changes_nothing_that_anybody_reads(desk):
    for section in SECTIONS:
        page = desk.get(at("section", section.key))
        assert page.status_code == 200
        if section.parts:
            assert desk.post(at("section", section.key), typed_in(page)).status_code == 302
        for rows in section.rows:
            for index in range(len(draft().content.get(rows.key) or [])):
                url = at("row", section.key, rows.key, index)
                sent = desk.post(url, typed_in(desk.get(url)))
                assert sent.status_code == 302, (url, sent.content.decode()[:4000])
            assert desk.get(at("row-new", section.key, rows.key)).status_code == 200
    before = ItemVersion.objects.get(item_id=DIBAO, number=1).content
    for key in ("benefit", "cosign", "cosign_text"):
        assert before[key]
        assert draft().content[key] == before[key]
    assert desk.get(at("version", 2)).context["changes"] == []
    page = desk.get(at("item"))
    assert page.context["changes"] == []
    assert page.context["errors"] == 0


def test_lines_are_added_moved_and_removed_without_saving_and_keep_what_was_typed(desk):
    url = at("row", "situations", "situations", 0)
    given = typed_in(desk.get(url)) | {"question__zh": ["家里怎么样？"]}
    page = desk.post(url, given | {"way": "options:add"})
    assert "家里怎么样？" in page.content.decode()
    given = typed_in(page)
    assert given["options-count"] == ["4"]
    given |= {"options-3-zh": ["两样都有"], "options-3-en": ["Both"], "way": "options:up:3"}
    page = desk.post(url, given)
    assert typed_in(page)["options-2-zh"] == ["两样都有"]
    page = desk.post(url, typed_in(page) | {"way": "options:remove:0"})
    assert draft().content["situations"][0]["question"]["zh"] != "家里怎么样？"
    desk.post(url, typed_in(page) | {"way": "save"})
    saved = draft().content["situations"][0]
    assert [o["label"]["zh"] for o in saved["options"]] == ["有人得重病", "两样都有", "有人残疾"]
    assert [o["value"] for o in saved["options"]] == ["illness", "liangyangdouyou", "disability"]


def test_a_question_is_asked_under_a_condition_that_is_chosen_not_written(desk):
    url = at("row", "fields", "fields", 5)
    page = desk.post(url, typed_in(desk.get(url)) | {"way": "condition:add"})
    given = typed_in(page) | {"condition-0-field": "main_reason"}
    page = desk.post(url, given | {"way": "refresh"})
    assert "看病花钱多" in page.content.decode()
    given = typed_in(page) | {"condition-0-value": ["other", "study"], "condition-0-op": "in"}
    page = desk.post(url, given | {"way": "condition:add"})
    given = typed_in(page) | {
        "condition-1-field": "monthly_income",
        "condition-1-group": "1",
        "condition-1-op": "<",
    }
    given = typed_in(desk.post(url, given | {"way": "refresh"})) | {"condition-1-value": "1200.50"}
    wrong = desk.post(url, given | {"condition-1-value": "", "way": "save"})
    assert wrong.status_code == 422
    assert typed_in(wrong)["condition-0-value"] == ["study", "other"]
    assert desk.post(url, given | {"way": "save"}).status_code == 302
    assert draft().content["fields"][5]["condition"] == {
        "all": [
            {"field": "main_reason", "op": "in", "value": ["study", "other"]},
            {"field": "monthly_income", "op": "<", "value": "1200.50"},
        ]
    }
    assert (
        "“主要困难是什么”选“孩子上学、其他”，并且“全家每月收入（元）”不到1200.50"
        in desk.get(at("section", "fields")).content.decode()
    )


def test_the_rule_that_finds_people_is_built_of_facts(desk):
    url = at("section", "eligible")
    page = desk.post(url, typed_in(desk.get(url)) | {"way": "eligibility:add"})
    page = desk.post(url, typed_in(page) | {"eligibility-0-field": "age", "way": "refresh"})
    given = typed_in(page) | {"eligibility-0-op": ">=", "way": "refresh"}
    given = typed_in(desk.post(url, given)) | {"eligibility-0-value": "80", "way": "save"}
    assert desk.post(url, given).status_code == 302
    assert draft().content["eligibility"] == {"rule": {"fact": "age", "op": ">=", "value": 80}}
    assert draft().eligibility is not None


def test_what_a_granted_case_gives_is_edited_taken_away_and_named_anew(desk):
    url = at("section", "benefit")
    given = typed_in(desk.get(url))
    assert given["benefit_kind"] == ["dibao"]
    given |= {"benefit_amount": ["812.50"], "benefit_review_months": ["6"]}
    assert desk.post(url, given).status_code == 302
    assert draft().content["benefit"]["amount"] == "812.50"
    rule = benefit_of(draft().content)
    assert rule is not None
    assert rule.review_months == 6
    changes = desk.get(at("item")).context["changes"]
    assert {(c.label, c.before, c.after) for c in changes} == {
        ("标准（元）", "", "812.50"),
        ("几个月复核一次", "12", "6"),
    }
    given = typed_in(desk.get(url)) | {"benefit_kind": [""], "benefit_name__zh": ["取暖补贴"]}
    desk.post(url, given | {"benefit_name__en": ["Heating subsidy"], "benefit_period": ["once"]})
    assert draft().content["benefit"]["kind"] == "qunuanbutie"
    page = desk.get(at("item")).content.decode()
    assert "一次性的待遇没有期限、复核和生存认证" in page
    given = typed_in(desk.get(url))
    given |= {"benefit_name__zh": [""], "benefit_name__en": [""], "benefit_period": [""]}
    desk.post(url, given)
    assert draft().content["benefit"] is None
    assert benefit_of(draft().content) is None
    assert desk.get(at("item")).context["errors"] == 0


def test_who_has_to_agree_is_edited_with_the_words_that_they_read(desk):
    url = at("section", "cosign")
    given = typed_in(desk.get(url))
    assert given["cosign"] == ["adults"]
    desk.post(url, given | {"cosign_text__zh": ["我同意。"], "cosign_text__en": ["I agree."]})
    assert draft().content["cosign_text"] == {"zh": "我同意。", "en": "I agree."}
    assert draft().content["cosign"] == "adults"
    desk.post(url, typed_in(desk.get(url)) | {"cosign": [""]})
    assert draft().content["cosign"] is None
    assert "没有选谁要签字" in desk.get(at("item")).content.decode()


def test_a_proof_of_life_names_benefits_that_ask_for_one(office, client_for):
    pension = item_version("W2-06")
    assert pension.content["benefit"]["kind"] == "resident_pension"
    with_proof = item_version("W2-07")
    assert with_proof.content["proves_life"] == ["resident_pension"]
    actions.start_draft("W2-07", by=office[0], now=NOW)
    desk, url = client_for(office[0]), reverse("catalogue:section", args=["W2-07", "benefit"])
    given = typed_in(desk.get(url))
    assert given["proves_life"] == ["resident_pension"]
    assert desk.post(url, given).status_code == 302
    proof = ItemVersion.objects.get(item_id="W2-07", number=2)
    assert proof.content["proves_life"] == ["resident_pension"]
    assert not proof.content["benefit"]
    desk.post(url, {name: value for name, value in given.items() if name != "proves_life"})
    proof.refresh_from_db()
    assert proof.content["proves_life"] == []


def test_wrong_input_comes_back_with_what_was_typed(desk):
    url = at("section", "limits")
    given = typed_in(desk.get(url)) | {
        "limits_promised_days": ["二十"],
        "limits_note__zh": ["<b>长</b>"],
    }
    page = desk.post(url, given)
    assert page.status_code == 422
    assert "二十" in page.content.decode()
    assert "<b>长</b>" not in page.content.decode()
    assert "&lt;b&gt;长&lt;/b&gt;" in page.content.decode()


def test_a_colleagues_change_is_not_overwritten_unseen_and_nothing_typed_is_lost(
    desk, office, client_for
):
    url = at("section", "names")
    mine = typed_in(desk.get(url)) | {"name__zh": ["低保"]}
    other = client_for(office[1])
    other.post(url, typed_in(other.get(url)) | {"name__en": ["Dibao"]})
    page = desk.post(url, mine)
    assert page.status_code == 422
    assert "别人改过这一部分" in page.content.decode()
    assert desk.post(url, typed_in(page)).status_code == 302
    assert draft().content["name"]["zh"] == "低保"


def test_rows_are_moved_and_removed_from_the_list(desk):
    page = desk.get(at("section", "faq"))
    (seen,) = {entry["seen"] for entry in page.context["lists"]}
    was = [row["q"]["zh"] for row in draft().content["faq"]]
    desk.post(at("row-move", "faq", "faq", 0), {"way": "down", "seen": seen})
    assert [row["q"]["zh"] for row in draft().content["faq"]] == [was[1], was[0], was[2]]
    desk.post(at("row-move", "faq", "faq", 0), {"way": "remove", "seen": seen})  # of an older page
    assert len(draft().content["faq"]) == 3


def test_the_buttons_of_an_item_lead_through_its_life(desk, office, client_for):
    url = at("item-act", "propose")
    assert desk.post(url, {"number": 2, "day": "2020-01-01"}).status_code == 422
    day = "2099-01-01"
    assert desk.post(url, {"number": 2, "day": day}).status_code == 422
    today = str(desk.get(at("item")).context["day_form"].initial["day"])
    desk.post(url, {"number": 2, "day": today})
    assert draft().state == "waiting"
    assert desk.get(at("section", "faq")).status_code == 302
    desk.post(at("item-act", "publish"), {"number": 2})
    assert draft().state == "waiting"
    client_for(office[1]).post(at("item-act", "publish"), {"number": 2})
    assert draft().state == "published"
    assert desk.post(at("item-act", "start"), {"number": 1}).status_code == 302  # an old page
    assert ItemVersion.objects.count() == 2


@sweeps(actions.export_items, actions.import_items)
def test_a_catalogue_is_carried_to_another_installation_as_drafts(desk, office, tmp_path):
    file = desk.post(reverse("catalogue:export"))
    content = json.loads(file.content)
    assert [each["content"]["code"] for each in content["items"]] == [DIBAO]
    carried = actions.import_items(file.content, by=office[0], now=NOW)
    assert {(each.page, each.fate) for each in carried} == {
        ("catalogue:item", "same"),
        ("catalogue:bundle", "same"),
    }
    ItemVersion.objects.filter(number=2).delete()
    changed = json.loads(file.content)
    item = changed["items"][0]
    item["content"]["short"]["zh"] = "改了一句"
    url = reverse("catalogue:import")
    spoiled = _upload(desk, url, changed, tmp_path)
    assert spoiled.status_code == 422
    assert "校验值" in spoiled.content.decode()
    item["sha256"] = digest(item["content"])
    changed["sha256"] = digest(changed["items"])
    done = _upload(desk, url, changed, tmp_path)
    assert "有变化，已建草稿" in done.content.decode()
    assert draft().state == "draft"
    (change,) = desk.get(at("item")).context["changes"]
    assert change.after.startswith("改了一句")
    for broken in (
        "[]",
        '{"format": "x"}',
        '{"format": "yizhan-catalogue-1", "items": {}, "sha256": ""}',
    ):
        assert _upload(desk, url, json.loads(broken), tmp_path).status_code == 422


def _upload(desk, url, content, folder):
    path = folder / "file.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with path.open("rb") as file:
        return desk.post(url, {"file": file})


def test_a_word_searched_in_vain_becomes_a_word_of_an_item_in_two_clicks(desk, client):
    for _ in range(3):
        client.get(reverse("servicehall:search"), {"q": "揭不开锅"})
    assert EmptySearch.objects.get().count == 3
    page = desk.get(reverse("catalogue:empty-searches"))
    (link,) = re.findall(r'href="(/hall/searches/word/[^"]*)"', page.content.decode())
    page = desk.get(link)
    assert page.context["offered"][0].item_id == DIBAO
    desk.post(at("add-word"), {"word": page.context["word"]})
    found = client.get(reverse("servicehall:search"), {"q": "揭不开锅"})
    assert [version.item_id for version in found.context["results"]] == [DIBAO]
    assert "已能找到" in desk.get(reverse("catalogue:empty-searches")).content.decode()

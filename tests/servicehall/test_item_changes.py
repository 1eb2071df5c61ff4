"""What a change of an item means to those who are filling it in, and to whoever tries it before."""

import json
import re
from copy import deepcopy

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import NotAllowed
from community.governance.enums import Role
from servicehall.cases import actions
from servicehall.cases.models import Case, CaseFamily, Draft, Upload
from servicehall.catalogue.models import Bundle, ItemVersion
from tests.factories.data import load_catalogue
from tests.factories.governance import staff
from tests.factories.servicehall import DIBAO, hall, item_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(DIBAO)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def phone(here, client_for):
    return client_for(here.resident)


def replace(version, **changes):
    """Put another version in force today, as publishing does."""
    today = timezone.localdate()
    ItemVersion.objects.filter(pk=version.pk).update(state="retired", valid_to=today)
    fields = {
        name: getattr(version, name)
        for name in (
            *(
                "name",
                "kind",
                "statutory_amount",
                "statutory_unit",
                "promised_amount",
                "promised_unit",
            ),
            *("department", "search_text"),
        )
    }
    return ItemVersion.objects.create(
        item=version.item,
        number=version.number + 1,
        state="published",
        valid_from=today,
        content={**version.content, **changes},
        **fields,
    )


def begun(here, **answers):
    draft = actions.start_draft(
        here.version, applicant=here.applicant, by=here.resident, now=here.now
    )
    actions.save_draft(draft.pk, answers, step="money", by=here.resident, now=here.now)
    return draft


def changed_fields(version):
    """One question gone, one with other answers, a new one."""
    fields = [dict(row) for row in version.content["fields"] if row["key"] != "property"]
    for row in fields:
        if row["key"] == "main_reason":
            row["options"] = [o for o in row["options"] if o["value"] != "study"]
    new = {
        "key": "rent", "label": {"zh": "每月房租", "en": "Monthly rent"}, "type": "money", "required": True,
        "min": 0, "max": 9999, "page": "money",
    }  # fmt: skip
    return [*fields[:2], new, *fields[2:]]


def test_an_open_draft_says_what_changed_and_goes_on_with_what_still_fits(here, phone):
    draft = begun(here, burden="none", monthly_income="800", property="无", main_reason="study")
    new = replace(here.version, fields=changed_fields(here.version))
    for name, args in (("draft", []), ("draft-page", ["money"]), ("draft-check", [])):
        page = phone.get(reverse(f"servicehall:{name}", args=[draft.pk, *args]))
        assert page.url == reverse("servicehall:draft-moved", args=[draft.pk])
    page = phone.get(page.url)
    shown = page.content.decode()
    assert "新增要填：每月房租" in shown
    assert set(page.context["lost"]) == {"家里有哪些房、车、存款", "主要困难是什么"}
    assert "去掉的问题" in shown
    phone.post(reverse("servicehall:draft-moved", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.version == new
    assert json.loads(draft.answers) == {"burden": "none", "monthly_income": "800"}
    assert phone.get(reverse("servicehall:draft", args=[draft.pk])).url.endswith("/pages/known/")


def test_starting_again_leads_to_the_draft_that_is_there(here, phone):
    draft = begun(here, monthly_income="800")
    replace(here.version)
    phone.post(reverse("servicehall:start", args=[DIBAO]))
    assert Draft.objects.get() == draft


def test_two_drafts_of_both_versions_become_one(here):
    old = begun(here, monthly_income="800", explain="旧")
    new = replace(here.version)
    newer = actions.start_draft(new, applicant=here.applicant, by=here.resident, now=here.now)
    actions.save_draft(newer.pk, {"explain": "新"}, step="reason", by=here.resident, now=here.now)
    Upload.objects.create(
        draft=newer, field="gone", title="x", kind="jpg", size=1, sha256="0", stored_as="a",
        uploaded_by_id=here.resident.user_id, uploaded_at=here.now,
    )  # fmt: skip
    moved = actions.move_draft(old.pk, by=here.resident, now=here.now)
    assert Draft.objects.get() == moved == old
    assert json.loads(moved.answers or "") == {"monthly_income": "800", "explain": "新"}
    assert not Upload.objects.exists()  # the new version asks for no file
    assert actions.move_draft(old.pk, by=here.resident, now=here.now).version == new


def test_a_draft_of_an_item_that_is_no_longer_offered_says_so(here, phone):
    draft = begun(here)
    ItemVersion.objects.update(valid_to=timezone.localdate())
    page = phone.get(reverse("servicehall:draft-moved", args=[draft.pk]))
    assert "这个事项已经停办" in page.content.decode()
    with pytest.raises(NotAllowed, match="item_retired"):
        actions.move_draft(draft.pk, by=here.resident, now=here.now)


def test_a_case_stays_with_the_version_under_which_it_was_filed(here):
    case = here.filed()
    replace(here.version, fields=[])
    assert Case.objects.get(pk=case.pk).version == here.version


# --- conditions on the pages of a filing ---------------------------------------------------------------


@pytest.fixture
def follows(here):
    """The question after the income is asked only of those below 1,000 yuan, on the same page."""
    fields = [dict(row) for row in here.version.content["fields"]]
    fields[2]["condition"] = {"field": "monthly_income", "op": "<", "value": "1000"}
    ItemVersion.objects.filter(pk=here.version.pk).update(
        content={**here.version.content, "fields": fields}
    )


def test_a_question_that_an_answer_on_its_page_takes_away_is_neither_demanded_nor_filed(
    here, phone, follows
):
    draft = begun(here, burden="none")
    url = reverse("servicehall:draft-page", args=[draft.pk, "money"])
    page = phone.get(url).content.decode()
    assert "data-when=" in page
    assert "catalogue/when.js" in page
    assert phone.post(url, {"monthly_income": "900"}).status_code == 422
    assert phone.post(url, {"monthly_income": "900", "property": "无"}).status_code == 302
    assert phone.post(url, {"monthly_income": "1,500"}).status_code == 302
    case = here.filed(answers={"monthly_income": "1500", "property": "无"})
    assert "property" not in json.loads(case.answers)


def test_an_address_is_a_community_of_the_tree_and_the_rest(here, phone):
    fields = [dict(row) for row in here.version.content["fields"]]
    fields[2] |= {"type": "address", "max": None, "required": True}
    ItemVersion.objects.update(content={**here.version.content, "fields": fields})
    draft = begun(here, burden="none")
    url = reverse("servicehall:draft-page", args=[draft.pk, "money"])
    code = here.community.code
    given = {"monthly_income": "1", "property__place": code, "property": "3号楼2单元201"}
    assert phone.post(url, given | {"property__place": "9"}).status_code == 422
    assert phone.post(url, given).status_code == 302
    draft.refresh_from_db()
    kept = json.loads(draft.answers)["property"]
    assert kept.endswith(f"{here.community.name} 3号楼2单元201")
    page = phone.get(url).content.decode()
    assert re.search(rf'<option value="{code}" selected', page)
    assert 'value="3号楼2单元201"' in page


# --- before it is published ----------------------------------------------------------------------------


def test_the_preview_of_a_draft_asks_nothing_that_only_a_published_item_can_answer(
    here, client_for
):
    desk, expected = client_for(staff(Role.DISTRICT_OFFICE)), "aftercare:expected"
    preview = reverse("servicehall:item-preview", args=[DIBAO])
    assert reverse(expected, args=[DIBAO]) in desk.get(preview).content.decode()
    ItemVersion.objects.filter(pk=here.version.pk).update(state="draft")
    shown = desk.get(preview)
    assert shown.context["is_preview"]
    assert reverse(expected, args=[DIBAO]) not in shown.content.decode()


def test_an_official_walks_through_the_form_before_anybody_else_and_leaves_no_trace(
    here, client_for
):
    desk = client_for(staff(Role.DISTRICT_OFFICE))
    guide = desk.get(reverse("servicehall:item-preview", args=[DIBAO]))
    assert "谁可以办" in guide.content.decode()
    answers = {
        "situation": {"burden": "illness"},
        "household": {"members": "00000000-0000-0000-0000-000000000001"},
        "money": {"monthly_income": "800", "property": "无"},
        "reason": {"main_reason": "illness"},
        "agree": {"relative_on_staff": "no", "check_consent": "yes", "declaration": "yes"},
        "bank": {"bank_account": "6222020602000000128"},
    }
    page = desk.get(reverse("servicehall:item-try", args=[DIBAO]), follow=True)
    for key, given in answers.items():
        url = page.redirect_chain[-1][0]
        assert key in url
        assert desk.post(url, {}).status_code == 422
        page = desk.post(url, given, follow=True)
    shown = page.content.decode()
    assert "这样填就能提交" in shown
    assert "病历或诊断证明" in shown
    assert "残疾人证" not in shown
    assert not Draft.objects.exists()


# --- the twenty certificates ---------------------------------------------------------------------------


@pytest.fixture
def certificates(here):
    load_catalogue()
    return item_version("W7-02")


def test_a_certificate_of_the_list_is_refused_at_search_at_the_start_and_in_the_form(
    here, phone, certificates
):
    words = "开无犯罪记录证明"
    found = phone.get(reverse("servicehall:search"), {"q": words}).content.decode()
    assert "社区不能开“无犯罪记录证明”" in found
    page = phone.get(reverse("servicehall:item", args=["W7-02"]), {"q": words})
    assert "您找的证明社区不能开" in page.content.decode()
    sent = phone.post(reverse("servicehall:start", args=["W7-02"]), {"words": words}, follow=True)
    assert "请去：" in sent.content.decode()
    assert not Draft.objects.exists()
    phone.post(reverse("servicehall:start", args=["W7-02"]), {"words": "开居住证明"})
    draft = Draft.objects.get()
    url = reverse("servicehall:draft-page", args=[draft.pk, "use"])
    given = {"what": "other", "for_whom": "单位", "use": "入职", "detail": "证明本人无犯罪记录证明"}
    refused = phone.post(url, given)
    assert refused.status_code == 422
    assert "公安" in refused.content.decode()
    assert phone.post(url, given | {"detail": "2019年起住在这里"}).status_code == 302


def test_a_joint_form_is_no_way_round_the_list(here, certificates, client_for):
    Bundle.objects.create(
        code="living", number=1, state="published", valid_from=timezone.localdate(),
        name={"zh": "居住一件事"}, short={"zh": "居住"}, items=["W7-02", "W7-03"], basis="规定",
    )  # fmt: skip
    desk = client_for(here.clerk)
    url = reverse("servicehall:bundle-for", args=[here.applicant.pk, "living"])
    chosen = {"items": ["W7-02", "W7-03"]}
    sent = desk.post(url, chosen | {"words": "开无犯罪记录证明"})
    assert sent["Location"].startswith(reverse("servicehall:search"))
    assert not Draft.objects.exists()
    assert desk.post(url, chosen).status_code == 302
    family = CaseFamily.objects.get()
    page = reverse("servicehall:family-page", args=[family.pk, "0-use"])
    given = {"what": "other", "for_whom": "单位", "use": "入职", "detail": "证明本人无犯罪记录证明"}
    refused = desk.post(page, given)
    assert refused.status_code == 422
    assert "公安" in refused.content.decode()


def test_the_item_that_the_list_itself_names_may_be_started(here, phone, certificates):
    phone.post(reverse("servicehall:start", args=["W7-03"]), {"words": "亲属关系证明"})
    assert Draft.objects.get().version.item_id == "W7-03"


def test_the_counter_hears_it_while_it_looks_for_the_item(here, certificates, client_for):
    url = reverse("servicehall:for-person", args=[here.applicant.pk])
    page = client_for(here.clerk).get(url, {"q": "亲属关系证明"})
    assert "社区不能开“亲属关系证明”" in page.content.decode()

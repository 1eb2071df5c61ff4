"""One question a page: what is known is not asked, what is typed is not lost, what is filed is filed once."""

import json
import uuid
from copy import deepcopy

import pytest
from django.urls import reverse

from community.governance.enums import Role
from notifications.models import Message
from residents.base.models import Person
from servicehall.cases.actions.files import attach, remove
from servicehall.cases.actions.filing import discard_draft
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, Draft, Upload
from servicehall.catalogue import answering
from servicehall.catalogue.enums import Channel
from tests.factories.governance import staff
from tests.factories.residents import PersonFactory, SourceSystemFactory, household
from tests.factories.servicehall import ALLOWANCE, DIBAO, hall, item_version
from tests.servicehall.filing_steps import fill, page_url, photo, start, submit
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    SourceSystemFactory()
    return hall(ALLOWANCE)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def phone(here, client_for):
    return client_for(here.resident)


def check_url(draft):
    return reverse("servicehall:draft-check", args=[draft.pk])


def answers(draft):
    draft.refresh_from_db()
    return answering.load_answers(draft.answers or "{}")


def body(response):
    return response.content.decode()


# --- the way through ----------------------------------------------------------------------------


def test_an_elder_files_page_by_page_and_gets_a_receipt_with_number_and_code(here, phone):
    draft = start(phone)
    fill(phone, draft)
    case = submit(phone, draft)

    assert (case.state, case.channel) == (CaseState.SUBMITTED, Channel.ONLINE)
    assert case.station == here.station
    given = answering.load_answers(case.answers)
    assert given["living"] == "alone"
    assert given["contact"] == "李明 13800005678"
    assert case.contact_phone == here.applicant.phone
    assert {u.field for u in case.uploads.all()} == {"photo", "id_photo"}
    receipt = body(phone.get(reverse("servicehall:receipt", args=[case.pk])))
    assert case.query_code in receipt
    assert f"{case.number[:4]} {case.number[4:8]} {case.number[8:12]}" in receipt
    assert Message.objects.filter(about=f"case:{case.pk}").exists()


def test_the_first_page_shows_what_the_base_knows_and_hides_the_numbers(here, phone):
    page = body(phone.get(page_url(start(phone), "known")))

    assert here.applicant.full_name in page
    assert "来源：" in page
    assert reverse("rights:correct", args=["full_name"]) in page
    assert here.applicant.id_number not in page
    assert here.applicant.phone not in page


def test_a_known_bank_card_is_offered_masked_and_filed_whole(here, phone):
    here.applicant.bank_card = "6217000010001234569"
    here.applicant.save()
    draft = start(phone)

    page = body(phone.get(page_url(draft, "bank")))
    assert "**** 4569" in page
    assert "6217000010001234569" not in page
    phone.post(page_url(draft, "bank"), {"bank_account__known": "on", "bank_holder": "yes"})

    assert answers(draft)["bank_account"] == "6217000010001234569"
    assert "6217000010001234569" not in body(phone.get(check_url(draft)))


def test_another_card_can_be_typed_instead_of_the_known_one(here, phone):
    here.applicant.bank_card = "6217000010001234569"
    here.applicant.save()
    draft = start(phone)

    phone.post(
        page_url(draft, "bank"),
        {"bank_account__known": "on", "bank_account": "6222020602000000128", "bank_holder": "yes"},
    )

    assert answers(draft)["bank_account"] == "6222020602000000128"


def test_with_neither_the_known_card_nor_another_the_page_asks_again(here, phone):
    here.applicant.bank_card = "6217000010001234569"
    here.applicant.save()
    draft = start(phone)

    answer = phone.post(page_url(draft, "bank"), {"bank_holder": "yes"})

    assert answer.status_code == 422


def test_a_card_with_a_wrong_digit_comes_back_and_is_not_filed(here, phone):
    draft = start(phone)

    answer = phone.post(
        page_url(draft, "bank"), {"bank_account": "6222020602000000123", "bank_holder": "yes"}
    )

    assert answer.status_code == 422
    assert "有一位不对" in body(answer)
    assert "6222020602000000123" in body(answer)


def test_a_card_typed_in_groups_and_full_width_is_kept_in_digits(here, phone):
    draft = start(phone)

    answer = phone.post(
        page_url(draft, "bank"),
        {"bank_account": "６２２２ ０２０６ ０２００ ００００ １２８", "bank_holder": "yes"},
    )

    assert answer.status_code == 302
    assert answers(draft)["bank_account"] == "6222020602000000128"


def test_leaving_half_way_and_coming_back_elsewhere_goes_on_at_the_same_page(
    here, phone, client_for
):
    draft = start(phone)
    fill(phone, draft, upto="bank")

    elsewhere = client_for(here.resident)
    resumed = elsewhere.get(reverse("servicehall:draft", args=[draft.pk]))

    assert resumed["Location"] == page_url(draft, "money")
    for page in (reverse("home"), reverse("servicehall:my-cases")):
        assert reverse("servicehall:draft", args=[draft.pk]) in body(elsewhere.get(page))
    again = start(elsewhere)
    assert again.pk == draft.pk
    assert 'value="6222020602000000128"' in body(elsewhere.get(page_url(draft, "bank")))


def test_going_back_keeps_what_was_typed_even_if_it_is_not_right_yet(phone):
    draft = start(phone)

    answer = phone.post(
        page_url(draft, "who"),
        {"contact__name": "李明", "contact__phone": "123", "way": "back"},
    )

    assert answer["Location"] == page_url(draft, "home")
    page = body(phone.get(page_url(draft, "who")))
    assert 'value="李明"' in page
    assert 'value="123"' in page


def test_saving_for_later_needs_nothing_to_be_complete(phone):
    draft = start(phone)

    answer = phone.post(page_url(draft, "bank"), {"bank_account": "62", "way": "later"})

    assert answer["Location"] == reverse("servicehall:my-cases")
    assert answers(draft)["bank_account"] == "62"


def test_autosave_keeps_half_a_thought_and_says_when(phone):
    draft = start(phone)

    answer = phone.post(
        reverse("servicehall:draft-autosave", args=[draft.pk, "bank"]), {"bank_account": "6222"}
    )

    assert "已保存" in body(answer)
    assert answers(draft) == {"bank_account": "6222", "bank_holder": None} | {
        key: value
        for key, value in answers(draft).items()
        if key not in {"bank_account", "bank_holder"}
    }


def test_a_wrong_answer_comes_back_with_a_summary_on_top_and_the_input_kept(phone):
    draft = start(phone)

    answer = phone.post(page_url(draft, "who"), {"contact__name": "李明", "contact__phone": "12"})

    page = body(answer)
    assert answer.status_code == 422
    assert page.index('class="errors"') < page.index("<h1")
    assert "11位手机号" in page
    assert 'href="#id_contact__phone"' in page
    assert 'value="12"' in page


def test_a_consent_that_is_refused_cannot_be_passed(phone):
    draft = start(phone)

    answer = phone.post(page_url(draft, "agree"), {"declaration": "no"})

    assert answer.status_code == 422
    assert "不能提交申请" in body(answer)


def test_numbers_may_be_typed_with_commas_and_full_width_digits(here, client_for):
    item_version(DIBAO)
    phone = client_for(here.resident)
    draft = start(phone, DIBAO)
    key = next(q["key"] for q in draft.version.questions if q["type"] == "money")
    page = next(q["page"] for q in draft.version.questions if q["key"] == key)

    phone.post(page_url(draft, page), {key: "１，２００.5 ", "way": "later"})

    assert answers(draft)[key] == "1200.5"


# --- the check page -----------------------------------------------------------------------------


def test_the_check_page_shows_every_answer_its_source_and_a_way_to_change_it(here, phone):
    draft = start(phone)
    fill(phone, draft)

    page = body(phone.get(check_url(draft)))

    for shown in ("一个人住", "李明 13800005678", "证件.jpg", "本人填写", "来源："):
        assert shown in page
    for key in ("known", "photo", "bank", "home", "agree"):
        assert f"{page_url(draft, key)}?to=check" in page


def test_a_correction_leads_back_to_the_check_page(phone):
    draft = start(phone)
    fill(phone, draft)

    answer = phone.post(page_url(draft, "home") + "?to=check", {"living": "couple"})

    assert answer["Location"] == check_url(draft)
    assert "和老伴" in body(phone.get(check_url(draft)))


def test_submitting_too_early_names_every_gap_with_a_link_to_its_page(phone):
    draft = start(phone)
    fill(phone, draft, upto="paper")

    answer = phone.post(check_url(draft))

    page = body(answer)
    assert answer.status_code == 422
    for key in ("bank", "money", "home", "agree"):
        assert f'href="#page-{key}"' in page
        assert f'id="page-{key}"' in page
    assert not Case.objects.exists()


def test_pressing_submit_twice_gives_one_case(phone):
    draft = start(phone)
    fill(phone, draft)

    first, second = phone.post(check_url(draft)), phone.post(check_url(draft))

    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_the_back_button_after_submitting_leads_to_the_receipt(phone):
    draft = start(phone)
    fill(phone, draft)
    case = submit(phone, draft)

    for url in (
        page_url(draft, "home"),
        check_url(draft),
        reverse("servicehall:draft", args=[draft.pk]),
    ):
        assert phone.get(url)["Location"] == reverse("servicehall:receipt", args=[case.pk])


def test_answers_to_questions_that_the_item_does_not_ask_are_not_kept(phone):
    draft = start(phone)
    fill(phone, draft)
    phone.post(
        page_url(draft, "home"),
        {"living": "alone", "income": "0", "state": "completed", "bank_account": "1"},
    )

    case = submit(phone, draft)

    given = answering.load_answers(case.answers)
    assert set(given) <= {q["key"] for q in case.version.questions}
    assert given["bank_account"] == "6222020602000000128"
    assert case.state == CaseState.SUBMITTED


def test_a_choice_that_is_not_offered_is_refused_and_not_kept(phone):
    draft = start(phone)

    answer = phone.post(page_url(draft, "home"), {"living": "palace"})

    assert answer.status_code == 422
    assert "palace" not in json.dumps(answers(draft))


# --- situations and households ------------------------------------------------------------------


def test_the_situation_comes_first_and_decides_the_pages_that_follow(here, client_for):
    item_version("W1-02")
    phone = client_for(here.resident)
    draft = start(phone, "W1-02")

    answer = phone.post(page_url(draft, "known"), {"contact_phone__known": "on"})

    assert answer["Location"] == page_url(draft, "situation")
    assert phone.post(page_url(draft, "situation"), {}).status_code == 422
    answer = phone.post(page_url(draft, "situation"), {"burden": "none"})
    assert answer["Location"] == page_url(draft, "household")


def test_the_members_of_the_household_are_offered_and_no_stranger_is_taken(here, client_for):
    item_version("W1-02")
    son = PersonFactory(full_name="王小明", community=here.community)
    household(here.applicant, son=son)
    stranger = PersonFactory(full_name="外人", community=here.community)
    phone = client_for(here.resident)
    draft = start(phone, "W1-02")

    page = body(phone.get(page_url(draft, "household")))
    assert "王小明（子）" in page
    assert "（本人）" in page
    assert "外人" not in page
    forged = phone.post(page_url(draft, "household"), {"members": [str(stranger.pk)]})
    assert forged.status_code == 422
    assert not answers(draft).get("members")

    phone.post(page_url(draft, "household"), {"members": [str(son.pk)]})
    assert answers(draft)["members"] == [str(son.pk)]
    assert "王小明（子）" in body(phone.get(check_url(draft)))


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_kept_encrypted_under_a_name_that_tells_nothing(phone, settings):
    draft = start(phone)
    phone.post(page_url(draft, "photo"), {"photo": photo("陈桂芝的照片.jpg")})

    upload = Upload.objects.get(draft=draft)
    stored = settings.UPLOAD_DIR / upload.stored_as
    assert stored.stat().st_mode & 0o077 == 0
    assert b"JFIF" not in stored.read_bytes()
    assert "陈" not in upload.stored_as
    assert upload.title == "陈桂芝的照片.jpg"


def test_a_file_that_is_not_taken_says_what_to_do_instead(phone, settings):
    draft = start(phone)
    page = photo("旅游.heic")
    assert page.file is not None
    page.file.seek(0)
    page.file.write(b"\x00\x00\x00\x18ftypheic")
    page.file.seek(0)

    answer = phone.post(page_url(draft, "photo"), {"photo": page})

    assert answer.status_code == 422
    assert "HEIC" in body(answer)
    assert not Upload.objects.exists()


def test_htmx_takes_a_photo_at_once_and_shows_it_in_its_box(phone):
    draft = start(phone)
    url = reverse("servicehall:draft-attach", args=[draft.pk, "photo"])

    answer = phone.post(url, {"photo": photo()}, headers={"HX-Request": "true"})

    assert "已收到" in body(answer)
    assert "<html" not in body(answer)
    again = phone.post(url, {"photo": photo()}, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert Upload.objects.count() == 1


@sweeps(attach, remove)
def test_a_removed_file_is_gone_from_the_disk_too(phone, settings):
    draft = start(phone)
    phone.post(page_url(draft, "photo"), {"photo": photo()})
    upload = Upload.objects.get()
    stored = settings.UPLOAD_DIR / upload.stored_as

    answer = phone.post(reverse("servicehall:draft-remove", args=[draft.pk, upload.pk]))

    assert answer["Location"] == page_url(draft, "photo")
    assert not Upload.objects.exists()
    assert not stored.exists()


@sweeps(discard_draft)
def test_a_discarded_draft_takes_its_files_with_it(phone, settings):
    draft = start(phone)
    phone.post(page_url(draft, "photo"), {"photo": photo()})
    stored = settings.UPLOAD_DIR / Upload.objects.get().stored_as

    phone.post(reverse("servicehall:draft-discard", args=[draft.pk]))

    assert not Draft.objects.exists()
    assert not stored.exists()


def test_a_field_that_asks_for_no_file_takes_none(phone):
    draft = start(phone)

    for field in ("living", "nothing"):
        url = reverse("servicehall:draft-attach", args=[draft.pk, field])
        assert phone.post(url, {field: photo()}).status_code == 404
    assert not Upload.objects.exists()


# --- who may ------------------------------------------------------------------------------------


def test_nobody_sees_the_draft_of_another(here, phone, client_for):
    draft = start(phone)
    other = client_for(PersonFactory(account=True).account)

    for url in (
        reverse("servicehall:draft", args=[draft.pk]),
        page_url(draft, "known"),
        check_url(draft),
    ):
        assert other.get(url).status_code == 404
    assert other.post(page_url(draft, "home"), {"living": "alone"}).status_code == 404
    assert other.post(check_url(draft)).status_code == 404
    assert other.post(reverse("servicehall:draft-discard", args=[draft.pk])).status_code == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, here):
    answer = client.post(reverse("servicehall:start", args=[ALLOWANCE]))

    assert answer.status_code == 302
    assert reverse("accounts:sign-in") in answer["Location"]


def test_an_account_without_a_person_in_the_base_is_sent_to_the_station(here, client_for):
    account = here.applicant.account
    Person.objects.filter(pk=here.applicant.pk).update(account=None)

    answer = client_for(account).post(reverse("servicehall:start", args=[ALLOWANCE]), follow=True)

    assert "服务站" in body(answer)
    assert not Draft.objects.exists()


def test_unknown_items_and_pages_are_not_found(phone):
    draft = start(phone)

    assert phone.post(reverse("servicehall:start", args=["W9-99"])).status_code == 404
    assert phone.get(page_url(draft, "nonsense")).status_code == 404
    assert phone.get(reverse("servicehall:draft", args=[uuid.uuid4()])).status_code == 404


# --- at the counter -----------------------------------------------------------------------------


def test_a_clerk_files_for_the_person_who_stands_there(here, client_for):
    desk = client_for(here.clerk)
    answer = desk.post(
        reverse("servicehall:start-for", args=[ALLOWANCE]), {"person": str(here.applicant.pk)}
    )
    draft = Draft.objects.get()
    assert answer["Location"] == reverse("servicehall:draft", args=[draft.pk])

    page = body(desk.get(page_url(draft, "known")))
    assert 'data-face="counter"' in page
    assert here.applicant.full_name in page
    for key, given in (
        ("known", {"contact_phone__known": "on"}),
        ("photo", {}),  # papers are shown at the counter, not uploaded
        ("paper", {}),
        ("bank", {"bank_account": "6222020602000000128", "bank_holder": "yes"}),
        ("money", {"other_allowance": "no"}),
        ("home", {"living": "alone"}),
        ("who", {}),
        ("agree", {"declaration": "yes"}),
    ):
        assert desk.post(page_url(draft, key), given).status_code == 302, key
    assert "窗口代填" in body(desk.get(check_url(draft)))
    answer = desk.post(check_url(draft))

    case = Case.objects.get()
    assert case.channel == Channel.COUNTER
    assert answer["Location"] == reverse("servicehall:case", args=[case.pk])


def test_somebody_without_a_telephone_is_served_at_the_counter(here, phone, client_for):
    Person.objects.filter(pk=here.applicant.pk).update(phone=None, phone_index=None)
    desk = client_for(here.clerk)
    desk.post(
        reverse("servicehall:start-for", args=[ALLOWANCE]), {"person": str(here.applicant.pk)}
    )
    at_counter = Draft.objects.get()

    assert desk.post(page_url(at_counter, "known"), {"contact_phone": ""}).status_code == 302
    online = start(phone)
    assert phone.post(page_url(online, "known"), {"contact_phone": ""}).status_code == 422


def test_a_clerk_cannot_file_for_somebody_of_another_community(here, client_for):
    stranger = PersonFactory()
    url = reverse("servicehall:start-for", args=[ALLOWANCE])

    assert client_for(here.clerk).post(url, {"person": str(stranger.pk)}).status_code == 404
    assert client_for(here.clerk).post(url, {"person": "nonsense"}).status_code == 404


def test_a_post_without_the_counter_may_not_file_for_others(here, client_for):
    leader = staff(Role.LEADER)
    url = reverse("servicehall:start-for", args=[ALLOWANCE])

    answer = client_for(leader).post(url, {"person": str(here.applicant.pk)})

    assert answer.status_code == 403


# --- how much it costs --------------------------------------------------------------------------


def test_the_pages_of_a_filing_ask_a_handful_of_questions(here, phone, count_queries):
    household(here.applicant, spouse=PersonFactory(community=here.community))
    draft = start(phone)
    fill(phone, draft)

    for key in ("known", "photo", "bank", "home"):
        assert count_queries(lambda: phone.get(page_url(draft, key))) <= 10, key  # noqa: B023
    assert count_queries(lambda: phone.get(check_url(draft))) <= 10
    case = submit(phone, draft)
    assert count_queries(lambda: phone.get(reverse("servicehall:receipt", args=[case.pk]))) <= 10


def test_the_same_matter_under_way_is_said_before_it_is_filed_again(phone):
    first = start(phone)
    fill(phone, first)
    submit(phone, first)
    page = phone.get(page_url(start(phone), "known")).content.decode()
    assert "同样的申请正在办理" in page

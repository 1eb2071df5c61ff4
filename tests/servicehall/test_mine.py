"""我的办件: where it stands, what was asked, how it ended, what I thought of it."""

from copy import deepcopy
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import formats, timezone

from accounts.models import AuditEntry
from common.errors import Invalid
from servicehall.cases import actions
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, Rating, Upload
from servicehall.catalogue import answering
from servicehall.catalogue.models import RatingQuestions
from tests.factories.governance import resident_scope
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import ALLOWANCE, file_case, hall
from tests.servicehall.filing_steps import photo

pytestmark = pytest.mark.django_db

ASKED = [
    {"key": "photo", "title": "老人的近期照片", "what": "照片太暗，请重拍。"},
    {"key": "bank_account", "title": "领款银行卡号", "what": "户名不一致，请换本人的卡。"},
    {"key": "household_register", "title": "户口簿", "what": "缺户主页。"},
    {"key": "", "title": "", "what": "请写明和谁一起住。"},
]


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(ALLOWANCE)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def phone(here, client_for):
    return client_for(here.resident)


def case_url(case, name="my-case"):
    return reverse(f"servicehall:{name}", args=[case.pk])


def body(response):
    return response.content.decode()


def returned(here):
    """Accepted, then asked once for everything that is missing."""
    case = here.accepted()
    return actions.ask_supplement(case.pk, items=ASKED, by=here.clerk, now=here.now)


def reload(case):
    return Case.objects.get(pk=case.pk)


# --- the list and the timeline ------------------------------------------------------------------


def test_the_list_shows_own_cases_and_nobody_elses(here, phone):
    mine = here.filed()
    other = file_case(
        here.version,
        (neighbour := PersonFactory(community=here.community, account=True)),
        by=resident_scope(neighbour.account),
    )

    page = body(phone.get(reverse("servicehall:my-cases")))

    assert case_url(mine) in page
    assert case_url(other) not in page


def test_an_empty_list_says_what_to_do(phone):
    page = body(phone.get(reverse("servicehall:my-cases")))

    assert "还没有办件" in page


def test_the_timeline_tells_who_has_it_what_is_next_and_by_when(here, phone):
    case = here.accepted()

    response = phone.get(case_url(case))
    entries = response.context["entries"]

    assert [(e.title, e.state) for e in entries] == [
        ("申请已提交", "done"),
        ("已受理", "done"),
        ("社区核查", "now"),
        ("街道初审", "next"),
        ("区级审定", "next"),
        ("出结果", "next"),
    ]
    now = entries[2]
    assert (now.who, now.due) == (here.station.name, case.act_by_on)
    assert entries[-1].due == case.promised_due_on
    assert [e.who for e in entries[3:5]] == [here.street_office.name, here.department.name]


def test_a_step_that_waits_for_a_supplement_stays_in_sight_with_its_stopped_clock(here, phone):
    case = here.accepted()
    case = actions.ask_supplement(case.pk, items=ASKED[:1], by=here.director, now=here.now)

    entries = phone.get(case_url(case)).context["entries"]

    present = [(str(e.title), e.state, e.who) for e in entries if e.state in {"now", "paused"}]
    assert present == [("等您补正", "now", "您"), ("社区核查", "paused", here.station.name)]
    since = formats.date_format(timezone.localdate(here.now), "DATE_FORMAT")
    assert next(e.note for e in entries if e.state == "paused") == (
        f"计时从{since}起暂停，原因：等待补正材料；补正以后接着计时。"
    )
    assert [str(e.title) for e in entries if e.state == "next"] == [
        "街道初审",
        "区级审定",
        "出结果",
    ]


def test_before_acceptance_no_step_and_no_clock_stand_still(here, phone):
    case = actions.ask_supplement(here.filed().pk, items=ASKED, by=here.clerk, now=here.now)
    assert "paused" not in {e.state for e in phone.get(case_url(case)).context["entries"]}


def test_messages_name_the_item_and_the_station_in_the_readers_language(here, phone, settings):
    here.station.name_en = "Riverside Service Station"
    here.station.save()
    case = here.filed()
    phone.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    page = body(phone.get(case_url(case)))

    assert "Riverside Service Station" in page
    assert case.version.name["en"] in page
    assert f"“{case.version.name['zh']}”" not in page


def test_the_timeline_names_bodies_and_no_member_of_staff(here, phone):
    case = here.at_district()

    page = body(phone.get(case_url(case)))

    assert "街道初审完成" in page
    for scope in (here.clerk, here.director, here.official):
        assert scope.post_label not in page


def test_what_goes_on_inside_is_not_told(here, phone):
    case = here.accepted(now=here.now)
    case = actions.forward(case.pk, by=here.director, now=here.now, opinion="内部意见甲")
    case = actions.send_back(case.pk, by=here.official, now=here.now, reason="内部意见乙")

    page = body(phone.get(case_url(case)))

    assert "内部意见" not in page
    assert "退回" not in page


def test_a_due_day_in_a_year_without_its_calendar_is_marked_provisional(client_for):
    here = hall(ALLOWANCE, now=datetime(2026, 12, 28, 10, tzinfo=timezone.get_default_timezone()))
    case = here.accepted()
    assert case.promised_due_on is not None
    assert case.promised_due_on > date(2027, 1, 1)

    page = body(client_for(here.resident).get(case_url(case)))

    assert "暂定日期" in page


def test_the_page_of_another_is_not_found(here, client_for):
    case = here.filed()
    other = client_for(PersonFactory(account=True).account)

    for name in ("my-case", "receipt", "my-case-answer", "my-case-rate"):
        assert other.get(case_url(case, name)).status_code == 404, name
    assert other.post(case_url(case, "my-case-withdraw")).status_code == 404
    assert reload(case).state == CaseState.SUBMITTED


def test_staff_have_a_page_of_their_own(here, client_for):
    assert client_for(here.clerk).get(case_url(here.filed())).status_code == 403


def test_the_messages_about_the_case_stand_on_its_page(here, phone):
    case = here.accepted()

    told = [text for text, _at in phone.get(case_url(case)).context["told"]]

    assert any("已受理" in text for text in told)


def test_pages_cost_the_same_with_twice_the_rows(here, phone, count_queries):
    def ask(url):
        return count_queries(lambda: phone.get(url))

    case = here.at_district()
    list_url = reverse("servicehall:my-cases")
    few = ask(list_url)
    for n in range(4):
        here.filed(now=here.now + timedelta(minutes=n))
    assert ask(list_url) == few <= 10
    assert ask(case_url(case)) <= 10
    assert ask(case_url(returned_again(here), "my-case-answer")) <= 10


def returned_again(here):
    case = here.filed(now=here.now + timedelta(hours=1))
    return actions.ask_supplement(case.pk, items=ASKED, by=here.clerk, now=here.now)


# --- a supplement -------------------------------------------------------------------------------


def test_everything_missing_is_named_once_on_top_of_the_case(here, phone):
    page = body(phone.get(case_url(returned(here))))

    for item in ASKED:
        assert item["what"] in page
    assert "补正期间不计办理时间" in page
    case = Case.objects.get()
    assert case_url(case, "my-case-answer") in body(phone.get(reverse("home")))


def test_the_answer_page_asks_for_exactly_what_was_named(here, phone):
    case = returned(here)

    rows = phone.get(case_url(case, "my-case-answer")).context["rows"]

    assert [(row["key"], row["kind"]) for row in rows] == [
        ("photo", "file"),
        ("bank_account", "text"),
        ("household_register", "file"),
        ("item-4", "file"),
    ]


def test_answering_mends_the_fields_adds_the_files_and_lets_the_clock_run(here, phone):
    case = returned(here)

    answer = phone.post(
        case_url(case, "my-case-answer"),
        {
            "photo": photo("新照片.jpg"),
            "bank_account": "6222020602000000128",
            "household_register": photo("户口簿.jpg"),
            "living": "palace",
            "reply-note": "和女儿一起住",
        },
    )

    assert answer["Location"] == case_url(case)
    after = reload(case)
    given = answering.load_answers(after.answers)
    assert after.state == CaseState.IN_REVIEW or after.state == CaseState.ACCEPTED
    assert given["bank_account"] == "6222020602000000128"
    assert given["living"] != "palace"
    assert after.promised_due_on is not None
    assert {"户口簿.jpg", "新照片.jpg"} <= {upload.title for upload in after.uploads.all()}
    page = body(phone.get(case_url(case)))
    assert "您已补正" in page
    assert "和女儿一起住" in page
    assert "户口簿.jpg" in page


def test_an_answer_with_nothing_in_it_is_not_sent(here, phone):
    case = here.accepted()
    items = [{"key": "household_register", "title": "户口簿", "what": "缺户主页。"}]
    case = actions.ask_supplement(case.pk, items=items, by=here.clerk, now=here.now)

    answer = phone.post(case_url(case, "my-case-answer"), {})

    assert answer.status_code == 422
    assert reload(case).state == CaseState.SUPPLEMENT_REQUIRED


def test_a_wrong_answer_comes_back_with_the_input(here, phone):
    case = returned(here)

    answer = phone.post(
        case_url(case, "my-case-answer"), {"bank_account": "12", "reply-note": "换了卡"}
    )

    assert answer.status_code == 422
    assert 'value="12"' in body(answer)
    assert "换了卡" in body(answer)
    assert reload(case).state == CaseState.SUPPLEMENT_REQUIRED


def test_a_card_named_in_a_notice_is_checked_like_the_first_one(here):
    case = returned(here)
    given = {"bank_account": "6222020602000000123"}

    with pytest.raises(Invalid) as refusal:
        actions.answer_supplement(case.pk, answers=given, by=here.resident, now=here.now)

    assert "有一位不对" in str(refusal.value.fields["bank_account"])


def test_a_photo_taken_for_the_answer_can_be_taken_back_until_it_is_sent(here, phone):
    case = returned(here)
    url = reverse("servicehall:my-case-attach", args=[case.pk, "photo"])
    answer = phone.post(url, {"photo": photo()}, headers={"HX-Request": "true"})
    assert "已收到" in body(answer)
    upload = Upload.objects.get(case=case, stored_as__contains="/")

    phone.post(reverse("servicehall:my-case-remove", args=[case.pk, upload.pk]))

    assert not Upload.objects.filter(pk=upload.pk).exists()


def test_a_file_that_is_part_of_the_filing_stays(here, phone):
    case = returned(here)
    filed = case.uploads.order_by("id").first()

    phone.post(reverse("servicehall:my-case-remove", args=[case.pk, filed.pk]))

    assert Upload.objects.filter(pk=filed.pk).exists()


def test_files_that_nobody_asked_for_are_not_taken(here, phone):
    case = returned(here)
    url = reverse("servicehall:my-case-attach", args=[case.pk, "id_photo"])

    phone.post(url, {"id_photo": photo()})

    assert not case.uploads.filter(uploaded_at__gt=here.now, field="id_photo").exists()


def test_without_a_notice_there_is_nothing_to_answer(here, phone):
    case = here.filed()

    assert phone.get(case_url(case, "my-case-answer"))["Location"] == case_url(case)


# --- withdrawing --------------------------------------------------------------------------------


def test_a_case_can_be_withdrawn_until_it_is_decided(here, phone):
    case = here.accepted()
    assert case_url(case, "my-case-withdraw") in body(phone.get(case_url(case)))

    phone.post(case_url(case, "my-case-withdraw"), {"reason": "孩子已经办了"})

    assert reload(case).state == CaseState.WITHDRAWN
    page = body(phone.get(case_url(case)))
    assert "您已撤回" in page
    assert case_url(case, "my-case-withdraw") not in page


def test_a_decided_case_stays_decided(here, phone):
    case = here.granted()

    answer = phone.post(case_url(case, "my-case-withdraw"), follow=True)

    assert reload(case).state == CaseState.COMPLETED
    assert "状态已经变化" in body(answer)


# --- the result ---------------------------------------------------------------------------------


def test_a_refusal_gives_the_reasons_and_the_remedies(here, phone):
    case = actions.refuse(
        here.at_district().pk,
        by=here.decider,
        now=here.now + timedelta(minutes=10),
        reason="户籍不在本市。",
    )

    page = body(phone.get(case_url(case)))

    for words in ("没有办成", "户籍不在本市。", "60 天", "行政复议", "6 个月", "起诉"):
        assert words in page


def test_a_case_that_is_not_accepted_names_the_right_office(here, phone):
    case = actions.decline(
        here.filed().pk,
        by=here.clerk,
        now=here.now,
        reason="不是本窗口的事。",
        right_office="公安派出所",
    )

    page = body(phone.get(case_url(case)))

    assert "不予受理" in page
    assert "公安派出所" in page


# --- the rating ---------------------------------------------------------------------------------


def test_five_levels_in_words_the_best_first_and_none_chosen(here, phone):
    case = here.granted()

    page = body(phone.get(case_url(case)))
    words = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]

    assert [level["label"] for level in phone.get(case_url(case)).context["levels"]] == words
    assert f"{case_url(case, 'my-case-rate')}?level=1" in page
    assert not Rating.objects.exists()


def test_the_reasons_fit_the_level(here, phone):
    case = here.granted()

    good = body(phone.get(case_url(case, "my-case-rate"), {"level": 1}))
    bad = body(phone.get(case_url(case, "my-case-rate"), {"level": 5}))

    assert "一次就办好" in good
    assert "跑了好几趟" not in good
    assert "跑了好几趟" in bad


def test_what_was_filed_at_a_window_is_asked_about_the_window_and_not_about_the_website(
    here, phone
):
    online, onsite = here.granted(), here.granted(by=here.clerk, now=here.now + timedelta(hours=1))

    asked_online = body(phone.get(case_url(online, "my-case-rate"), {"level": 5}))
    asked_onsite = body(phone.get(case_url(onsite, "my-case-rate"), {"level": 5}))

    assert ("网上不好用" in asked_online, "态度不好" in asked_online) == (True, False)
    assert ("网上不好用" in asked_onsite, "态度不好" in asked_onsite) == (False, True)


def test_a_rating_keeps_the_questions_that_it_answered(here, phone):
    case = here.granted()
    phone.post(case_url(case, "my-case-rate"), {"level": 1, "reasons": ["fast"]})
    first = RatingQuestions.objects.get()
    today = timezone.localdate()
    first.valid_to = today
    first.save()
    RatingQuestions.objects.create(
        number=2, content=first.content, source=first.source, valid_from=today
    )

    assert Rating.objects.get(case=case).questions == first
    assert RatingQuestions.objects.in_force(today).get().number == 2


def test_no_program_stores_a_reason_that_was_not_asked(here):
    case = here.granted()
    with pytest.raises(Invalid):
        actions.rate(case, level=1, reasons=["hacked"], by=here.resident, now=timezone.now())


def test_a_rating_is_kept_once_and_thanked_for(here, phone):
    case = here.granted()
    url = case_url(case, "my-case-rate")

    first = phone.post(url, {"level": 2, "reasons": ["fast"], "comment": "很好"}, follow=True)
    phone.post(url, {"level": 5})

    rating = Rating.objects.get(case=case)
    assert (rating.level, rating.reasons, rating.comment) == (2, ["fast"], "很好")
    assert "谢谢" in body(first)
    assert "您已经评价" in body(phone.get(case_url(case)))


def test_a_reason_of_another_level_is_not_taken(here, phone):
    case = here.granted()

    answer = phone.post(case_url(case, "my-case-rate"), {"level": 1, "reasons": ["slow"]})

    assert answer.status_code == 422
    assert not Rating.objects.exists()


def test_an_open_case_cannot_be_rated(here, phone):
    case = here.accepted()

    phone.post(case_url(case, "my-case-rate"), {"level": 1})
    phone.get(case_url(case, "my-case-rate"), {"level": "best"})

    assert not Rating.objects.exists()


def test_the_trail_of_a_rating_does_not_tell_the_level(here, phone):
    case = here.granted()
    phone.post(case_url(case, "my-case-rate"), {"level": 5, "comment": "慢"})

    entry = AuditEntry.objects.filter(action="case.rate").get()

    assert "level" not in str(entry.detail)
    assert "慢" not in str(entry.detail)

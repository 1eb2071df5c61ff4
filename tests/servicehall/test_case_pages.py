"""The case on one screen: who may see it, what it offers, and what a refusal looks like."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from community.governance.enums import Role
from community.governance.models import Body
from servicehall.cases import actions
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, CaseEvent, ReviewStep, Supplement
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import ALLOWANCE, DIBAO, JOBLESS, hall

pytestmark = pytest.mark.django_db
IN_PERSON = {"act-receiver": "self", "act-is_signed": "on"}
HTMX = {"HX-Request": "true"}


def page_of(case):
    return reverse("servicehall:case", args=[case.pk])


def act_on(case, slug):
    return reverse("servicehall:case-act", args=[case.pk, slug])


def offered(response):
    return [act.slug for act in response.context["acts"]]


def state(case):
    return Case.objects.get(pk=case.pk).state


def test_every_opening_is_written_down_before_anything_is_shown(client_for):
    here = hall()
    case = here.filed()
    client = client_for(here.clerk)
    client.get(page_of(case))
    client.get(page_of(case))
    looks = AuditEntry.objects.filter(action="case.viewed", person_id=here.applicant.pk)
    assert looks.count() == 2
    assert looks.filter(post_id=here.clerk.post_id).count() == 2


@pytest.mark.parametrize("name", ["case", "case-why", "slip"])
def test_for_a_clerk_of_another_station_the_case_does_not_exist(client_for, name):
    here = hall()
    case = here.filed()
    stranger = client_for(staff(Role.WINDOW_CLERK, StationFactory()))
    assert stranger.get(reverse(f"servicehall:{name}", args=[case.pk])).status_code == 404
    assert stranger.post(act_on(case, "accept")).status_code == 404
    assert state(case) == CaseState.SUBMITTED
    assert not AuditEntry.objects.filter(action="case.viewed").exists()


def test_the_page_masks_numbers_and_the_bank_card(client_for):
    here = hall()
    case = here.filed()
    page = client_for(here.clerk).get(page_of(case)).content.decode()
    assert here.applicant.full_name in page
    for secret in (here.applicant.id_number, here.applicant.phone):
        assert secret not in page
    card = actions.reveal_in_case(
        case.pk, "bank_account", reason="form", by=here.clerk, now=timezone.now()
    )
    assert card
    assert card not in page


def test_a_masked_value_is_shown_once_with_a_reason_and_the_person_can_see_it(client_for):
    here = hall()
    case = here.filed()
    client = client_for(here.decider)  # a reviewer may not open the file, but holds the case
    url = reverse("servicehall:case-reveal", args=[case.pk, "id_number"])
    assert client.post(url, {}, headers=HTMX).status_code == 422
    shown = client.post(url, {"reason": "document"}, headers=HTMX).content.decode()
    assert here.applicant.id_number in shown
    entry = AuditEntry.objects.get(action="person.revealed")
    assert (entry.reason, entry.person_id) == ("document", here.applicant.pk)
    other = reverse("servicehall:case-reveal", args=[case.pk, "explain"])
    assert client.post(other, {"reason": "document"}, headers=HTMX).status_code == 422


def test_the_buttons_come_from_the_table(client_for):
    here = hall()
    case = here.filed()
    clerk = client_for(here.clerk)
    assert offered(clerk.get(page_of(case))) == ["accept", "supplement", "decline", "withdraw"]
    assert offered(client_for(here.official).get(page_of(case))) == []
    actions.accept(case.pk, by=here.clerk, now=here.now)
    director = client_for(here.director)
    acts = ["forward", "supplement", "extend", "special", "assign", "withdraw"]
    page = director.get(page_of(case))
    assert offered(page) == acts
    keys = re.findall(r'data-key="([^"]+)"', page.content.decode())
    assert sorted(set(keys)) == sorted(
        keys
    )  # who accepts, prints and reviews: each key means one thing
    assert "grant" not in offered(clerk.get(page_of(case)))


def test_the_last_step_decides_and_the_first_has_nobody_to_send_back_to(client_for):
    here = hall()
    case = here.at_district()
    decider = client_for(here.decider)
    acts = ["grant", "refuse", "send-back", "supplement", "special"]
    assert offered(decider.get(page_of(case))) == acts


def test_a_clerk_accepts_with_one_press_and_the_clock_starts(client_for):
    here = hall()
    case = here.filed()
    answer = client_for(here.clerk).post(act_on(case, "accept"), headers=HTMX)
    assert answer.status_code == 200
    assert "toast" in answer["HX-Trigger"]
    assert 'id="act"' in answer.content.decode()
    assert state(case) == CaseState.ACCEPTED
    second = client_for(here.clerk).post(act_on(case, "accept"), headers=HTMX)
    assert second.status_code == 409
    assert second["HX-Retarget"] == "#act"
    assert "状态已经变化" in second.content.decode()


def test_without_script_the_answer_is_a_redirect_and_a_refusal_the_whole_page(client_for):
    here = hall()
    case = here.filed()
    client = client_for(here.clerk)
    refused = client.post(
        act_on(case, "decline"), {"act-reason": "不归本站办", "act-right_office": ""}
    )
    assert refused.status_code == 422
    assert "不归本站办" in refused.content.decode()  # what was typed stays
    assert 'role="alert"' in refused.content.decode()
    done = client.post(
        act_on(case, "decline"), {"act-reason": "不归本站办", "act-right_office": "区医保局"}
    )
    assert done["Location"] == page_of(case)
    assert Case.objects.get(pk=case.pk).outcome_reason == "不归本站办\n区医保局"


def test_declining_suggests_the_office_that_answers_for_the_item(client_for):
    here = hall()
    form = client_for(here.clerk).get(act_on(here.filed(), "decline"), headers=HTMX)
    assert here.department.name in form.content.decode()


def test_everything_missing_is_told_at_once_and_only_once(client_for):
    here = hall(DIBAO)
    case = here.filed()
    client = client_for(here.clerk)
    url = act_on(case, "supplement")
    assert client.post(url, {}, headers=HTMX).status_code == 422
    told = {"act-m-means_authorisation": "缺一位成年人的签字", "act-f-monthly_income": "请写清楚"}
    assert client.post(url, told, headers=HTMX).status_code == 200
    notice = Supplement.objects.get(case=case)
    assert {(item["key"], item["what"]) for item in notice.items} == {
        ("means_authorisation", "缺一位成年人的签字"),
        ("monthly_income", "请写清楚"),
    }
    actions.answer_supplement(case.pk, answers={}, by=here.resident, now=here.now)
    again = client.post(url, told, headers=HTMX)
    assert again.status_code == 422
    assert "新情况" in again.content.decode()
    assert "缺一位成年人的签字" in again.content.decode()
    new = told | {"act-is_new_circumstance": "on", "act-reason": "家里昨天添了人口"}
    assert client.post(url, new, headers=HTMX).status_code == 200
    assert Supplement.objects.filter(case=case).count() == 2


def test_a_paper_that_a_file_field_delivers_is_asked_under_the_key_of_the_field(client_for):
    here = hall(ALLOWANCE)
    case = here.filed()
    client_for(here.clerk).post(act_on(case, "supplement"), {"act-m-id_card": "照片不清楚"})
    assert Supplement.objects.get(case=case).items[0]["key"] == "id_photo"


def test_the_counter_takes_the_missing_papers_for_the_person_who_stands_there(client_for):
    here = hall(DIBAO)
    case = here.filed()
    items = [
        {"key": "means_authorisation", "title": "授权书", "what": "缺签字"},
        {"key": "monthly_income", "title": "月收入", "what": "请写清楚"},
    ]
    actions.ask_supplement(case.pk, items=items, by=here.clerk, now=here.now)
    client = client_for(here.clerk)
    assert offered(client.get(page_of(case))) == ["answer", "withdraw"]
    wrong = {"act-item-1": "on", "monthly_income": "很多"}
    refused = client.post(act_on(case, "answer"), wrong, headers=HTMX)
    assert refused.status_code == 422
    assert "很多" in refused.content.decode()
    done = {"act-item-1": "on", "monthly_income": "2100"}
    assert client.post(act_on(case, "answer"), done, headers=HTMX).status_code == 200
    assert state(case) == CaseState.RESUBMITTED
    assert "窗口收到：家庭经济状况核对授权书" in client.get(page_of(case)).content.decode()


def test_what_a_clerk_records_in_english_is_read_by_everybody_in_his_own_language(
    client_for, settings
):
    here = hall(DIBAO)
    case = here.filed()
    items = [{"key": "means_authorisation", "title": "", "what": "缺签字"}]
    actions.ask_supplement(case.pk, items=items, by=here.clerk, now=here.now)
    english = client_for(here.clerk)
    english.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english.post(act_on(case, "answer"), {"act-item-1": "on"}, headers=HTMX)

    event = CaseEvent.objects.get(case=case, action="resubmit")
    title = case.version.titles["means_authorisation"]
    assert event.said == {"received": [{"key": "means_authorisation", "title": title}]}
    page = reverse("servicehall:my-case", args=[case.pk])
    assert f"窗口收到：{title}" in client_for(here.resident).get(page).content.decode()
    assert "Received at the window: Authorisation" in english.get(page_of(case)).content.decode()
    assert "Window clerk" in english.get(page_of(case)).content.decode()


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "上门送达"), ("en", "Taken to the door")]
)
def test_the_way_of_delivery_is_a_code_that_each_reads_in_his_language(
    client_for, settings, language, said
):
    here = hall()
    case = here.granted()
    clerk = client_for(here.clerk)
    sent = {"act-way": "home", "act-note": "交给本人", **IN_PERSON}
    clerk.post(act_on(case, "deliver"), sent, headers=HTMX)

    reader = client_for(here.resident)
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = reader.get(reverse("servicehall:my-case", args=[case.pk])).content.decode()
    assert said in page
    assert "交给本人" in page


def test_an_instant_item_is_finished_on_the_page(client_for):
    here = hall(JOBLESS)
    case = here.filed(by=here.clerk)
    client = client_for(here.clerk)
    assert offered(client.get(page_of(case)))[0] == "finish"
    assert client.post(act_on(case, "finish"), headers=HTMX).status_code == 200
    assert state(case) == CaseState.COMPLETED


def test_an_item_with_levels_is_not_finished_at_once(client_for):
    here = hall()
    case = here.filed()
    client = client_for(here.clerk)
    assert "finish" not in offered(client.get(page_of(case)))
    assert client.post(act_on(case, "finish"), headers=HTMX).status_code == 422
    assert state(case) == CaseState.SUBMITTED


def test_the_way_to_the_decision_and_into_the_hands(client_for):
    here = hall()
    case = here.accepted()
    for by in (here.director, here.official):
        url = act_on(case, "forward")
        assert client_for(by).post(url, {"act-opinion": " "}, headers=HTMX).status_code == 422
        assert client_for(by).post(url, {"act-opinion": "属实"}, headers=HTMX).status_code == 200
    assert client_for(here.decider).post(act_on(case, "grant"), headers=HTMX).status_code == 200
    clerk = client_for(here.clerk)
    assert offered(clerk.get(page_of(case))) == ["deliver"]
    sent = {"act-way": "counter", **IN_PERSON}
    assert clerk.post(act_on(case, "deliver"), sent, headers=HTMX).status_code == 200
    assert state(case) == CaseState.DELIVERED


def test_a_refusal_needs_its_reason(client_for):
    here = hall()
    case = here.at_district()
    decider = client_for(here.decider)
    assert decider.post(act_on(case, "refuse"), headers=HTMX).status_code == 422
    done = decider.post(act_on(case, "refuse"), {"act-reason": "收入超标"}, headers=HTMX)
    assert done.status_code == 200
    assert Case.objects.get(pk=case.pk).outcome == "refused"


def test_a_step_goes_back_with_a_reason_that_only_staff_read(client_for):
    here = hall()
    case = here.at_district()
    client = client_for(here.decider)
    client.post(act_on(case, "send-back"), {"act-reason": "请补核对报告"})
    page = client_for(here.official).get(page_of(case)).content.decode()
    assert "请补核对报告" in page
    assert Case.objects.get(pk=case.pk).handler_id == here.street_office.pk


def test_an_applicant_at_the_counter_withdraws(client_for):
    here = hall()
    case = here.accepted()
    done = client_for(here.clerk).post(
        act_on(case, "withdraw"), {"act-reason": "本人不办了"}, headers=HTMX
    )
    assert done.status_code == 200
    assert state(case) == CaseState.WITHDRAWN


@pytest.mark.parametrize("known_by", ["account", "staff_account"])
def test_kin_are_told_to_leave_the_case_to_a_colleague(client_for, known_by):
    here = hall()
    case = here.filed()
    wife = PersonFactory(community=here.community)
    household(here.applicant, spouse=wife)
    setattr(wife, f"{known_by}_id", here.clerk.user_id)
    wife.save(update_fields=[known_by])
    client = client_for(here.clerk)
    assert "请回避" in client.get(page_of(case)).content.decode()
    assert client.post(act_on(case, "accept"), headers=HTMX).status_code == 422
    assert state(case) == CaseState.SUBMITTED


def test_the_due_day_explains_itself(client_for):
    here = hall()
    case = here.accepted()
    client = client_for(here.clerk)
    text = client.get(reverse("servicehall:case-why", args=[case.pk])).content.decode()
    assert "当天不算" in text
    assert "周末休息日" in text
    assert "法定的期限同样数" in text
    days = {"clock_starts_on": date(2026, 9, 25), "promised_due_on": date(2026, 10, 20)}
    Case.objects.filter(pk=case.pk).update(**days)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = client.get(reverse("servicehall:case-why", args=[case.pk])).content.decode()
    assert "National Day" in text
    assert "国庆节" not in text


def test_each_step_says_why_it_lies_with_whom_and_until_when(client_for):
    here = hall()
    filed = here.filed()
    page = reverse("servicehall:case-why", args=[filed.pk])
    client = client_for(here.clerk)
    assert "个工作日内受理或者告知" in client.get(page).content.decode()
    Body.objects.filter(pk=here.street_office.pk).update(valid_to=timezone.localdate())
    actions.accept(filed.pk, by=here.clerk, now=here.now)
    first, last = filed.steps.order_by("sequence")
    ways = {leg.title: leg for leg in client.get(page).context["legs"]}
    _station, step, street, decider = ways.values()
    assert step.why[0] == f"{here.community.label}由{here.station.label}服务。"
    assert f"本环节限{first.limit_days}个工作日" in step.why[-1]
    assert (street.body, street.why) == ("", ["这里没有这一级的机构，跳过。"])
    assert (decider.body, decider.why[-1]) == (
        last.body.label,
        "这是最后一个环节，由它作决定。",
    )
    taker = StationFactory(place__parent=here.station.place.parent)
    ReviewStep.objects.filter(pk=first.pk).update(body=taker)
    moved = client.get(page).context["legs"][1]
    assert moved.why[0] == f"本来由{here.station.label}办，已转交{taker.label}。"


def test_the_page_costs_ten_queries_at_the_most(client_for, count_queries):
    here = hall(ALLOWANCE)
    case = here.filed()
    household(here.applicant)
    actions.ask_supplement(
        case.pk,
        items=[{"key": "id_photo", "title": "身份证", "what": "不清楚"}],
        by=here.clerk,
        now=here.now,
    )
    client = client_for(here.clerk)
    client.get(page_of(case))
    assert count_queries(lambda: client.get(page_of(case))) <= 10


@pytest.mark.parametrize("given", [{}, {"act-opinion": "情况属实。"}])
def test_a_case_of_another_line_says_why_it_is_not_ours_before_it_says_what_to_mend(
    client_for, given
):
    here = hall()
    case = here.accepted()
    other = client_for(staff(Role.STATION_DIRECTOR, here.station, lines=["W2_LABOUR"]))

    answer = other.post(act_on(case, "forward"), given, headers=HTMX)

    assert answer.status_code == 422
    assert f"本件是“{case.window.label}”的业务" in answer.content.decode()
    assert "请交给负责这项业务的同事" in answer.content.decode()
    assert CaseEvent.objects.filter(case=case, action="forward").count() == 0


def test_who_can_do_nothing_with_a_case_reads_why(client_for):
    here = hall()
    case = here.accepted()
    other = client_for(staff(Role.STATION_DIRECTOR, here.station, lines=["W2_LABOUR"]))

    assert "不归您现在的岗位办" in other.get(page_of(case)).content.decode()
    asked = other.get(act_on(case, "forward"), headers=HTMX).content.decode()
    assert "这一步现在不能由您办" in asked
    assert "<form" not in asked


def test_while_a_supplement_is_awaited_the_page_says_whom_it_waits_for(client_for):
    here = hall()
    case = here.accepted()
    case = actions.forward(case.pk, by=here.director, now=here.now, opinion="属实。")
    actions.ask_supplement(
        case.pk,
        items=[{"key": "", "title": "", "what": "缺户主页。"}],
        by=here.official,
        now=here.now,
    )
    assert "正在等申请人补正" in client_for(here.official).get(page_of(case)).content.decode()


def test_an_unknown_act_is_not_found(client_for):
    here = hall()
    assert client_for(here.clerk).post(act_on(here.filed(), "explode")).status_code == 404


def test_texts_kept_ready_for_an_outcome_come_with_the_words_of_the_case(client_for):
    here = hall()
    here.version.content["replies"] = [
        {
            "outcome": outcome,
            "name": {"zh": name, "en": name},
            "text": {"zh": f"{name}：{{姓名}}，{{编号}}，{{service}}。", "en": "{name}"},
        }
        for outcome, name in (("declined", "不在范围"), ("granted", "已通过"))
    ]
    here.version.save(update_fields=["content"])
    case = here.filed()
    page = client_for(here.clerk).get(act_on(case, "decline")).content.decode()
    text = f"不在范围：{here.applicant.full_name}，{case.number}，{here.version.name['zh']}。"
    assert f'<option value="{text}">不在范围</option>' in page
    assert "已通过" not in page
    assert 'data-fills="id_act-reason"' in page
    assert (
        "data-fills" not in client_for(here.clerk).get(act_on(case, "supplement")).content.decode()
    )

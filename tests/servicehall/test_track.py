"""查进度 without an account: two numbers from the receipt, and no more than one needs to see."""

from copy import deepcopy

import pytest
from django.urls import reverse

from common.numbers import with_check
from servicehall.cases import tracking
from servicehall.cases.models import Rating
from servicehall.cases.views import track
from tests.factories.servicehall import ALLOWANCE, hall

pytestmark = pytest.mark.django_db

FORM = reverse("servicehall:track")
PAGE = reverse("servicehall:tracked")
MISMATCH = "编号和查询码对不上"


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(ALLOWANCE)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


def ask(client, number, code):
    return client.post(FORM, {"number": number, "code": code})


def other(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def body(response):
    return response.content.decode()


def test_number_and_code_show_the_way_of_the_case(here, client):
    case = here.accepted()

    answer = ask(client, case.number, case.query_code)

    assert answer["Location"] == PAGE
    page = body(client.get(PAGE))
    for words in ("已受理", "社区核查", here.station.name, case.version.label):
        assert words in page


def test_the_page_masks_the_name_and_shows_no_answers_and_no_code(here, client):
    case = here.filed()
    ask(client, case.number, case.query_code)

    page = body(client.get(PAGE))

    assert here.applicant.full_name not in page
    assert "陈*芝" in page
    assert case.query_code not in page
    assert here.applicant.phone not in page
    assert "我填的内容" not in page


def test_numbers_may_be_typed_as_they_are_printed(here, client):
    case = here.filed()
    grouped = " ".join(case.number[i : i + 4] for i in range(0, len(case.number), 4))
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in case.query_code)

    assert ask(client, grouped, full_width)["Location"] == PAGE
    assert ask(client, case.number.replace("2026", "2026-"), case.query_code)["Location"] == PAGE


def test_a_slip_of_the_finger_is_told_before_anything_is_looked_up(here, client, monkeypatch):
    case = here.filed()
    monkeypatch.setattr(track, "_fits", lambda *_: pytest.fail("looked up"))
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)

    answer = ask(client, wrong, case.query_code)

    assert answer.status_code == 422
    assert "有一位不对" in body(answer)


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(here, client):
    case = here.filed()
    unknown = with_check("1" * 25)

    answers = [ask(client, case.number, other(case.query_code)), ask(client, unknown, "123456")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(MISMATCH in body(answer) for answer in answers)
    assert client.get(PAGE)["Location"] == FORM


def test_after_five_wrong_codes_even_the_right_one_waits(here, client):
    case = here.filed()
    for _n in range(5):
        ask(client, case.number, other(case.query_code))

    answer = ask(client, case.number, case.query_code)

    assert answer.status_code == 429
    assert client.get(PAGE)["Location"] == FORM


def test_looking_often_with_the_right_code_is_no_offence(here, client):
    case = here.filed()

    for _n in range(8):
        assert ask(client, case.number, case.query_code)["Location"] == PAGE


def test_one_address_may_ask_ten_times_a_minute(here, client, monkeypatch):
    # All in one minute and one hour, whatever the clock says during the test.
    for n in range(10):
        ask(client, with_check(f"{n}" * 25), "123456")
    case = here.filed()

    answer = ask(client, case.number, case.query_code)

    assert answer.status_code == 429
    assert "太频繁" in body(answer)


def test_the_code_on_the_receipt_prefills_the_number_only(here, client):
    case = here.filed()

    page = body(client.get(FORM, {"number": case.number, "code": case.query_code}))

    assert f'value="{case.number}"' in page
    assert f'value="{case.query_code}"' not in page


def test_the_case_is_forgotten_on_leaving(here, client):
    case = here.filed()
    ask(client, case.number, case.query_code)

    client.post(reverse("servicehall:track-leave"))

    assert client.get(PAGE)["Location"] == FORM


def test_the_case_is_forgotten_after_a_quarter_of_an_hour(here, client):
    case = here.filed()
    ask(client, case.number, case.query_code)
    session = client.session
    session[tracking.SESSION_KEY] = {
        **session[tracking.SESSION_KEY],
        "at": session[tracking.SESSION_KEY]["at"] - tracking.MINUTES_OPEN * 60 - 1,
    }
    session.save()

    assert client.get(PAGE)["Location"] == FORM


def test_a_session_that_somebody_else_prepared_does_not_see_the_case(here, client):
    case = here.filed()
    client.get(FORM)
    before = client.session.session_key

    ask(client, case.number, case.query_code)

    assert client.session.session_key != before


def test_a_finished_case_can_be_rated_there(here, client):
    case = here.granted()
    ask(client, case.number, case.query_code)
    url = reverse("servicehall:track-rate")
    assert f"{url}?level=1" in body(client.get(PAGE))

    answer = client.post(url, {"level": 1, "reasons": ["once"]})

    assert answer["Location"] == PAGE
    assert Rating.objects.get(case=case).level == 1


def test_without_the_two_numbers_nothing_can_be_rated(here, client):
    here.granted()

    client.post(reverse("servicehall:track-rate"), {"level": 1})

    assert not Rating.objects.exists()


def test_staff_cannot_rate_for_the_applicant(here, client_for):
    case = here.granted()
    desk = client_for(here.clerk)
    ask(desk, case.number, case.query_code)

    answer = desk.post(reverse("servicehall:track-rate"), {"level": 1}, follow=True)

    assert "申请人本人" in body(answer)
    assert not Rating.objects.exists()


def test_a_tracked_case_costs_a_handful_of_questions(here, client, count_queries):
    case = here.at_district()
    ask(client, case.number, case.query_code)

    assert count_queries(lambda: client.get(PAGE)) <= 10
    assert count_queries(lambda: client.get(FORM)) <= 10

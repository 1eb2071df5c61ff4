"""A letter as a page: the same words as the PDF, for those whom it concerns."""

from copy import deepcopy

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from servicehall.cases import actions as cases
from servicehall.documents.actions.looking import open_letter
from servicehall.documents.enums import LetterKind as K, LetterState
from tests.factories.documents import letter_of, lettered_hall
from tests.factories.servicehall import hall
from tests.servicehall.beside import everything_beside
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return lettered_hall()


@pytest.fixture
def place(town, db):
    return deepcopy(town)


def test_the_applicant_reads_and_keeps_his_letter(place, client_for, count_queries):
    case = place.granted()
    letter = letter_of(case, K.DECISION)
    client = client_for(place.resident)
    beside = everything_beside(client, reverse("servicehall:my-case-more", args=[case.pk]))
    url = reverse("documents:my-letter", args=[letter.pk])
    assert url in beside
    found = []
    assert count_queries(lambda: found.append(client.get(url))) <= 10
    text = found[0].content.decode()
    for said in (letter.number, place.applicant.full_name, letter.words["date"], "审批专用章"):
        assert said in text, said
    answer = client.get(reverse("documents:my-letter-pdf", args=[letter.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")


def test_who_follows_a_case_sees_its_letters_and_no_others(place, client):
    case = place.filed()
    other = letter_of(hall_letter(), K.RECEIPT)
    letter = letter_of(case, K.RECEIPT)
    url = reverse("documents:tracked-letter", args=[letter.pk])
    assert client.get(url)["Location"] == reverse("servicehall:track")
    client.post(reverse("servicehall:track"), {"number": case.number, "code": case.query_code})
    assert url in everything_beside(client, reverse("servicehall:tracked-more"))
    assert client.get(url).status_code == 200
    assert client.get(url + "pdf/").content.startswith(b"%PDF-")
    foreign = reverse("documents:tracked-letter", args=[other.pk])
    assert client.get(foreign).status_code == 404


def hall_letter():
    return lettered_hall().filed()


def test_staff_look_in_their_reach_and_leave_a_trace(place, client_for, count_queries):
    case = place.accepted()
    letter = letter_of(case, K.ACCEPTANCE)
    client = client_for(place.clerk)
    beside = everything_beside(client, reverse("servicehall:case-more", args=[case.pk]))
    url = reverse("documents:letter", args=[letter.pk])
    assert url in beside
    assert count_queries(lambda: client.get(url)) <= 10
    assert AuditEntry.objects.filter(action="letter.viewed", target_id=str(letter.pk)).exists()
    far = client_for(hall().clerk)
    assert far.get(url).status_code == 404


@sweeps(open_letter)
def test_a_mistake_is_taken_back_at_the_desk(place, client_for):
    letter = letter_of(place.accepted(), K.ACCEPTANCE)
    client = client_for(place.clerk)
    url = reverse("documents:letter-withdraw", args=[letter.pk])
    refused = client.post(url, {"reason": ""})
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode()
    answer = client.post(url, {"reason": "日期写错", "again": "on"}, follow=True)
    letter.refresh_from_db()
    assert letter.state == LetterState.REPLACED
    assert letter.replaced_by is not None
    assert letter.replaced_by.number in answer.content.decode()
    assert client.post(url, {"reason": "再一次"}).status_code == 422


def test_what_people_write_stays_text(place, client_for):
    case = place.at_district()
    cases.refuse(case.pk, by=place.decider, now=place.now, reason=HOSTILE)
    letter = letter_of(case, K.REFUSAL)
    text = client_for(place.resident).get(reverse("documents:my-letter", args=[letter.pk]))
    assert HOSTILE not in text.content.decode()
    assert "&lt;script&gt;" in text.content.decode()


def test_many_letters_cost_a_case_no_more_questions(place, client_for, count_queries):
    few, many = place.filed(), place.delivered()
    client = client_for(place.clerk)
    for case in (few, many):  # what a process reads once and keeps is no cost of a page
        client.get(reverse("servicehall:case-more", args=[case.pk]))

    def cost(case):
        return count_queries(lambda: client.get(reverse("servicehall:case-more", args=[case.pk])))

    assert cost(few) == cost(many)


def test_where_no_font_is_installed_the_page_says_what_to_do(place, client_for, monkeypatch):
    monkeypatch.setattr("servicehall.documents.pdf.fonts._face", lambda entry: None)
    letter = letter_of(place.filed(), K.RECEIPT)
    answer = client_for(place.resident).get(reverse("documents:my-letter-pdf", args=[letter.pk]))
    assert answer.status_code == 503
    assert "打印网页" in answer.content.decode()

"""核验: anybody can see whether a letter is genuine; nobody learns more than that, and nobody guesses."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common.masking import mask_name
from servicehall.documents import actions
from servicehall.documents.enums import LetterKind as K
from tests.factories.documents import letter_of, lettered_hall

pytestmark = pytest.mark.django_db


def page(letter):
    return reverse("documents:verify-code", args=[letter.code])


def compare(client, letter, data, name="letter.pdf"):
    url = reverse("documents:verify-compare", args=[letter.code])
    return client.post(url, {"file": SimpleUploadedFile(name, data, "application/pdf")})


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    place = lettered_hall()
    return place, letter_of(place.granted(), K.DECISION)


@pytest.fixture
def place(town, db):
    return deepcopy(town[0])


@pytest.fixture
def letter(town, db):
    return deepcopy(town[1])


def test_anybody_sees_what_the_letter_is_and_no_more(client, place, letter, count_queries):
    found = []
    assert count_queries(lambda: found.append(client.get(page(letter)))) <= 10
    answer = found[0]
    text = answer.content.decode()
    letter.refresh_from_db()
    for said in (
        letter.number,
        "决定书",
        place.department.name,
        mask_name(place.applicant.full_name),
        letter.sha256,
    ):
        assert said in text, said
    assert "现在有效" in text
    assert place.applicant.full_name not in text
    assert letter.case.number not in text
    assert "noindex" in answer["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex">' in text


def test_a_code_may_be_typed_as_it_stands_on_paper(client, letter):
    answer = client.get(reverse("documents:verify"), {"code": letter.shown_code.lower()})
    assert answer["Location"] == page(letter)
    assert client.get(reverse("documents:verify"), {"code": "ABC"}).status_code == 422


def test_the_file_that_was_issued_is_recognised_and_an_altered_one_is_not(client, letter):
    url = "http://testserver" + page(letter)
    data = actions.pdf_of(letter, check_url=url)
    assert "一字不差" in compare(client, letter, data).content.decode()
    altered = data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]
    assert "不是原来的文件" in compare(client, letter, altered).content.decode()


def test_what_is_no_pdf_or_too_large_is_not_read(client, letter, monkeypatch):
    assert compare(client, letter, b"<html>", "x.html").status_code == 422
    assert compare(client, letter, b"").status_code == 422
    monkeypatch.setattr("servicehall.documents.actions.comparing.MAX_BYTES", 10)
    assert compare(client, letter, b"%PDF-1.7 and more").status_code == 422


def test_a_letter_taken_back_says_so(client, place, letter):
    fresh = actions.withdraw(letter.pk, reason="错字", again=True, by=place.decider, now=place.now)
    assert "已被新的文书代替" in client.get(page(letter)).content.decode()
    actions.withdraw(fresh.pk, reason="错发", by=place.decider, now=place.now)
    text = client.get(page(fresh)).content.decode()
    assert "这份文书已作废" in text
    assert "错发" not in text


def test_guessing_finds_nothing_and_is_stopped(client):
    url = reverse("documents:verify-code", args=["ABCDEFGHJKMNPQRS"])
    with time_machine.travel(datetime(2026, 3, 5, 2, 0, 30, tzinfo=UTC), tick=False):  # one window
        answers = [client.get(url).status_code for _ in range(25)]
    assert answers[:20] == [404] * 20
    assert answers[20:] == [429] * 5

"""发文字号: gap-free in each series, each body with its own sign."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from servicehall.documents.actions import load_documents
from servicehall.documents.enums import LetterKind as K
from servicehall.documents.models import Letter, Letterhead, NumberMark, NumberSeries
from tests.factories.documents import example, letter_of, lettered_hall
from tests.factories.governance import DepartmentFactory
from tests.factories.servicehall import DIBAO

pytestmark = pytest.mark.django_db


def test_a_rolled_back_act_leaves_no_gap():
    place = lettered_hall()
    case = place.filed()
    first = example(place, case)
    with transaction.atomic():
        lost = example(place, case)
        transaction.set_rollback(True)
    second = example(place, case)
    assert second.number == lost.number
    assert [n.number[-3:] for n in (first, second)] == ["〕1号", "〕2号"]


def test_each_group_and_each_year_counts_for_itself():
    place = lettered_hall()
    case = place.filed()
    numbers = {
        letter_of(case, K.RECEIPT).number,
        example(place, case).number,
        example(place, case, now=place.now + timedelta(days=366)).number,
    }
    assert len(numbers) == NumberSeries.objects.count() == 3
    assert {number[-3:] for number in numbers} == {"〕1号"}


def test_a_new_sign_from_a_day_on_begins_a_new_series():
    place = lettered_hall()
    case = place.filed()
    example(place, case)
    today = place.now.date()
    mark = NumberMark.objects.filter(subject="line", code=place.version.item.window_id)
    mark.update(valid_to=today - timedelta(days=1), valid_from=today - timedelta(days=9))
    NumberMark.objects.create(
        subject="line",
        code=place.version.item.window_id,
        text="济",
        valid_from=today - timedelta(days=1),
    )
    assert "济诺〔" in example(place, case).number


def test_without_a_letterhead_the_body_is_named_in_full():
    place = lettered_hall()
    Letterhead.objects.filter(body=place.station).delete()
    assert example(place, place.filed()).number.startswith(place.station.name)


def test_two_bodies_never_share_a_sign():
    place = lettered_hall()
    taken = Letterhead.objects.get(body=place.department)
    other = DepartmentFactory(place=place.department.place, key="civil_affairs")
    load_documents()
    assert Letterhead.objects.get(body=other).abbreviation == other.name
    with pytest.raises(IntegrityError), transaction.atomic():
        Letterhead.objects.filter(body=other).update(abbreviation=taken.abbreviation)


def test_what_an_official_changed_survives_a_load():
    place = lettered_hall()
    Letterhead.objects.filter(body=place.department).update(
        abbreviation="海民政", second_line="Хайбован", valid_from=date(2026, 1, 1)
    )
    before = load_documents()
    assert load_documents() == before
    letter = letter_of(place.granted(), K.DECISION)
    assert letter.number.startswith("海民政救〔")
    assert letter.words["second_line"] == "Хайбован"


def test_codes_are_long_and_never_alike():
    place = lettered_hall(DIBAO)
    case = place.delivered()
    codes = set(Letter.objects.of_case(case).values_list("code", flat=True))
    assert len(codes) == 4
    assert all(len(code) == 16 and not set(code) & set("01IOL") for code in codes)

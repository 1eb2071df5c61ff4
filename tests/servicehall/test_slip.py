"""What is handed over at once: the receipt, on two widths."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from servicehall.cases.models import Case
from servicehall.cases.templatetags.hall import grouped
from tests.factories.servicehall import ALLOWANCE, hall

pytestmark = pytest.mark.django_db


def slip(case):
    return reverse("servicehall:slip", args=[case.pk])


def test_the_receipt_says_what_by_when_and_how_to_follow(client_for):
    here = hall()
    case = here.filed()
    page = client_for(here.clerk).get(slip(case), {"paper": "80", "m": "id_card"})
    text = page.content.decode()
    assert 'class="receipt"' in text
    for said in (grouped(case.number), case.query_code, "居民身份证", "12345", "0473-5550000"):
        assert said in text, said
    assert "data-print" in text
    assert here.applicant.id_number not in text
    (sheet,) = page.context["sheets"]
    assert sheet["track_url"].endswith(f"?number={case.number}")
    assert case.query_code not in sheet["track_url"]


def test_without_ticks_it_names_what_came_with_the_filing(client_for):
    here = hall(ALLOWANCE)
    page = client_for(here.clerk).get(slip(here.filed()), {"paper": "a4"})
    assert 'class="paper' in page.content.decode()
    (sheet,) = page.context["sheets"]
    assert [p.code for p in sheet["handed_in"]]
    assert all(p.state in {"uploaded", "answered"} for p in sheet["handed_in"])


def test_after_acceptance_it_names_both_days_and_marks_them_provisional(client_for):
    here = hall()
    case = here.accepted()
    Case.objects.filter(pk=case.pk).update(due_is_provisional=True)
    text = client_for(here.clerk).get(slip(case)).content.decode()
    assert "承诺" in text
    assert "法定" in text
    assert "日期为暂定" in text


def test_printing_is_a_look_too(client_for):
    here = hall()
    case = here.filed()
    client_for(here.clerk).get(slip(case))
    assert AuditEntry.objects.get(action="case.viewed").detail["page"] == "slip"

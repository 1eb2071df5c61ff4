"""A form of two hundred fields costs the database what one of five costs, at every step of its way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from servicehall.cases.models import Draft
from tests.factories.residents import SourceSystemFactory
from tests.factories.servicehall import JOBLESS, Hall, hall
from tests.servicehall.filing_steps import page_url, start, submit

pytestmark = pytest.mark.django_db

OPTIONS = [{"value": v, "label": {"zh": v, "en": v}} for v in ("a", "b", "c")]
KINDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "text"}, "无"),
    ({"type": "number", "min": 0, "max": 90}, "7"),
    ({"type": "date"}, "2026-03-02"),
    ({"type": "choice", "options": OPTIONS}, "b"),
    ({"type": "yesno"}, "yes"),
)


@pytest.fixture
def here() -> Hall:
    SourceSystemFactory()
    return hall(JOBLESS)


def enlarge(place: Hall, number: int) -> dict[str, str]:
    """Give the item a form of so many fields on one page; what somebody answers."""
    fields, answers = [], {}
    for n in range(number):
        more, answer = KINDS[n % len(KINDS)]
        key, label = f"f{n}", {"zh": f"问题{n}", "en": f"Question {n}"}
        fields.append({"key": key, "label": label, "required": True, "page": "all", **more})
        answers[key] = answer
    place.version.content |= {
        "pages": [{"key": "all", "title": {"zh": "全部", "en": "All"}}],
        "fields": fields,
        "materials": [],
    }
    place.version.save(update_fields=["content"])
    return answers


def test_two_hundred_fields_cost_the_queries_of_five(here, client_for, count_queries):
    phone, desk = client_for(here.resident), client_for(here.clerk)

    def way(fields: int) -> dict[str, int]:
        answers = enlarge(here, fields)
        draft = start(phone, JOBLESS)
        for key in steps_before(phone, draft):
            phone.post(page_url(draft, key), {f"{key}__known": "on", "contact_phone__known": "on"})
        check, cost = reverse("servicehall:draft-check", args=[draft.pk]), {}

        def step(name: str, call: Callable[[], Any], status: int = 200) -> Any:
            found: list[Any] = []
            cost[name] = count_queries(lambda: found.append(call()))
            assert found[0].status_code == status, (name, found[0].content.decode()[:2000])
            return found[0]

        url = page_url(draft, "all")
        page = step("page", lambda: phone.get(url))
        assert page.content.decode().count("问题") >= fields
        step("typing", lambda: phone.post(f"{url}save/", answers))
        step("wrong", lambda: phone.post(url, answers | {"f1": "900"}), 422)
        step("save", lambda: phone.post(url, answers), 302)
        step("check", lambda: phone.get(check))
        step("submit", lambda: phone.post(check), 302)
        case = draft.case_set.get() if hasattr(draft, "case_set") else submit(phone, draft)
        step("receipt", lambda: phone.get(reverse("servicehall:receipt", args=[case.pk])))
        step("own", lambda: phone.get(reverse("servicehall:my-case", args=[case.pk])))
        step("clerk", lambda: desk.get(reverse("servicehall:case", args=[case.pk])))
        return cost

    way(5)  # what a process keeps is read by now
    few, many = way(5), way(200)
    assert few == many


def steps_before(phone: Any, draft: Draft) -> list[str]:
    """The pages that the portal itself puts in front."""
    target = phone.get(reverse("servicehall:draft", args=[draft.pk]))
    key = target["Location"].rstrip("/").rpartition("/")[2]
    return [] if key == "all" else [key]

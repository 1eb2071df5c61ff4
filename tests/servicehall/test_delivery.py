"""送达, and how long a case usually takes."""

from copy import deepcopy
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from common.errors import Invalid
from servicehall.aftercare import actions
from servicehall.aftercare.models import Delivery, ExpectedDuration
from servicehall.cases import actions as cases
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, ClockPause
from tests.factories.servicehall import DIBAO, JOBLESS, Hall, hall
from tests.servicehall.beside import everything_beside
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(JOBLESS, now=NOW)


@pytest.fixture
def place(town, db):
    return deepcopy(town)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"way": "counter"}, "is_signed"),
        ({"way": "post"}, "tracking_number"),
        ({"way": "home", "is_signed": True, "receiver": "proxy"}, "proxy_name"),
        (
            {"way": "home", "is_signed": True, "receiver": "proxy", "proxy_name": "张三"},
            "proxy_relation",
        ),
    ],
)
def test_a_delivery_is_written_down_whole(place, given, missing):
    case = cases.finish_at_once(place.filed().pk, by=place.clerk, now=NOW)
    with pytest.raises(Invalid) as caught:
        actions.deliver(case.pk, by=place.clerk, now=NOW, **given)
    assert missing in caught.value.fields
    case.refresh_from_db()
    assert case.state == CaseState.COMPLETED


def test_by_counter_by_post_and_by_proxy(place, client_for):
    case = cases.finish_at_once(place.filed().pk, by=place.clerk, now=NOW)
    late = NOW + timedelta(days=40)
    actions.deliver(case.pk, way="post", tracking_number="EA123456789CN", by=place.clerk, now=late)
    found = Delivery.objects.get(case=case)
    assert (found.tracking_number, found.is_in_time) == ("EA123456789CN", False)
    other = cases.finish_at_once(place.filed().pk, by=place.clerk, now=NOW)
    url = reverse("servicehall:case-act", args=[other.pk, "deliver"])
    client = client_for(place.clerk)
    sent = {"act-way": "home", "act-receiver": "proxy", "act-is_signed": "on"}
    page = client.post(url, sent)
    assert page.status_code == 422
    assert "请填写代收人姓名。" in page.content.decode()
    sent |= {"act-proxy_name": "张小明", "act-proxy_relation": "child"}
    assert client.post(url, sent).status_code == 302
    found = Delivery.objects.get(case=other)
    assert (found.receiver, found.proxy_name, found.is_signed) == ("proxy", "张小明", True)
    more = reverse("servicehall:case-more", args=[other.pk])
    assert "张小明" in everything_beside(client, more)


def test_overdue_deliveries_are_listed_first(place, client_for, count_queries):
    client, url = client_for(place.clerk), reverse("aftercare:deliveries")
    late, soon = (
        cases.finish_at_once(place.filed().pk, by=place.clerk, now=NOW) for _number in range(2)
    )
    Case.objects.filter(pk=soon.pk).update(deliver_by_on="2099-01-01")
    page = client.get(url)
    assert [case.pk for case, _name, _late in page.context["lines"]] == [late.pk, soon.pk]
    assert [is_late for _case, _name, is_late in page.context["lines"]][1] is False
    assert place.applicant.full_name not in page.content.decode()
    few = count_queries(lambda: client.get(url))
    cases.finish_at_once(place.filed().pk, by=place.clerk, now=NOW)
    assert count_queries(lambda: client.get(url)) == few <= 10


# --- 一般要多久 -------------------------------------------------------------------------------------
def decided(place: Hall, days: int, *, parked: int = 0) -> Case:
    case = place.filed()
    end = NOW.date() + timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(
        state=CaseState.COMPLETED,
        outcome="granted",
        closed_on=end,
        closed_at=NOW + timedelta(days=days),
    )
    if parked:
        ClockPause.objects.create(
            case=case,
            reason="publicity",
            from_on=NOW.date() + timedelta(days=1),
            to_on=NOW.date() + timedelta(days=1 + parked),
        )
    return case


@sweeps(actions.count_durations)
def test_the_usual_time_is_that_of_real_cases_without_the_time_they_were_parked(client, client_for):
    place = hall(DIBAO, now=NOW)
    for days in range(1, 10):
        decided(place, days)
    night = NOW + timedelta(days=60)
    url = reverse("aftercare:expected", args=[DIBAO])
    assert actions.count_durations(now=night) == 0
    assert "最近办结的还太少" in client.get(url).content.decode()
    decided(place, 40, parked=30)
    assert actions.count_durations(now=night) == 4  # community, street, district, city
    assert actions.count_durations(now=night) == 4
    found = ExpectedDuration.objects.public().nearest(DIBAO, place.community)
    assert found is not None
    assert found.place == place.community
    # 1 … 9 and 40 − 30 days.
    assert (found.cases, found.median_days, found.most_days) == (10, 5, 8)
    everywhere = ExpectedDuration.objects.public().nearest(DIBAO, None)
    assert everywhere is not None
    assert everywhere.place.parent is None
    assert "一半在 5 天内" in client.get(url).content.decode()
    mine = place.filed()
    more = reverse("servicehall:my-case-more", args=[mine.pk])
    assert "八成在 8 天内" in everything_beside(client_for(place.resident), more)
    # What is long past says nothing about today.
    assert actions.count_durations(now=NOW + timedelta(days=400)) == 0

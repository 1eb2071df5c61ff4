"""The desk: what a post must move, the lights first, and finding a case again."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from community.governance.enums import Role
from servicehall.cases import actions
from servicehall.cases.models import Case, Draft
from servicehall.cases.views import desk
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import DIBAO, JOBLESS, hall, item_version

pytestmark = pytest.mark.django_db
DESK = reverse("servicehall:desk")
FIND = reverse("servicehall:find-case")


def counts(response):
    return {tab.group.code: tab.count for tab in response.context["tabs"]}


def test_the_most_urgent_case_stands_first_and_every_tab_counts_what_it_lists(client_for):
    here = hall()
    fresh = here.filed()
    old = here.filed(now=here.now - timedelta(days=10), by=here.clerk)
    client = client_for(here.clerk)
    page = client.get(DESK)
    assert [row.case.pk for row in page.context["rows"]] == [old.pk, fresh.pk]
    for tab in page.context["tabs"]:
        listed = client.get(urljoin(DESK, tab.url)).context["rows"]
        assert len(listed) == tab.count, tab.group.code
    assert counts(page)["yellow"] == 1


def test_names_in_the_list_are_masked_and_numbers_of_persons_are_not_there(client_for):
    here = hall()
    here.filed()
    page = client_for(here.clerk).get(DESK).content.decode()
    assert here.applicant.full_name not in page
    assert "陈*芝" in page
    assert here.applicant.id_number not in page


def test_a_case_over_its_statutory_day_is_double_red(client_for):
    here = hall()
    case = here.accepted()
    yesterday = timezone.localdate() - timedelta(days=1)
    Case.objects.filter(pk=case.pk).update(
        promised_due_on=yesterday, statutory_due_on=yesterday, warn_on=yesterday
    )
    page = client_for(here.director).get(DESK, {"group": "double_red"})
    assert [row.case.pk for row in page.context["rows"]] == [case.pk]
    assert counts(page)["red"] == 0


def test_a_clerk_of_some_windows_sees_his_own_and_switches_to_all(client_for):
    here = hall()
    case = here.filed()
    other = staff(Role.WINDOW_CLERK, here.station, lines=["W2_LABOUR"])
    client = client_for(other)
    assert client.get(DESK).context["rows"] == []
    page = client.get(DESK, {"lines": "all"})
    assert [row.case.pk for row in page.context["rows"]] == [case.pk]


def test_reviewers_find_their_step_on_the_same_desk(client_for):
    here = hall()
    case = here.at_district()
    assert [r.case.pk for r in client_for(here.decider).get(DESK).context["rows"]] == [case.pk]
    assert client_for(here.official).get(DESK).context["rows"] == []


def test_a_decided_case_waits_in_its_own_tab_until_it_is_handed_over(client_for):
    here = hall()
    case = here.granted()
    client = client_for(here.clerk)
    assert client.get(DESK).context["rows"] == []
    page = client.get(DESK, {"group": "hand_over"})
    assert [row.case.pk for row in page.context["rows"]] == [case.pk]


def test_an_empty_desk_says_so(client_for):
    here = hall()
    assert "手上没有要办的件" in client_for(here.clerk).get(DESK).content.decode()


def test_the_desk_costs_the_same_for_two_and_for_twenty(client_for, count_queries):
    here = hall()
    client = client_for(here.clerk)
    client.get(DESK)
    seen = []
    for more in (2, 18):
        for _n in range(more):
            person = PersonFactory(community=here.community)
            draft = actions.start_draft(here.version, applicant=person, by=here.clerk, now=here.now)
            case = here.filed()
            Case.objects.filter(pk=case.pk).update(draft=draft, applicant=person)
        seen.append(count_queries(lambda: client.get(DESK)))
    assert seen[0] == seen[1] <= 10


def test_a_case_is_found_by_the_end_of_its_number_or_by_its_person(client_for):
    here = hall()
    case = here.filed()
    client = client_for(here.clerk)
    for q in (case.number[-5:], "陈桂芝", "cgz", here.applicant.id_number):
        answer = client.post(FIND, {"q": q}, headers={"HX-Request": "true"})
        assert [row.case.pk for row in answer.context["rows"]] == [case.pk], q
    assert client.post(FIND, {"q": case.number[-5:]})["Location"].endswith(f"/cases/{case.pk}/")
    assert client.post(FIND, {"q": "没有此人"}).context["rows"] == []


def test_another_station_finds_nothing_of_it(client_for):
    here = hall()
    case = here.filed()
    stranger = client_for(staff(Role.WINDOW_CLERK, StationFactory()))
    assert stranger.post(FIND, {"q": case.number[-5:]}).context["rows"] == []
    assert stranger.get(DESK).context["rows"] == []


def test_searching_has_a_limit_each_minute(client_for, monkeypatch):
    assert desk.SEARCHES_PER_MINUTE <= 120
    monkeypatch.setattr(desk, "SEARCHES_PER_MINUTE", 3)
    here = hall()
    client = client_for(here.clerk)
    codes = {
        client.post(FIND, {"q": "zzz"}).status_code for _n in range(7)
    }  # the minute may turn once
    assert codes == {200, 429}


def test_items_for_a_person_are_found_in_everyday_words_and_carry_digit_keys(client_for):
    here = hall(DIBAO)
    item_version(JOBLESS)
    client = client_for(here.clerk)
    url = reverse("servicehall:for-person", args=[here.applicant.pk])
    page = client.get(url, {"q": "db"}).content.decode()
    assert 'data-key="1"' in page
    assert reverse("servicehall:start-for", args=[DIBAO]) in page
    assert "没有这样的事项" in client.get(url, {"q": "造火箭"}).content.decode()
    assert AuditEntry.objects.filter(action="person.viewed").count() == 0  # no file was opened


def test_what_runs_for_the_person_stands_beside_the_items(client_for):
    here = hall()
    case = here.filed()
    page = client_for(here.clerk).get(reverse("servicehall:for-person", args=[here.applicant.pk]))
    assert [row.case.pk for row in page.context["open_rows"]] == [case.pk]


def test_what_a_clerk_put_aside_stands_on_her_desk_and_beside_the_person(client_for):
    here = hall()
    client, colleague = client_for(here.clerk), client_for(here.director)
    started = client.post(
        reverse("servicehall:start-for", args=[DIBAO]), {"person": here.applicant.pk}
    )
    draft = Draft.objects.get()
    page = client.get(started["Location"], follow=True).content.decode()
    assert reverse("residents:file", args=[here.applicant.pk]) in page  # and not the public home
    file = reverse("servicehall:for-person", args=[here.applicant.pk])
    for url in (DESK, file):
        assert reverse("servicehall:draft", args=[draft.pk]) in client.get(url).content.decode()
        assert str(draft.pk) not in colleague.get(url).content.decode()
    page = client.get(reverse("servicehall:draft-page", args=[draft.pk, "household"]))
    assert page.content.decode().count(" autofocus") >= 1


def test_a_person_of_elsewhere_is_not_found(client_for):
    here, there = hall(), hall()
    url = reverse("servicehall:for-person", args=[there.applicant.pk])
    assert client_for(here.clerk).get(url).status_code == 404


def test_residents_and_leaders_have_no_desk(client_for):
    here = hall()
    assert client_for(here.resident).get(DESK).status_code == 403
    assert client_for(staff(Role.LEADER)).get(DESK).status_code == 403
    assert client_for(None).get(DESK).status_code == 302


def test_lights_go_before_days_and_a_step_over_its_own_time_is_yellow():
    here = hall()
    late, fresh = here.accepted(), here.accepted()
    today = timezone.localdate()
    Case.objects.filter(pk=late.pk).update(
        promised_due_on=today - timedelta(days=3), act_by_on=today + timedelta(days=9)
    )
    Case.objects.filter(pk=fresh.pk).update(act_by_on=today - timedelta(days=1))
    work = Case.objects.in_hand_of(here.director).with_light(today)
    rows: list[Any] = list(work.in_order_of_urgency())
    assert [(row.pk, row.light) for row in rows] == [(late.pk, "red"), (fresh.pk, "yellow")]

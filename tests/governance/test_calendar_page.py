"""The page of the work calendar: everybody on duty reads it, the system administrator changes it."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from community.governance.actions import appoint
from community.governance.enums import BodyKind, PlaceLevel, PostBasis, Role
from community.governance.middleware import ACTING_POST
from community.governance.models import Body, Place, WorkCalendarDay, WorkCalendarYear
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
SINCE = date(2020, 1, 1)
SHEET, DAY = "/setup/calendar/2027/", "/setup/calendar/2027/day/"


def signed_in(role: Role, kind: BodyKind, key: str) -> Client:
    city, _made = Place.objects.get_or_create(
        code="150300",
        defaults={
            "level": PlaceLevel.CITY,
            "name": "乌海市",
            "path": "/150300/",
            "valid_from": SINCE,
        },
    )
    body = Body.objects.create(code=key, kind=kind, key=key, name=key, place=city, valid_from=SINCE)
    user = UserFactory.create()
    post = appoint(
        user,
        body=body,
        role=role,
        basis=PostBasis.ADMINISTRATIVE,
        started_on=SINCE,
        by=SYSTEM,
        now=NOW,
    )
    client = Client()
    client.force_login(user)
    session = client.session
    session[ACTING_POST] = str(post.pk)
    session.save()
    return client


@pytest.fixture(autouse=True, scope="module")
def calendar(ground: None) -> None:
    call_command("load_calendar")


@pytest.fixture
def administrator(calendar: None, db: None) -> Client:
    return signed_in(Role.SYSTEM_ADMIN, BodyKind.GOVERNMENT, "government")


@pytest.fixture
def clerk(db: None) -> Client:
    return signed_in(Role.WINDOW_CLERK, BodyKind.SERVICE_STATION, "station")


def day_form(**changes: str) -> dict[str, str]:
    return {"day": "2027-02-09", "as_what": "rest", "note": "春节", "reason": "国办通知"} | changes


def test_a_year_without_its_notice_carries_a_banner(administrator: Client) -> None:
    page = administrator.get(SHEET).content.decode()
    assert "这一年的放假通知还没有载入" in page
    assert page.count("mark--makeup") == 1  # in the key only: nothing is moved without a notice
    page = administrator.get("/setup/calendar/2026/").content.decode()
    assert "这一年的放假通知还没有载入" not in page
    assert page.count('day--makeup"') == 6


def test_the_bare_address_leads_to_the_current_year(administrator: Client) -> None:
    answer = administrator.get("/setup/calendar/")
    assert answer.status_code == 302
    assert administrator.get(answer["Location"]).status_code == 200


def test_years_outside_the_calendar_are_not_found(administrator: Client) -> None:
    assert administrator.get("/setup/calendar/2003/").status_code == 404
    assert administrator.get("/setup/calendar/2101/").status_code == 404
    assert administrator.get("/setup/calendar/2100/").status_code == 200


def test_the_administrator_sets_a_day_with_a_reason(administrator: Client) -> None:
    answer = administrator.post(DAY, day_form())
    assert answer.status_code == 302
    assert answer["Location"].endswith("/2027/#m2")
    assert not WorkCalendarYear.objects.calendar().is_workday(date(2027, 2, 9))
    assert AuditEntry.objects.filter(action="calendar.day_set", reason="国办通知").count() == 1
    administrator.post(DAY, day_form(as_what="rule"))
    assert not WorkCalendarDay.objects.of_year(2027).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"day": "2026-02-09"},
        {"day": "x"},
        {"as_what": "sometimes"},
        {"note": "字" * 61},
    ],
)
def test_a_day_that_is_not_clear_is_shown_again(
    administrator: Client, changes: dict[str, str]
) -> None:
    answer = administrator.post(DAY, day_form(**changes))
    assert answer.status_code == 422
    assert not WorkCalendarDay.objects.of_year(2027).exists()


def test_picking_a_day_fills_the_form_with_its_opposite(administrator: Client) -> None:
    form = administrator.get(SHEET, {"day": "2027-02-09"}).context["day_form"]
    assert form.initial["as_what"] == "rest"
    assert (
        administrator.get(SHEET, {"day": "2027-02-06"}).context["day_form"].initial["as_what"]
        == "work"
    )
    for nonsense in ("2027-02-31", "2026-01-01", "<script>", ""):
        assert administrator.get(SHEET, {"day": nonsense}).context["day_form"].initial == {}


def test_a_year_is_published_and_withdrawn(administrator: Client) -> None:
    notice = {
        "source": "国办发明电〔2026〕1号",
        "published_on": "2026-11-20",
        "reason": "通知已发布",
    }
    refused = administrator.post(SHEET + "publish/", notice)
    assert refused.status_code == 422  # no day of the year has been set
    assert "请先逐日录入" in refused.content.decode()
    administrator.post(DAY, day_form())
    assert administrator.post(SHEET + "publish/", notice).status_code == 302
    assert "国办发明电〔2026〕1号" in administrator.get(SHEET).content.decode()
    assert administrator.post(SHEET + "withdraw/", {"reason": ""}).status_code == 422
    assert administrator.post(SHEET + "withdraw/", {"reason": "录入有误"}).status_code == 302
    assert "这一年的放假通知还没有载入" in administrator.get(SHEET).content.decode()


def test_a_clerk_reads_the_calendar_and_cannot_change_it(clerk: Client) -> None:
    kept = WorkCalendarDay.objects.count()
    page = clerk.get(SHEET).content.decode()
    assert "这一年的放假通知还没有载入" in page
    assert 'name="reason"' not in page
    assert 'data-face="counter"' in page
    for address in ("day/", "publish/", "withdraw/"):
        assert clerk.post(SHEET + address, day_form()).status_code == 403
    assert WorkCalendarDay.objects.count() == kept


def test_nobody_else_reads_it(db: None) -> None:
    assert Client().get(SHEET).status_code == 302
    resident = Client()
    resident.force_login(UserFactory.create(resident=True))
    assert resident.get(SHEET).status_code == 403


def test_a_full_year_costs_no_more_queries_than_an_empty_one(
    administrator: Client, django_assert_max_num_queries
) -> None:
    for year in ("2026", "2090"):
        administrator.get(f"/setup/calendar/{year}/")
        with django_assert_max_num_queries(10):
            assert administrator.get(f"/setup/calendar/{year}/").status_code == 200

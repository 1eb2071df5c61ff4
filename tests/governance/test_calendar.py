"""The work calendar as rows: seeding, changing, and how quickly everybody knows."""

import threading
from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry
from common.errors import Invalid, NotAllowed
from community.governance.actions import publish_year, set_day, withdraw_year
from community.governance.enums import Power
from community.governance.models import WorkCalendarDay, WorkCalendarYear
from community.governance.scopes import NOBODY, Scope
from tests.sweeping import sweeps

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
SETTER = Scope(
    user_id=uuid4(), post_id=uuid4(), post_label="系统管理员", powers={Power.SETUP: ("/150300/",)}
)
CLERK = Scope(user_id=uuid4(), post_id=uuid4(), powers={Power.ACCEPT_CASES: ("/150300/150302/",)})
NEW_YEAR = date(2027, 1, 1)


def load() -> str:
    out = StringIO()
    call_command("load_calendar", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_seed_knows_2004_to_2026_and_leaves_2027_open() -> None:
    assert "23 years loaded" in load()
    calendar = WorkCalendarYear.objects.calendar()
    assert calendar.published == set(range(2004, 2027))
    due = calendar.add(date(2026, 9, 24), 10)
    assert (due.day, due.is_provisional) == (date(2026, 10, 15), False)
    assert WorkCalendarDay.objects.get(day=date(2026, 10, 10)).note == "国庆节"
    assert WorkCalendarDay.objects.filter(source__startswith="chinesecalendar").count() == 771


@pytest.mark.django_db
@sweeps(withdraw_year)
def test_seeding_again_changes_nothing_that_people_have_decided() -> None:
    load()
    set_day(date(2026, 8, 18), is_workday=False, reason="自治区公告", by=SETTER, now=NOW)
    set_day(date(2026, 10, 10), is_workday=None, reason="更正", by=SETTER, now=NOW)
    withdraw_year(2025, reason="更正", by=SETTER, now=NOW)
    rows = set(WorkCalendarDay.objects.values_list())
    assert "0 years loaded, 23 already there" in load()
    assert set(WorkCalendarDay.objects.values_list()) == rows
    assert 2025 not in WorkCalendarYear.objects.calendar().published


@pytest.mark.django_db
def test_an_empty_calendar_still_answers() -> None:
    due = WorkCalendarYear.objects.calendar().add(date(2026, 9, 24), 10)
    assert due.is_provisional


@pytest.mark.django_db
def test_a_page_pays_one_query_and_sees_a_change_at_once(django_assert_num_queries) -> None:
    load()
    WorkCalendarYear.objects.calendar()
    with django_assert_num_queries(1):
        before = WorkCalendarYear.objects.calendar()
    assert not before.is_workday(NEW_YEAR)
    set_day(NEW_YEAR, is_workday=True, reason="通知", by=SETTER, now=NOW)
    assert WorkCalendarYear.objects.calendar().is_workday(NEW_YEAR)
    set_day(NEW_YEAR, is_workday=None, reason="撤销", by=SETTER, now=NOW)
    assert not WorkCalendarYear.objects.calendar().is_workday(NEW_YEAR)


@pytest.mark.django_db
@sweeps(publish_year, set_day)
def test_a_year_becomes_certain_when_it_is_published_and_open_again_when_withdrawn() -> None:
    load()
    set_day(NEW_YEAR, is_workday=False, note="元旦", reason="国办通知", by=SETTER, now=NOW)
    publish_year(
        2027,
        source="国办发明电〔2026〕1号",
        published_on=date(2026, 11, 20),
        reason="通知已发布",
        by=SETTER,
        now=NOW,
    )
    assert not WorkCalendarYear.objects.calendar().is_provisional(date(2027, 3, 1))
    withdraw_year(2027, reason="录入有误", by=SETTER, now=NOW)
    assert WorkCalendarYear.objects.calendar().is_provisional(date(2027, 3, 1))


@pytest.mark.django_db
def test_a_year_without_any_day_or_without_its_source_cannot_be_published() -> None:
    with pytest.raises(NotAllowed, match="year_has_no_days"):
        publish_year(2027, source="x", published_on=NEW_YEAR, reason="x", by=SETTER, now=NOW)
    with pytest.raises(Invalid, match="source_missing"):
        publish_year(2027, source=" ", published_on=NEW_YEAR, reason="x", by=SETTER, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkCalendarYear.objects.create(year=2027, is_published=True)


@pytest.mark.django_db
def test_only_the_power_of_setup_changes_the_calendar_and_only_with_a_reason() -> None:
    for by in (CLERK, NOBODY):
        with pytest.raises(NotAllowed, match="setup_power_missing"):
            set_day(NEW_YEAR, is_workday=True, reason="x", by=by, now=NOW)
        with pytest.raises(NotAllowed, match="setup_power_missing"):
            publish_year(2027, source="x", published_on=NEW_YEAR, reason="x", by=by, now=NOW)
        with pytest.raises(NotAllowed, match="setup_power_missing"):
            withdraw_year(2027, reason="x", by=by, now=NOW)
    with pytest.raises(Invalid, match="reason_missing"):
        set_day(NEW_YEAR, is_workday=True, reason="  ", by=SETTER, now=NOW)
    with pytest.raises(NotAllowed, match="year_out_of_range"):
        set_day(date(9999, 1, 1), is_workday=True, reason="x", by=SETTER, now=NOW)
    assert not WorkCalendarDay.objects.exists()


@pytest.mark.django_db
def test_every_change_stands_in_the_audit_with_its_reason() -> None:
    set_day(NEW_YEAR, is_workday=True, reason="值班安排", by=SETTER, now=NOW)
    set_day(NEW_YEAR, is_workday=True, reason="再说一遍", by=SETTER, now=NOW)  # no change, no entry
    publish_year(
        2027, source="通知", published_on=NEW_YEAR, reason="通知已发布", by=SETTER, now=NOW
    )
    withdraw_year(2027, reason="录入有误", by=SETTER, now=NOW)
    entries = list(AuditEntry.objects.order_by("pk").values_list("action", "reason", "target_id"))
    assert entries == [
        ("calendar.day_set", "值班安排", "2027"),
        ("calendar.year_published", "通知已发布", "2027"),
        ("calendar.year_withdrawn", "录入有误", "2027"),
    ]


@pytest.mark.django_db(transaction=True)
def test_thirty_two_hands_on_one_year_lose_no_change() -> None:
    days = [date(2027, 3, n) for n in range(1, 32)] + [date(2027, 4, 1)]
    barrier, faults = threading.Barrier(len(days)), []

    def change(day: date) -> None:
        try:
            barrier.wait(20)
            set_day(day, is_workday=False, reason="并发", by=SETTER, now=NOW)
        except Exception as fault:  # noqa: BLE001  reported by the main thread
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(day,)) for day in days]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    calendar = WorkCalendarYear.objects.calendar()
    assert not any(calendar.is_workday(day) for day in days)
    assert AuditEntry.objects.filter(action="calendar.day_set").count() == len(days)

"""待遇: from the granted case to its end, each act with its reason, and nothing that stops by itself."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from community.governance.models import WorkCalendarYear
from notifications.models import Message
from residents.base.eligibility import FACTS, matches
from residents.base.eligibility.language import parse
from residents.base.enums import PersonState
from residents.base.models import Person
from servicehall.aftercare import actions, beside, rules
from servicehall.aftercare.actions.benefits import look
from servicehall.aftercare.enums import BenefitAction, BenefitState, TaskKind
from servicehall.aftercare.models import Benefit, BenefitTask
from servicehall.aftercare.transitions import BENEFIT
from servicehall.cases import actions as cases
from servicehall.catalogue.benefits import benefit_of, proves_life
from tests.access.world import undone
from tests.factories.governance import DepartmentFactory, StationFactory, far_community, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import ALLOWANCE, Hall, file_case, hall, item_version
from tests.servicehall.beside import everything_beside
from tests.servicehall.notices import holidays
from tests.servicehall.test_catalogue_data import ITEMS
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
A, S = BenefitAction, BenefitState


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        call(*args, **kwargs)
    return caught.value.code


def granted(place: Hall) -> Benefit:
    return Benefit.objects.get(case=place.granted())


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(now=NOW)


@pytest.fixture
def place(town, db):
    return deepcopy(town)


# --- the data -------------------------------------------------------------------------------------
def test_every_benefit_of_the_catalogue_is_read_and_says_its_basis():
    kinds = {}
    for item in ITEMS:
        rule = benefit_of(item)
        if rule is not None:
            found = item["benefit"]
            assert found["basis"]
            assert found["demo"] is True or found["certainty"] == "F"
            assert found["name"]["zh"]
            assert found["name"]["en"]
            kinds[rule.kind] = rule
    proved = {kind for item in ITEMS for kind in proves_life(item)}
    assert proved
    assert all(kinds[kind].life_proof_months for kind in proved)
    assert set(beside.HELD) <= set(kinds)
    assert len(kinds) >= 10


def test_a_wrong_benefit_is_said():
    with pytest.raises(ValueError, match="unknown keys"):
        benefit_of({"benefit": {"kind": "x", "nonsense": 1}})
    with pytest.raises(ValueError, match="period"):
        benefit_of({"benefit": {"kind": "x", "name": {}, "period": "weekly"}})
    assert benefit_of({}) is None


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("application_month", date(2027, 11, 1)),
        ("decision_month", date(2027, 12, 1)),
        ("next_month", date(2028, 1, 1)),
    ],
)
def test_from_which_month_it_counts(starts, expected):
    days = {"applied_on": date(2027, 11, 30), "decided_on": date(2027, 12, 31)}
    assert rules.first_day(starts, **days) == expected


def test_months_end_on_the_last_day_where_they_have_no_such_day():
    assert rules.months_after(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert rules.months_after(date(2026, 8, 31), -6) == date(2026, 2, 28)


# --- how it begins --------------------------------------------------------------------------------
def test_a_granted_case_becomes_a_benefit_and_a_refused_one_does_not(place):
    found = granted(place)
    assert (found.person, found.kind, found.state) == (place.applicant, "dibao", S.ACTIVE)
    assert (found.from_on, found.to_on) == (date(2026, 10, 1), None)
    assert found.review_on == date(2027, 9, 22)
    assert found.decider == place.department
    refused = place.at_district()
    cases.refuse(refused.pk, reason="收入超过标准", by=place.decider, now=NOW)
    assert Benefit.objects.count() == 1


@sweeps(actions.change, actions.set_amount)
def test_amounts_and_reasons_are_sealed(place):
    found = granted(place)
    actions.set_amount(found.pk, amount=Decimal("688.50"), by=place.decider, now=NOW)
    actions.change(
        found.pk, amount=Decimal("799"), reason="家里多一口人", by=place.decider, now=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(b)::text FROM aftercare_benefit b")
        rows = cursor.fetchall()
        cursor.execute("SELECT row_to_json(b)::text FROM aftercare_benefitevent b")
        rows += cursor.fetchall()
    # Ids and ciphers are hexadecimal and may hold any digits.
    told = re.compile(r"(?<![0-9a-f-])(?:799|688)(?![0-9a-f-])|多一口")
    assert not [row for row in rows if told.search(row[0])]
    assert told.search('{"amount": 799.00}')
    found.refresh_from_db()
    assert found.yuan == Decimal("799")


def test_a_decision_taken_back_suspends_and_a_refusal_ends_it(place):
    found = granted(place)
    cases.reopen(found.case_id, reason="收入核算有误", by=place.decider, now=day(5))
    found.refresh_from_db()
    assert found.state == S.SUSPENDED
    with undone():
        cases.grant(found.case_id, by=place.decider, now=day(6))
        found.refresh_from_db()
        assert (found.state, found.to_on) == (S.ACTIVE, None)
    cases.refuse(found.case_id, reason="收入超过标准", by=place.decider, now=day(6))
    found.refresh_from_db()
    assert (found.state, found.to_on) == (S.STOPPED, day(6).date())
    last = found.events.last()
    assert last is not None
    assert last.reason == "收入超过标准"


def test_a_new_grant_takes_the_place_of_the_old_one(place):
    first = granted(place)
    second = granted(place)
    first.refresh_from_db()
    assert (first.state, first.to_on) == (S.STOPPED, second.from_on - timedelta(days=1))
    assert second.state == S.ACTIVE


# --- the table ------------------------------------------------------------------------------------
def act(place: Hall, found: Benefit, action: BenefitAction) -> Benefit:
    pk = found.pk
    by: dict[str, Any] = {"by": place.decider, "now": NOW}
    station: dict[str, Any] = {"by": place.clerk, "now": NOW}
    later: dict[str, Any] = {"reason": "经核实", "from_on": date(2026, 11, 1)}
    calls: dict[BenefitAction, Callable[[], Benefit]] = {
        A.SET_AMOUNT: lambda: actions.set_amount(pk, amount=Decimal(600), **by),
        A.RECHECK: lambda: actions.recheck(pk, finding="收入没有变化", **station),
        A.PROVE: lambda: actions.prove(pk, way="home_visit", **station),
        A.REPORT: lambda: actions.report(pk, words="邻居说已搬走", **station),
        A.CHANGE: lambda: actions.change(pk, amount=Decimal(700), **later, **by),
        A.SUSPEND: lambda: actions.suspend(pk, **later, **by),
        A.RESUME: lambda: actions.resume(pk, **later, **by),
        A.STOP: lambda: actions.stop(pk, **later, **by),
    }
    return calls[action]()


@sweeps(actions.report, actions.suspend, actions.resume)
def test_a_station_reports_and_whoever_decides_suspends_and_resumes(place):
    found = granted(place)
    due = NOW.date()
    BenefitTask.objects.create(benefit=found, kind=TaskKind.REVIEW, due_on=due, opened_on=due)
    for action in (A.REPORT, A.SUSPEND, A.RESUME):
        found = act(place, found, action)
    assert found.state == S.ACTIVE


@pytest.mark.parametrize("state", list(S), ids=lambda state: state.value)
def test_every_cell_of_the_table(place, state):
    found = granted(place)
    if state != S.ACTIVE:
        act(place, found, A.SUSPEND if state == S.SUSPENDED else A.STOP)
    for action, rule in BENEFIT.items():
        with undone():
            BenefitTask.objects.create(
                benefit=found, kind="moved_out", due_on=NOW.date(), opened_on=NOW.date()
            )
            if state in rule.sources:
                after = act(place, found, action)
                assert after.state == (rule.to or state), action
                told = Message.objects.filter(kind=rule.message, person_id=place.applicant.pk)
                assert bool(rule.message) == told.exists()
            else:
                with pytest.raises(Conflict):
                    act(place, found, action)


def test_who_decides_and_who_checks(place):
    found = granted(place)
    why: dict[str, Any] = {"reason": "经核实", "now": NOW}
    for by in (place.director, place.clerk):
        assert refusal(actions.stop, found.pk, by=by, **why) == "not_the_decider"
    with pytest.raises(Benefit.DoesNotExist):
        actions.stop(found.pk, by=place.official, **why)
    assert (
        refusal(actions.recheck, found.pk, finding="无变化", by=place.decider, now=NOW)
        == "no_power"
    )
    given: dict[str, Any]
    for field in ("reason", "from_on"):
        given = (
            {"reason": " "} if field == "reason" else {"from_on": date(2026, 9, 1), "reason": "x"}
        )
        with pytest.raises(Invalid) as caught:
            actions.stop(found.pk, by=place.decider, now=NOW, **given)
        assert field in caught.value.fields
    other = DepartmentFactory(human_resources=True, place=place.department.place)
    assert not Benefit.objects.visible_to(staff(Role.DEPARTMENT_OFFICIAL, other))
    far = staff(Role.WINDOW_CLERK, StationFactory())
    assert not Benefit.objects.visible_to(far)


def test_nobody_decides_about_his_own_household(place):
    found = granted(place)
    place.applicant.staff_account_id = place.decider.user_id
    place.applicant.save(update_fields=["staff_account"])
    code = refusal(
        actions.change, found.pk, amount=Decimal(900), reason="涨", by=place.decider, now=NOW
    )
    assert code == "conflict_of_interest"


# --- what comes due -------------------------------------------------------------------------------
@sweeps(actions.recheck)
def test_a_recheck_comes_due_is_reminded_once_and_done(place):
    found = granted(place)
    assert actions.find_tasks(now=datetime(2027, 8, 1, 4, tzinfo=NOW.tzinfo)) == 0
    near = datetime(2027, 8, 25, 4, tzinfo=NOW.tzinfo)
    assert actions.find_tasks(now=near) == 1
    assert actions.find_tasks(now=near + timedelta(days=1)) == 0
    task = BenefitTask.objects.open().get()
    assert (task.kind, task.due_on) == (TaskKind.REVIEW, date(2027, 9, 22))
    told = Message.objects.filter(kind="benefit.review_due", person_id=place.applicant.pk)
    assert {message.channel for message in told} == {"in_site", "sms"}
    # A day that passes stops nothing.
    actions.find_tasks(now=datetime(2028, 3, 1, 4, tzinfo=NOW.tzinfo))
    found.refresh_from_db()
    assert found.state == S.ACTIVE
    actions.recheck(found.pk, finding="收入没有变化", by=place.clerk, now=near)
    found.refresh_from_db()
    assert found.review_on == date(2028, 8, 25)
    assert not BenefitTask.objects.open().exists()


def test_a_new_notice_of_holidays_moves_what_is_counted_in_working_days_only(place):
    found = granted(place)
    found.person.state = PersonState.MOVED_OUT
    found.person.save(update_fields=["state"])
    actions.find_tasks(now=NOW)
    task = BenefitTask.objects.open().get()
    holidays(23, 24)
    cases.recompute_clocks(occasion="later", now=NOW)
    moved = BenefitTask.objects.open().get()
    calendar = WorkCalendarYear.objects.calendar()
    assert moved.due_on == calendar.add(task.due_on, 2).day
    assert Benefit.objects.get().review_on == found.review_on


@sweeps(actions.prove)
def test_a_visit_at_home_proves_life_as_a_visit_to_the_counter():
    place = hall(ALLOWANCE, now=NOW, community=far_community())
    found = granted(place)
    assert (found.from_on, found.review_on) == (date(2026, 9, 1), None)
    assert found.prove_by_on == date(2027, 9, 22)
    near = datetime(2027, 9, 1, 4, tzinfo=NOW.tzinfo)
    assert actions.find_tasks(now=near) == 1
    found = actions.prove(found.pk, way="home_visit", note="卧床，上门", by=place.clerk, now=near)
    assert found.prove_by_on == date(2028, 9, 1)
    assert not BenefitTask.objects.open().exists()
    with pytest.raises(Invalid):
        actions.prove(found.pk, way="hearsay", by=place.clerk, now=near)


def test_the_yearly_confirmation_is_the_proof_for_the_pension():
    pension = hall("W2-06", now=NOW)
    accepted = pension.accepted()
    cases.forward(accepted.pk, opinion="属实", by=pension.official, now=NOW)
    cases.grant(accepted.pk, by=pension.decider, now=NOW)
    found = Benefit.objects.get(case=accepted)
    version = item_version("W2-07")
    now = datetime(2027, 3, 1, 10, tzinfo=NOW.tzinfo)
    case = file_case(version, pension.applicant, by=pension.clerk, now=now)
    cases.finish_at_once(case.pk, by=pension.clerk, now=now)
    found.refresh_from_db()
    assert found.prove_by_on == date(2028, 3, 1)


@pytest.mark.parametrize("state", ["deceased", "moved_out", "missing"])
def test_who_died_or_moved_makes_a_task_and_a_person_decides(place, state):
    found = granted(place)
    Person.objects.filter(pk=place.applicant.pk).update(state=state)
    assert actions.find_tasks(now=day(1)) == 1
    assert actions.find_tasks(now=day(2)) == 0
    found.refresh_from_db()
    assert found.state == S.ACTIVE
    task = BenefitTask.objects.open().get()
    assert task.kind == state
    assert not Message.objects.filter(kind__startswith="benefit.")
    actions.report(found.pk, words="已向家属核实", by=place.clerk, now=day(2))
    task.refresh_from_db()
    assert task.report == "已向家属核实"
    assert list(BenefitTask.objects.visible_to(place.decider)) == [task]
    actions.stop(found.pk, reason="经家属证实", by=place.decider, now=day(3))
    assert not BenefitTask.objects.open().exists()


def test_a_rule_over_the_base_may_ask_what_is_held(place):
    granted(place)
    other = PersonFactory(community=place.community)
    assert "holds_dibao" in FACTS
    rule = parse({"fact": "holds_dibao", "op": "=", "value": True})
    people = Person.objects.filter(pk__in=[place.applicant.pk, other.pk])
    assert dict(matches(people, [rule], NOW.date())) == {place.applicant.pk: [True]}
    none = parse({"not": {"fact": "holds_dibao", "op": "=", "value": True}})
    assert dict(matches(people, [none], NOW.date())) == {other.pk: [True]}


# --- pages ----------------------------------------------------------------------------------------
def test_a_decider_changes_a_benefit_in_the_browser_and_the_resident_reads_why(place, client_for):
    found = granted(place)
    actions.set_amount(found.pk, amount=Decimal(600), by=place.decider, now=NOW)
    decider, resident = client_for(place.decider), client_for(place.resident)
    url = reverse("aftercare:benefit-act", args=[found.pk, "change"])
    assert decider.post(url, {"amount": "700", "reason": ""}).status_code == 422
    sent = {"amount": "700.00", "reason": "新的标准", "from_on": "2026-12-01"}
    assert decider.post(url, sent).status_code == 302
    mine = resident.get(reverse("aftercare:my-benefit", args=[found.pk])).content.decode()
    assert "新的标准" in mine
    assert "700.00" in mine
    assert "行政复议" in mine
    assert "最低生活保障金" in resident.get(reverse("aftercare:my-benefits")).content.decode()
    more = reverse("servicehall:my-case-more", args=[found.case_id])
    assert "最低生活保障金" in everything_beside(resident, more)
    # What the station reports inwards is not shown outwards.
    BenefitTask.objects.create(
        benefit=found, kind="moved_out", due_on=NOW.date(), opened_on=NOW.date()
    )
    actions.report(found.pk, words="内部情况说明", by=place.clerk, now=NOW)
    mine = resident.get(reverse("aftercare:my-benefit", args=[found.pk])).content.decode()
    assert "内部情况说明" not in mine


@sweeps(actions.find_tasks, look)
def test_pages_cost_the_same_with_twice_the_rows(place, client_for, count_queries):
    found = granted(place)
    Benefit.objects.update(review_on=NOW.date())
    actions.find_tasks(now=NOW)
    client = client_for(place.clerk)
    url = reverse("aftercare:benefits")
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for kind in ("life_proof", "moved_out", "missing"):
        BenefitTask.objects.create(
            benefit=found, kind=kind, due_on=NOW.date(), opened_on=NOW.date()
        )
    assert count_queries(lambda: client.get(url)) == few <= 10
    one = reverse("aftercare:benefit", args=[found.pk])
    client.get(one)
    assert count_queries(lambda: client.get(one)) <= 18

"""The rest of a case's legal life: longer limits, publicity, special procedures, our silence, what is owed."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from community.governance.models import Body, Post, WorkCalendarYear
from notifications.models import Message
from servicehall.cases import actions, explaining
from servicehall.cases.enums import CaseState, UndertakingKind
from servicehall.cases.models import Case, Consultation
from tests.factories.governance import SINCE, staff
from tests.factories.servicehall import Hall, allow, hall
from tests.servicehall.beside import everything_beside

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PAPER, OTHER = "relatives_record", "means_statement"


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises((NotAllowed, Conflict)) as caught:
        call(*args, **kwargs)
    return caught.value.code


# --- 延长 -------------------------------------------------------------------------------------------
def test_a_limit_is_extended_once_by_the_head_with_a_reason_and_within_the_law():
    place = hall(now=NOW)
    case = place.accepted()
    before, calendar = case.promised_due_on, WorkCalendarYear.objects.calendar()
    assert before is not None
    step = case.steps.get(sequence=1)
    longer: dict[str, Any] = {"reason": "需要外省核实", "now": NOW}
    assert refusal(actions.extend, case.pk, days=5, by=place.clerk, **longer) == "no_power"
    with pytest.raises(Invalid):
        actions.extend(case.pk, days=16, by=place.director, **longer)
    with pytest.raises(Invalid):
        actions.extend(case.pk, days=5, reason=" ", by=place.director, now=NOW)
    case = actions.extend(case.pk, days=5, by=place.director, **longer)
    assert case.promised_due_on == calendar.add(before, 5).day
    assert case.steps.get(sequence=1).due_on == calendar.add(step.due_on or before, 5).day
    assert refusal(actions.extend, case.pk, days=1, by=place.director, **longer) == "extended_once"
    told = Message.objects.get(kind="case.extended", channel="in_site")
    assert told.person_id == place.applicant.pk


def test_an_extension_is_kept_through_a_pause():
    place = hall(now=NOW)
    case = actions.extend(
        place.accepted().pk, days=5, reason="需要外省核实", by=place.director, now=NOW
    )
    due, calendar = case.promised_due_on, WorkCalendarYear.objects.calendar()
    assert due is not None
    case = special(place, case)
    assert case.promised_due_on is None
    case = actions.end_special(case.pk, by=place.director, now=day(2))
    assert (
        case.promised_due_on == calendar.add(due, calendar.between(NOW.date(), day(2).date())).day
    )


# --- 公示与特别程序 --------------------------------------------------------------------------------
def special(place: Hall, case: Case) -> Case:
    return actions.begin_special(
        case.pk,
        reason="medical",
        expected_on=day(10).date(),
        note="需要医院评定",
        by=place.director,
        now=NOW,
    )


def test_nothing_is_granted_before_it_was_public_where_the_item_demands_it():
    place = hall(now=NOW, publicity_days=7)
    case = place.at_district()
    assert refusal(actions.grant, case.pk, by=place.decider, now=day(1)) == "not_yet_public"
    case = place.shown(case, by=place.decider)
    assert actions.grant(case.pk, by=place.decider, now=day(9)).state == CaseState.COMPLETED


def test_a_refusal_needs_no_publicity_and_other_items_know_none():
    place = hall(now=NOW, publicity_days=7)
    case = place.at_district()
    case = actions.refuse(case.pk, by=place.decider, now=day(1), reason="收入超过标准")
    assert case.state == CaseState.COMPLETED
    other = hall(now=NOW)
    other.version.content["publicity_days"] = 0
    other.version.save(update_fields=["content"])
    code = refusal(
        actions.publicise, other.accepted().pk, by=other.director, now=NOW, until=day(7).date()
    )
    assert code == "not_public"


def test_a_special_procedure_stops_the_clock_and_the_applicant_reads_until_when():
    place = hall(now=NOW)
    accepted = place.accepted()
    due, calendar = accepted.promised_due_on, WorkCalendarYear.objects.calendar()
    case = special(place, accepted)
    assert (case.state, case.promised_due_on, case.act_by_on) == (CaseState.SPECIAL, None, None)
    assert case.pauses.get().expected_on == day(10).date()
    lamp = explaining.lamp(case, NOW.date())
    assert lamp is not None
    assert lamp.colour == "paused"
    case = actions.end_special(case.pk, by=place.director, now=day(10))
    assert case.state == CaseState.ACCEPTED
    assert due is not None
    paused = calendar.between(NOW.date(), day(10).date())
    assert case.promised_due_on == calendar.add(due, paused).day
    with pytest.raises(Invalid):
        actions.begin_special(
            case.pk, reason="closed", expected_on=None, note="", by=place.director, now=day(10)
        )


# --- 逾期不告知 ------------------------------------------------------------------------------------
def test_silence_for_five_working_days_accepts_as_of_the_day_of_receipt():
    place = hall(now=NOW)  # Tuesday, 22 September
    case = place.filed()
    assert case.received_on == NOW.date()
    assert actions.tacit_accept(case.pk, now=datetime(2026, 9, 28, 20, tzinfo=NOW.tzinfo)) is None
    found = list(Case.objects.unanswered_since(date(2026, 10, 8)))
    assert found == [case.pk]
    after = actions.tacit_accept(case.pk, now=datetime(2026, 10, 8, 1, tzinfo=NOW.tzinfo))
    assert after is not None
    assert (after.state, after.clock_starts_on) == (CaseState.ACCEPTED, NOW.date())
    assert actions.tacit_accept(case.pk, now=day(40)) is None
    assert (
        AuditEntry.objects.filter(action="case.tacit_accept", target_id=str(case.pk)).count() == 1
    )


# --- 容缺与承诺 ------------------------------------------------------------------------------------
def test_only_papers_that_the_item_marks_may_follow_and_a_grant_waits_for_them():
    place = hall(now=NOW)
    case = place.filed()
    with pytest.raises(Invalid) as caught:
        actions.accept(case.pk, by=place.clerk, now=NOW, deferred=["means_authorisation"])
    assert caught.value.code == "not_deferrable"
    allow(place, PAPER, "deferrable")
    allow(place, OTHER, "commitment")
    case = actions.accept(case.pk, by=place.clerk, now=NOW, deferred=[PAPER], committed=[OTHER])
    promised = {row.kind: row.due_on for row in case.undertakings.all()}
    assert promised == {
        UndertakingKind.DEFERRED: WorkCalendarYear.objects.calendar().add(NOW.date(), 10).day,
        UndertakingKind.COMMITMENT: WorkCalendarYear.objects.calendar().add(NOW.date(), 10).day,
    }
    for by in (place.director, place.official):
        case = actions.forward(case.pk, by=by, now=day(1), opinion="属实")
    assert refusal(actions.grant, case.pk, by=place.decider, now=day(2)) == "papers_owed"
    actions.keep_undertaking(case.pk, PAPER, by=place.clerk, now=day(2))
    again = actions.keep_undertaking(case.pk, PAPER, by=place.clerk, now=day(3))
    assert again.kept_at == day(2)
    assert actions.grant(case.pk, by=place.decider, now=day(3)).state == CaseState.COMPLETED
    # What was only promised is verified, also after the decision; a paper that was owed no more.
    assert actions.keep_undertaking(case.pk, OTHER, by=place.clerk, now=day(4)).kept_at == day(4)


# --- 征求意见 --------------------------------------------------------------------------------------
def ask(place: Hall, case: Case, *bodies: Body, kind: str = "opinion") -> list[Consultation]:
    return actions.consult(
        case.pk,
        bodies=[body.pk for body in bodies],
        kind=kind,
        question="情况是否属实？",
        due_on=day(5).date(),
        by=place.director,
        now=NOW,
    )


def test_several_offices_are_asked_at_once_and_the_step_waits_for_all_of_them(client_for):
    place = hall(now=NOW)
    case = place.accepted()
    street, department = ask(place, case, place.street_office, place.department)
    assert refusal(ask, place, case, place.street_office) == "asked_already"
    assert Case.objects.visible_to(place.decider).filter(pk=case.pk).exists()
    forward: dict[str, Any] = {"by": place.director, "now": day(1), "opinion": "属实"}
    assert refusal(actions.forward, case.pk, **forward) == "opinions_open"
    assert list(Consultation.objects.asked_of(place.official)) == [street]
    for scope, own, other in (
        (place.official, street, department),
        (place.decider, department, street),
    ):
        beside = everything_beside(
            client_for(scope), reverse("servicehall:case-more", args=[case.pk])
        )
        assert reverse("servicehall:consultation-answer", args=[own.pk]) in beside
        assert reverse("servicehall:consultation-answer", args=[other.pk]) not in beside
    actions.answer_consultation(street.pk, answer="属实。", by=place.official, now=day(1))
    again = refusal(
        actions.answer_consultation, street.pk, answer="再答", by=place.official, now=day(1)
    )
    assert again == "answered_already"
    actions.cancel_consultation(department.pk, by=place.director, now=day(1))
    assert actions.forward(case.pk, **forward).state == CaseState.IN_REVIEW


def told(kind: str) -> list[str]:
    """Whom a message of a kind went to, by name of the account."""
    return sorted(Message.objects.filter(kind=kind).values_list("user__username", flat=True))


def test_an_office_is_told_that_it_is_asked_reminded_once_and_whoever_asked_of_the_answer():
    place = hall(now=NOW)
    Post.objects.update(started_on=SINCE)
    case = place.accepted()
    (row,) = ask(place, case, place.street_office)
    official = User.objects.get(pk=str(place.official.user_id)).username
    assert told("consultation.asked") == [official]
    assert actions.remind_of_consultations(now=NOW) == 0
    assert actions.remind_of_consultations(now=day(2)) == 0
    due = datetime.combine(row.due_on, NOW.time(), NOW.tzinfo)
    assert actions.remind_of_consultations(now=due) == 1
    assert actions.remind_of_consultations(now=due + timedelta(hours=1)) == 0
    assert told("consultation.due") == [official]
    actions.answer_consultation(row.pk, answer="属实。", by=place.official, now=due)
    director = User.objects.get(pk=str(place.director.user_id)).username
    assert told("consultation.answered") == [director]


def test_nobody_is_asked_about_a_case_that_is_closed():
    place = hall(now=NOW)
    case = place.accepted()
    (row,) = ask(place, case, place.street_office, kind="question")
    actions.withdraw(case.pk, by=place.resident, now=day(1))
    due = datetime.combine(row.due_on, NOW.time(), NOW.tzinfo)
    assert actions.remind_of_consultations(now=due) == 0
    assert not Consultation.objects.asked_of(place.official).exists()


def test_a_question_holds_nothing_up_and_a_stranger_cannot_answer():
    place = hall(now=NOW)
    case = place.accepted()
    (row,) = ask(place, case, place.department, kind="question")
    code = refusal(actions.answer_consultation, row.pk, answer="是", by=place.official, now=NOW)
    assert code == "answered_already"
    with pytest.raises(Invalid):
        ask(place, case, place.station)
    after = actions.forward(case.pk, by=place.director, now=day(1), opinion="属实")
    assert after.state == CaseState.IN_REVIEW


# --- 重新办理 --------------------------------------------------------------------------------------
def test_whoever_decided_takes_it_back_within_the_days_and_the_time_between_is_not_counted():
    place = hall(now=NOW)
    case = place.granted()
    due = WorkCalendarYear.objects.calendar()
    before = case.promised_due_on
    assert before is not None
    assert case.deliver_by_on == due.add(NOW.date(), 10).day
    reason: dict[str, Any] = {"reason": "收入核算有误", "now": day(3)}
    assert refusal(actions.reopen, case.pk, by=place.official, **reason) == "not_in_hand"
    late: dict[str, Any] = {"reason": "晚了", "now": day(31)}
    assert refusal(actions.reopen, case.pk, by=place.decider, **late) == "reopen_is_over"
    case = actions.reopen(case.pk, by=place.decider, **reason)
    assert (case.state, case.outcome, case.closed_at) == (CaseState.IN_REVIEW, "", None)
    assert case.handler_id == place.department.pk
    assert case.promised_due_on == due.add(before, due.between(NOW.date(), day(3).date())).day
    second = staff(Role.DEPARTMENT_OFFICIAL, place.department)
    case = actions.refuse(case.pk, by=second, now=day(4), reason="收入超过标准")
    assert case.outcome == "refused"

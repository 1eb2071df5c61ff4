"""电子监察: the ladder once per rung, what each act gives away, letters of 督办, clocks after a new notice."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from community.governance.models import Post, WorkCalendarDay, WorkCalendarYear
from community.governance.workdays import WorkCalendar
from notifications.models import Message
from servicehall.cases import actions as cases
from servicehall.cases.models import Case, ReviewStep
from servicehall.supervision import actions, evidence, rules
from servicehall.supervision.enums import FindingKind, UrgingAction, UrgingState
from servicehall.supervision.models import Escalation, Finding, Rung, SweepMark, Urging
from servicehall.supervision.transitions import URGING
from tests.factories.data import load_supervision
from tests.factories.governance import (
    SINCE,
    CommunityOfficeFactory,
    GovernmentFactory,
    StationFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import Hall, allow, hall
from tests.servicehall.beside import everything_beside
from tests.servicehall.notices import holidays
from tests.sweeping import sweeps

NOW = datetime(2026, 9, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FIGURES = rules.SupervisionRules(3, 3, 4, 2, 8, 60)
LADDER = {
    "yellow": [],
    "red": ["director", "street"],
    "late_1": ["street"],
    "late_3": ["district"],
    "late_5": ["supervision"],
}


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    load_supervision()
    found = hall(now=NOW)
    Post.objects.update(started_on=SINCE)
    return found


@pytest.fixture
def place(town, db):
    return deepcopy(town)


@pytest.fixture
def watchers(place) -> SimpleNamespace:
    """Those above the station."""
    district = place.community.parent.parent
    above = SimpleNamespace(
        office=staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=district)),
        auditor=staff(Role.AUDITOR, GovernmentFactory(place=district)),
        leader=staff(Role.LEADER, GovernmentFactory(place=district)),
    )
    Post.objects.update(started_on=SINCE)
    return above


def due(case: Case, *, promised: date, statutory: date, warn: date | None = None) -> None:
    Case.objects.filter(pk=case.pk).update(
        promised_due_on=promised, statutory_due_on=statutory, warn_on=warn or promised
    )


def kinds(case: Case) -> list[str]:
    return sorted(Finding.objects.filter(case=case).values_list("kind", flat=True))


def codes(case: Case) -> list[str]:
    return list(Escalation.objects.of_case(case.pk).values_list("code", flat=True))


def told(case: Case, scope) -> list[str]:
    rows = Message.objects.filter(kind="supervision.rung", user_id=scope.user_id)
    return [row.params["rung"] for row in rows.order_by("id") if row.about == f"case:{case.pk}"]


# --- the ladder -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("after", "today", "reached"),
    [
        (0, date(2026, 9, 11), date(2026, 9, 10)),
        (1, date(2026, 9, 11), date(2026, 9, 10)),
        (1, date(2026, 9, 12), date(2026, 9, 10)),  # a Saturday begins no working day
        (1, date(2026, 9, 14), date(2026, 9, 13)),
        (3, date(2026, 9, 16), date(2026, 9, 13)),
        (5, date(2026, 9, 18), date(2026, 9, 13)),
    ],
)
def test_a_rung_counts_working_days_after_the_last_day_that_was_in_time(after, today, reached):
    calendar = WorkCalendar()
    assert rules.latest("statutory", after, today, calendar) == reached
    assert rules.is_reached("statutory", after, reached, today, calendar)
    assert not rules.is_reached("statutory", after, reached + timedelta(days=1), today, calendar)
    if after:
        first = calendar.add(reached, after).day
        assert first <= today
        assert calendar.add(reached + timedelta(days=1), after).day > today


def test_a_case_climbs_the_ladder_and_each_rung_is_told_once(place, watchers):
    case = place.accepted()
    due(case, promised=date(2026, 9, 10), statutory=date(2026, 9, 11), warn=date(2026, 9, 9))
    climbed = {
        "2026-09-08": [],
        "2026-09-09": ["yellow"],
        "2026-09-10": [],
        "2026-09-11": ["red"],
        "2026-09-12": [],
        "2026-09-14": ["late_1"],
        "2026-09-15": [],
        "2026-09-16": ["late_3"],
        "2026-09-18": ["late_5"],
        "2026-09-30": [],
    }
    seen: list[str] = []
    for day_of, new in climbed.items():
        now = datetime.fromisoformat(f"{day_of}T09:00:00+08:00")
        assert actions.sweep(now=now) == len(new), day_of
        assert actions.sweep(now=now) == 0
        seen += new
        assert codes(case) == seen
    assert list(Rung.objects.values_list("code", "tells")) == list(LADDER.items())
    assert told(case, place.director) == ["红灯（超承诺时限）"]
    assert told(case, place.official) == ["红灯（超承诺时限）", "超法定时限1个工作日"]
    assert told(case, watchers.office) == ["超法定时限3个工作日"]
    assert told(case, watchers.auditor) == ["超法定时限5个工作日"]
    assert told(case, place.clerk) == []
    assert {FindingKind.OVER_PROMISED, FindingKind.OVER_STATUTORY} <= set(kinds(case))


def test_the_sweep_finds_a_case_whose_day_moved_behind_its_mark(place):
    case = place.accepted()
    due(case, promised=date(2026, 10, 20), statutory=date(2026, 10, 30))
    actions.sweep(now=day(1))
    due(case, promised=date(2026, 9, 1), statutory=date(2026, 10, 30))
    assert actions.sweep(now=day(1)) == 0  # nobody acted: nothing can have moved
    cases.forward(case.pk, by=place.director, now=day(1), opinion="入户核查，情况属实。")
    due(case, promised=date(2026, 9, 1), statutory=date(2026, 10, 30))
    assert actions.sweep(now=day(1)) == 2
    assert set(codes(case)) == {"yellow", "red"}


def test_a_closed_case_climbs_no_further(place):
    case = place.accepted()
    due(case, promised=date(2026, 9, 8), statutory=date(2026, 9, 8))
    rung = Rung.objects.get(code="red")
    cases.withdraw(case.pk, by=place.resident, now=day(1))
    assert not actions.climb(case.pk, rung, now=day(3))
    assert actions.sweep(now=day(3)) == 0


def test_what_has_a_day_of_its_own_is_found_when_it_is_past(place):
    allow(place, "relatives_record", "deferrable")
    case = cases.accept(place.filed().pk, by=place.clerk, now=NOW, deferred=["relatives_record"])
    cases.consult(
        case.pk,
        bodies=[place.street_office.pk],
        kind="question",
        question="情况是否属实？",
        due_on=day(2).date(),
        by=place.director,
        now=NOW,
    )
    ReviewStep.objects.filter(case=case, sequence=1).update(due_on=day(1).date())
    case.undertakings.update(due_on=day(1).date())
    actions.sweep(now=day(1))
    assert kinds(case) == []
    actions.sweep(now=day(2))
    assert kinds(case) == ["step_late", "undertaking_late"]
    actions.sweep(now=day(3))
    actions.sweep(now=day(4))
    assert kinds(case) == ["consultation_late", "step_late", "undertaking_late"]
    assert Finding.objects.get(kind="consultation_late").body_id == place.street_office.pk


def on(day_due: date | None) -> datetime:
    assert day_due is not None
    return datetime.combine(day_due, NOW.time(), NOW.tzinfo)


def test_a_step_is_not_late_while_the_clock_of_its_case_stands_still(place):
    """The pause is added to the step as well: late is only what stays undone after it."""
    case = place.accepted()
    step = ReviewStep.objects.get(case=case, sequence=1)
    ask = {"items": [{"key": "", "title": "", "what": "缺页"}], "by": place.director}
    cases.ask_supplement(case.pk, now=NOW, **ask)
    past = on(step.due_on) + timedelta(days=1)
    actions.sweep(now=past)
    assert kinds(case) == []
    cases.answer_supplement(case.pk, answers={}, by=place.resident, now=past)
    step.refresh_from_db()
    late = on(step.due_on) + timedelta(days=1)
    assert late > past + timedelta(days=1)
    actions.sweep(now=past + timedelta(minutes=30))
    assert kinds(case) == []
    actions.sweep(now=late)
    assert kinds(case) == ["step_late"]


def test_a_promise_that_nobody_verified_is_found_also_after_the_decision(place):
    allow(place, "relatives_record", "commitment")
    case = cases.accept(place.filed().pk, by=place.clerk, now=NOW, committed=["relatives_record"])
    for by in (place.director, place.official):
        cases.forward(case.pk, by=by, now=day(1), opinion="入户核查，情况属实。")
    cases.grant(case.pk, by=place.decider, now=day(2))
    due = case.undertakings.get().due_on
    past = on(due) + timedelta(days=1)
    actions.sweep(now=past - timedelta(days=1))
    assert "undertaking_late" not in kinds(case)
    actions.sweep(now=past)
    found = Finding.objects.get(case=case, kind="undertaking_late")
    assert "前核实" in evidence.words(found)


# --- what an act gives away -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("opinion", "before", "minutes", "is_passed_on"),
    [
        ("同意", "入户核查，情况属实。", 1, True),
        ("入户核查 情况属实", "入户核查，情况属实。", 2.9, True),
        ("入户核查，情况属实。", "入户核查，情况属实。", 30, False),
        ("经核对收入低于标准，同意上报。", "入户核查，情况属实。", 1, False),
    ],
)
def test_a_step_that_is_only_passed_on(opinion, before, minutes, is_passed_on):
    assert rules.is_passed_on(opinion, before, minutes, FIGURES) is is_passed_on


def test_passing_on_within_minutes_and_sending_back_twice_are_found(place):
    case = place.accepted()
    words = "入户核查，情况属实。"
    cases.forward(case.pk, by=place.director, now=NOW, opinion=words)
    assert kinds(case) == []
    cases.forward(case.pk, by=place.official, now=NOW + timedelta(minutes=1), opinion=words)
    found = Finding.objects.get(case=case)
    assert (found.kind, found.body_id) == (FindingKind.PASSED_ON, place.street_office.pk)
    cases.send_back(case.pk, by=place.decider, now=day(1), reason="请补充核查")
    cases.send_back(case.pk, by=place.official, now=day(1), reason="请社区再核")
    assert Finding.objects.filter(case=case, kind=FindingKind.PASSED_ON).count() == 2


def test_forwarding_late_deciding_late_and_without_a_reason_are_found(place):
    case = place.accepted()
    ReviewStep.objects.filter(case=case, sequence=1).update(due_on=day(1).date())
    cases.forward(case.pk, by=place.director, now=day(3), opinion="入户核查，情况属实。")
    cases.forward(case.pk, by=place.official, now=day(4), opinion="材料齐全，收入符合标准。")
    due(case, promised=date(2026, 9, 10), statutory=date(2026, 12, 31))
    cases.refuse(case.pk, by=place.decider, now=day(5), reason="不符合")
    assert kinds(case) == ["forwarded_late", "no_reason", "over_promised"]


def test_a_second_notice_and_a_second_supplement_are_found(place):
    case = place.accepted()
    ask = {"items": [{"key": "", "title": "", "what": "缺页"}], "by": place.director}
    cases.ask_supplement(case.pk, now=NOW, **ask)
    cases.answer_supplement(case.pk, answers={}, by=place.resident, now=NOW)
    assert kinds(case) == []
    cases.ask_supplement(case.pk, now=NOW, is_new_circumstance=True, reason="新增家庭成员", **ask)
    cases.answer_supplement(case.pk, answers={}, by=place.resident, now=NOW)
    assert kinds(case) == ["second_notice", "second_supplement"]


def test_silence_and_a_refusal_that_another_station_did_not_see_are_found(place):
    silent = place.filed()
    assert cases.tacit_accept(silent.pk, now=day(20))
    assert kinds(silent) == ["silence"]
    cases.withdraw(silent.pk, by=place.resident, now=day(20))
    refused = place.filed(now=day(20))
    cases.decline(
        refused.pk, by=place.clerk, now=day(20), reason="材料不全，不能受理。", right_office="街道"
    )
    assert kinds(refused) == []
    other = StationFactory()
    elsewhere = place.filed(now=day(21))
    Case.objects.filter(pk=elsewhere.pk).update(station=other, handler=other)
    cases.accept(elsewhere.pk, by=staff(Role.WINDOW_CLERK, other), now=day(21))
    found = Finding.objects.get(case=refused)
    assert (found.kind, found.body_id) == (FindingKind.REFUSED_ACCEPTANCE, place.station.pk)


@sweeps(actions.dismiss_finding, actions.record_finding, actions.record_paper)
def test_people_write_down_fees_and_what_was_done_on_paper(place, watchers):
    case = place.accepted()
    said = {"note": "居民投诉收了复印费。", "by": watchers.office, "now": day(1)}
    with pytest.raises(Invalid):
        actions.record_finding(case.pk, kind="silence", body_id=place.station.pk, **said)
    fee = actions.record_finding(case.pk, kind="fee", body_id=place.station.pk, **said)
    with pytest.raises(Case.DoesNotExist):
        actions.record_finding(
            case.pk, kind="fee", body_id=place.station.pk, **said | {"by": place.clerk}
        )
    paper: dict[str, Any] = {"happened_at": day(0), "reason": "停电", "now": day(1)}
    with pytest.raises(Invalid):
        actions.record_paper(case.pk, by=place.clerk, **paper | {"happened_at": day(2)})
    actions.record_paper(case.pk, by=place.clerk, **paper)
    assert kinds(case) == ["fee", "off_system"]
    actions.dismiss_finding(fee.pk, reason="是打印店收的", by=watchers.office, now=day(2))
    with pytest.raises(Conflict):
        actions.dismiss_finding(fee.pk, reason="再次", by=watchers.office, now=day(2))
    counted = Finding.objects.counted_for(watchers.leader, day(0).date(), day(5).date())
    assert list(counted) == [(place.station.pk, "off_system", 1)]


# --- 督办 --------------------------------------------------------------------------------------------
def urged(place: Hall, watchers) -> Urging:
    return actions.urge(
        place.accepted().pk,
        body_id=place.station.pk,
        kind=FindingKind.STEP_LATE,
        content="请两日内核查完毕。",
        by=watchers.office,
        now=NOW,
    )


def moves(place: Hall, watchers, row: Urging, now: datetime) -> dict[UrgingAction, Any]:
    words = {"now": now}
    return {
        UrgingAction.REPLY: lambda: actions.reply_urging(
            row.pk, reply="已核查。", by=place.director, **words
        ),
        UrgingAction.RETURN: lambda: actions.return_urging(
            row.pk, reason="没有说明原因", by=watchers.office, **words
        ),
        UrgingAction.CLOSE: lambda: actions.close_urging(
            row.pk, result="已整改。", by=watchers.office, **words
        ),
    }


@sweeps(actions.close_urging, actions.reply_urging, actions.return_urging)
def test_a_letter_is_answered_by_the_office_and_closed_by_the_supervisor(place, watchers):
    row = urged(place, watchers)
    assert (row.number, row.rule_number) == ("督〔2026〕1号", "JC-04")
    assert row.due_on == date(2026, 9, 11)
    letter = Message.objects.filter(kind="supervision.urged", user_id=place.director.user_id)
    assert letter.count() == 1
    run = moves(place, watchers, row, day(1))
    with pytest.raises(NotAllowed):
        actions.reply_urging(row.pk, reply="已核查", by=watchers.office, now=day(1))
    run[UrgingAction.REPLY]()
    assert Message.objects.filter(
        kind="supervision.replied", user_id=watchers.office.user_id
    ).exists()
    run[UrgingAction.RETURN]()
    run[UrgingAction.REPLY]()
    with pytest.raises(NotAllowed):
        actions.close_urging(row.pk, result="好", by=place.director, now=day(1))
    run[UrgingAction.CLOSE]()
    row.refresh_from_db()
    assert (row.state, row.result) == (UrgingState.CLOSED, "已整改。")


@pytest.mark.parametrize("state", UrgingState)
@pytest.mark.parametrize("action", UrgingAction)
def test_every_act_on_a_letter_does_what_the_table_says(place, watchers, state, action):
    row = urged(place, watchers)
    Urging.objects.filter(pk=row.pk).update(
        state=state, reply="已核查", result="已整改", closed_at=NOW
    )
    run = moves(place, watchers, row, day(1))[action]
    if state in URGING[action].sources:
        assert run().state == URGING[action].to
    else:
        with pytest.raises(Conflict):
            run()


# --- a new holiday notice ----------------------------------------------------------------------------
@sweeps(actions.recompute)
def test_a_new_notice_moves_the_days_of_what_is_open_and_tells_those_concerned(
    place, count_queries
):
    running, parked, closed = place.accepted(), place.filed(), place.filed()
    cases.withdraw(closed.pk, by=place.resident, now=NOW)
    before = running.promised_due_on
    assert actions.recompute(now=NOW) == 0  # the calendar as it was found
    actions.sweep(now=NOW)
    year = WorkCalendarYear.objects.get_or_create(year=2026)[0]
    for number in (9, 10):
        WorkCalendarDay.objects.create(
            day=date(2026, 9, number),
            is_workday=False,
            note="放假",
            source="测试",
            created_at=NOW,
            changed_at=NOW,
        )
    year.revision = "8d0f8f0e-0000-4000-8000-000000000001"
    year.save()
    assert (
        actions.recompute(now=day(0)) == 2
    )  # the clock, and the day by which the filing is answered
    after = Case.objects.get(pk=running.pk)
    calendar = WorkCalendarYear.objects.calendar()
    assert after.promised_due_on == calendar.add(before, 2).day
    fresh = Case.objects.select_related("version").get(pk=running.pk)
    cases._core.run_clock(fresh)  # the batch reckons as one case alone does
    assert fresh.promised_due_on == after.promised_due_on
    assert fresh.warn_on == after.warn_on
    step = ReviewStep.objects.get(case=running, sequence=1)
    assert after.act_by_on == step.due_on == calendar.add(NOW.date(), step.limit_days).day
    told_applicant = Message.objects.filter(kind="case.due_moved", channel="in_site")
    assert [row.person_id for row in told_applicant] == [place.applicant.pk]
    assert Message.objects.filter(kind="case.due_days_moved").count() == 2  # clerk and director
    assert SweepMark.objects.get(pk="red").day is None
    assert actions.recompute(now=day(0)) == 0
    assert parked.promised_due_on is None


def test_a_new_notice_moves_what_is_no_clock_and_never_shortens_what_was_given_in_writing(place):
    allow(place, "relatives_record", "deferrable")
    waiting, asked, done = place.filed(), place.filed(), place.granted()
    cases.ask_supplement(
        asked.pk, items=[{"key": "", "title": "", "what": "缺页"}], by=place.clerk, now=NOW
    )
    owing = cases.accept(place.filed().pk, by=place.clerk, now=NOW, deferred=["relatives_record"])

    def days() -> list[date]:
        fresh = Case.objects.in_bulk([waiting.pk, done.pk])
        found = [
            fresh[waiting.pk].act_by_on,
            asked.notices.get().due_on,
            owing.undertakings.get().due_on,
            fresh[done.pk].deliver_by_on,
        ]
        assert None not in found
        return list(filter(None, found))

    before = days()
    holidays(9, 10)
    cases.recompute_clocks(occasion="later", now=NOW)
    later = days()
    assert all(old < new for old, new in zip(before, later, strict=True))
    told = Message.objects.filter(kind="case.answer_day_moved", channel="in_site")
    assert [row.person_id for row in told] == [place.applicant.pk]
    holidays(9, 10, 12, 13, works=True)
    cases.recompute_clocks(occasion="earlier", now=NOW)
    answer, notice, paper, delivery = days()
    assert (notice, paper) == (later[1], later[2])
    assert answer == before[0]
    assert delivery < later[3]
    assert told.count() == 1


def test_a_new_notice_moves_the_day_of_a_letter_from_when_it_was_issued_or_returned(
    place, watchers
):
    row, answered = urged(place, watchers), urged(place, watchers)
    actions.reply_urging(answered.pk, reply="已核查", by=place.director, now=NOW)
    before = row.due_on
    holidays(9, 10)
    cases.recompute_clocks(occasion="later", now=NOW)
    calendar = WorkCalendarYear.objects.calendar()
    row.refresh_from_db()
    assert row.due_on == calendar.add(before, 2).day
    told = Message.objects.filter(kind="case.due_days_moved", user_id=place.director.user_id)
    assert told.count() == 1, "of the letter and of the cases together"
    answered.refresh_from_db()
    assert answered.due_on == before
    back = actions.return_urging(answered.pk, reason="不够", by=watchers.office, now=day(2))
    holidays(14)
    cases.recompute_clocks(occasion="once more", now=day(2))
    row.refresh_from_db()
    assert row.due_on == calendar.add(before, 3).day
    answered.refresh_from_db()
    assert answered.due_on == calendar.add(back.due_on, 1).day


def test_recomputing_costs_the_same_for_one_case_and_for_many(place, count_queries):
    def run() -> None:
        cases.recompute_clocks(occasion="x", now=NOW)

    place.accepted()
    run()
    few = count_queries(run)
    for _n in range(5):
        person = PersonFactory(elder=True, community=place.community, account=True)
        place.applicant = person
        place.__dict__.pop("resident", None)
        place.accepted()
    assert count_queries(run) <= few + 1


# --- pages ------------------------------------------------------------------------------------------
def test_from_the_figure_to_the_letter_and_its_reply(place, watchers, client_for):
    place.now = timezone.now()
    case = place.accepted()
    office, today = client_for(watchers.office), place.now.date()
    due(case, promised=today - timedelta(days=1), statutory=today + timedelta(days=9))
    asked = office.get(reverse("supervision:urge", args=[case.pk])).context["form"]
    assert asked.initial == {
        "body_id": str(place.station.pk),
        "kind": FindingKind.OVER_PROMISED,
    }, "as the light says"
    assert "超期" in office.get(reverse("supervision:case", args=[case.pk])).content.decode()
    actions.record_paper(
        case.pk, happened_at=place.now, reason="停电", by=place.clerk, now=place.now
    )
    leader = client_for(watchers.leader).get(reverse("supervision:overview")).content.decode()
    assert place.station.name in leader
    assert reverse("supervision:findings") not in leader
    listed = reverse("supervision:findings")
    assert listed in office.get(reverse("supervision:overview")).content.decode()
    page = office.get(listed, {"kind": "off_system"}).content.decode()
    record = reverse("supervision:case", args=[case.pk])
    assert record in page
    for secret in (place.applicant.full_name, place.applicant.id_number):
        assert secret not in office.get(record).content.decode()
    letter = {"body_id": str(place.station.pk), "kind": "off_system", "content": "请说明。"}
    urge = reverse("supervision:urge", args=[case.pk])
    assert office.post(urge, letter | {"content": ""}).status_code == 422
    assert office.post(urge, letter)["Location"] == record
    row = Urging.objects.get()
    director = client_for(place.director)
    address = reverse("supervision:urging", args=[row.pk])
    panel = everything_beside(director, reverse("servicehall:case-more", args=[case.pk]))
    assert address in panel
    assert "停电" in panel
    reply = reverse("supervision:urging-act", args=[row.pk, "reply"])
    assert director.post(reply, {"reply-words": ""}).status_code == 422
    assert director.post(reply, {"reply-words": "当天停电，已恢复。"})["Location"] == address
    assert "当天停电" in office.get(address).content.decode()
    close = reverse("supervision:urging-act", args=[row.pk, "close"])
    office.post(close, {"close-words": "属实，已整改。"})
    assert Urging.objects.get().state == UrgingState.CLOSED

"""Every cell of the workflow: what may be done to a case in each state, and by whom."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, User
from common.errors import Conflict, NotAllowed
from community.governance.enums import Power, Role
from community.governance.models import Post, WorkCalendarYear
from community.governance.roles import ROLE_POWERS
from community.governance.scopes import Scope
from notifications.models import Message
from residents.base.actions import tie_staff
from residents.base.models import HouseholdMember, Person
from residents.rights.enums import GuardianKind
from residents.rights.models import Guardianship
from servicehall.cases import actions, progress, routed
from servicehall.cases.enums import CLOSED_STATES, OPEN_STATES, CaseAction, CaseState
from servicehall.cases.models import Case
from servicehall.cases.transitions import BY_APPLICANT, BY_MACHINE, CASE, available
from tests.factories.governance import (
    SINCE,
    CommunityOfficeFactory,
    StationFactory,
    far_community,
    staff,
)
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import Hall, hall

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LATER = NOW + timedelta(hours=1)


def ask(place: Hall, case: Case, *, by: Scope | None = None, **changes: Any) -> Case:
    items = [{"key": "income", "title": "收入证明", "what": "请补交最近三个月的收入证明"}]
    return actions.ask_supplement(
        case.pk, **{"items": items, "by": by or place.clerk, "now": LATER, **changes}
    )


def publicised(place: Hall, case: Case, *, by: Scope | None = None, now: datetime = LATER) -> Case:
    until = now.date() + timedelta(days=7)
    return actions.publicise(case.pk, by=by or place.director, now=now, until=until)


def special(place: Hall, case: Case, *, by: Scope | None = None, now: datetime = LATER) -> Case:
    return actions.begin_special(
        case.pk,
        reason="medical",
        expected_on=now.date() + timedelta(days=10),
        note="需要医院评定",
        by=by or place.director,
        now=now,
    )


def in_review(place: Hall) -> Case:
    case = place.accepted()
    return actions.forward(case.pk, by=place.director, now=LATER, opinion="属实")


REACH: dict[CaseState, Callable[[Hall], Case]] = {
    CaseState.SUBMITTED: lambda h: h.filed(),
    CaseState.SUPPLEMENT_REQUIRED: lambda h: ask(h, h.filed()),
    CaseState.RESUBMITTED: lambda h: actions.answer_supplement(
        ask(h, h.filed()).pk, answers={}, by=h.resident, now=LATER
    ),
    CaseState.ACCEPTED: lambda h: h.accepted(),
    CaseState.IN_REVIEW: in_review,
    CaseState.PUBLICISED: lambda h: publicised(h, h.accepted()),
    CaseState.SPECIAL: lambda h: special(h, h.accepted()),
    CaseState.COMPLETED: lambda h: h.granted(),
    CaseState.DELIVERED: lambda h: h.delivered(),
    CaseState.NOT_ACCEPTED: lambda h: actions.decline(
        h.filed().pk, by=h.clerk, now=LATER, reason="不属于本站", right_office="户籍地街道"
    ),
    CaseState.WITHDRAWN: lambda h: actions.withdraw(h.filed().pk, by=h.resident, now=LATER),
    CaseState.TERMINATED: lambda h: (
        actions.lapse(ask(h, h.filed()).pk, now=NOW + timedelta(days=60))
        or pytest.fail("the notice did not lapse")
    ),
}


def act(place: Hall, case: Case, action: CaseAction) -> Case | None:
    """Do the act as whoever has the case in hand."""
    in_hand = {place.street_office.pk: place.official, place.department.pk: place.decider}
    by = in_hand.get(case.handler_id, place.director if case.accepted_at else place.clerk)
    head = place.head if case.handler_id == place.street_office.pk else place.director
    pk, now = case.pk, LATER + timedelta(minutes=1)
    calls: dict[CaseAction, Callable[[], Case | None]] = {
        CaseAction.ACCEPT: lambda: actions.accept(pk, by=place.clerk, now=now),
        CaseAction.DECLINE: lambda: actions.decline(
            pk, by=place.clerk, now=now, reason="不符合条件", right_office="区民政局"
        ),
        CaseAction.SUPPLEMENT: lambda: ask(
            place, case, by=by, is_new_circumstance=True, reason="新发现的情况"
        ),
        CaseAction.RESUBMIT: lambda: actions.answer_supplement(
            pk, answers={}, by=place.resident, now=now
        ),
        CaseAction.LAPSE: lambda: actions.lapse(pk, now=now + timedelta(days=90)),
        CaseAction.WITHDRAW: lambda: actions.withdraw(pk, by=place.resident, now=now),
        CaseAction.FORWARD: lambda: actions.forward(pk, by=by, now=now, opinion="同意"),
        CaseAction.SEND_BACK: lambda: actions.send_back(pk, by=by, now=now, reason="请补充核查"),
        CaseAction.GRANT: lambda: actions.grant(pk, by=by, now=now, reason="符合条件"),
        CaseAction.REFUSE: lambda: actions.refuse(pk, by=by, now=now, reason="收入超过标准"),
        CaseAction.DELIVER: lambda: actions.deliver(pk, by=place.clerk, now=now),
        CaseAction.TACIT_ACCEPT: lambda: actions.tacit_accept(pk, now=now + timedelta(days=30)),
        CaseAction.EXTEND: lambda: actions.extend(
            pk, days=5, reason="需要外省核实", by=head, now=now
        ),
        CaseAction.PUBLICISE: lambda: publicised(place, case, by=by, now=now),
        CaseAction.END_PUBLICITY: lambda: actions.end_publicity(
            pk, by=by, now=now + timedelta(days=8)
        ),
        CaseAction.BEGIN_SPECIAL: lambda: special(place, case, by=by, now=now),
        CaseAction.END_SPECIAL: lambda: actions.end_special(pk, by=by, now=now, note="已评定"),
        CaseAction.ASSIGN: lambda: actions.assign(
            pk, body_id=place.taker(case).pk, reason="本单位人员都要回避", by=head, now=now
        ),
        CaseAction.REOPEN: lambda: actions.reopen(
            pk, by=place.decider, now=now + timedelta(days=20), reason="收入核算有误"
        ),
        CaseAction.REROUTE: lambda: rerouted(place, case, now=now),
    }
    return calls[action]()


def rerouted(place: Hall, case: Case, *, now: datetime) -> Case | None:
    """By now everybody where the case lies is kin of its applicant; a like office has somebody else."""
    at_street = case.handler_id == place.street_office.pk
    staff(Role.OFFICE_HEAD if at_street else Role.STATION_DIRECTOR, place.taker(case))
    Post.objects.update(started_on=SINCE)  # before the day on which this story plays
    become_kin(place.applicant, case.handler_id)
    moved = actions.reroute_barred(now=now)
    return Case.objects.get(pk=case.pk) if moved else None


def become_kin(applicant: Person, body_id: uuid.UUID) -> None:
    """All who hold a post at a body turn out to live with the applicant."""
    users = sorted(set(Post.objects.filter(body_id=body_id).values_list("user_id", flat=True)))
    people = PersonFactory.create_batch(len(users), community=applicant.community)
    household(applicant, **dict(zip(("son", "daughter", "spouse", "father"), people, strict=False)))
    for person, user_id in zip(people, users, strict=True):
        person.staff_account_id = user_id
        person.save(update_fields=["staff_account"])


# Where a case goes on that stood still; it was stopped when it had just been filed, or just accepted.
RETURNS = {
    CaseAction.RESUBMIT: CaseState.RESUBMITTED,
    CaseAction.END_PUBLICITY: CaseState.ACCEPTED,
    CaseAction.END_SPECIAL: CaseState.ACCEPTED,
}


@pytest.mark.parametrize("state", CaseState)
def test_every_act_in_this_state_does_what_the_table_says(state: CaseState):
    place = hall(now=NOW, publicity_days=7)
    case = REACH[state](place)
    assert case.state == state
    for action in CaseAction:
        savepoint = transaction.savepoint()
        rule = CASE[action]
        if state in rule.sources and action in {CaseAction.GRANT, CaseAction.REFUSE}:
            # The table allows it; the step that is open here is not the one that decides.
            with pytest.raises(NotAllowed) as caught:
                act(place, case, action)
            assert caught.value.code in {"not_the_decider", "no_power"}, (state, action)
        elif state in rule.sources:
            after = act(place, case, action)
            assert after is not None, (state, action)
            assert after.state == (rule.to or RETURNS.get(action, state)), (state, action)
        elif action in BY_MACHINE:
            assert act(place, case, action) is None, (state, action)
        else:
            with pytest.raises(Conflict) as caught:
                act(place, case, action)
            assert caught.value.code == "state_moved_on", (state, action)
        transaction.savepoint_rollback(savepoint)


@pytest.mark.parametrize("action", [CaseAction.GRANT, CaseAction.REFUSE])
def test_the_last_step_decides(action: CaseAction):
    place = hall(now=NOW)
    case = act(place, place.at_district(), action)
    assert case is not None
    assert case.state == CaseState.COMPLETED
    assert case.handler_id == place.station.pk


def test_the_table_names_each_state_and_each_act_once():
    reachable = {rule.to for rule in CASE.values()} | {CaseState.SUBMITTED, CaseState.RESUBMITTED}
    assert reachable - {None} == set(CaseState)
    assert set(CASE) == set(CaseAction)
    for action, rule in CASE.items():
        assert rule.sources <= OPEN_STATES | {CaseState.COMPLETED, CaseState.DELIVERED}
        assert (rule.power is None) == (action in BY_APPLICANT | BY_MACHINE)
    assert CLOSED_STATES.isdisjoint(OPEN_STATES)


@pytest.mark.parametrize("role", Role)
def test_a_window_clerk_never_decides_and_only_roles_with_the_power_are_offered_a_decision(
    role: Role,
):
    offered = available(CaseState.IN_REVIEW, ROLE_POWERS[role])
    assert (CaseAction.GRANT in offered) == (Power.DECIDE_CASES in ROLE_POWERS[role])
    if role == Role.WINDOW_CLERK:
        assert CaseAction.GRANT not in offered


def test_whoever_accepts_may_finish_an_instant_item():
    powers = ROLE_POWERS[Role.WINDOW_CLERK]
    assert CaseAction.GRANT in available(CaseState.ACCEPTED, powers, is_instant=True)
    assert CaseAction.GRANT not in available(CaseState.ACCEPTED, powers)


def test_each_change_writes_one_event_one_audit_entry_and_one_message():
    place = hall(now=NOW)
    case = place.delivered()
    acts = [event.action for event in case.events.all()]
    assert acts == ["file", "accept", "forward", "forward", "grant", "deliver"]
    states = list(case.events.values_list("from_state", "to_state"))
    assert all(before == after for (_a, after), (before, _b) in pairwise(states))
    audited = (
        AuditEntry.objects.filter(target_id=str(case.pk))
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert list(audited) == [f"case.{name}" for name in acts]
    told = Message.objects.filter(about=f"case:{case.pk}", channel="in_site").values_list(
        "kind", flat=True
    )
    assert sorted(told) == ["case.accepted", "case.decided", "case.delivered", "case.received"]


def test_another_body_cannot_act_on_a_case_that_it_may_read():
    place = hall(now=NOW)
    case = place.at_district()
    with pytest.raises(NotAllowed) as caught:
        actions.grant(case.pk, by=place.official, now=LATER, reason="抢先决定")
    assert caught.value.code == "not_in_hand"


def test_a_case_of_another_station_does_not_exist():
    here, elsewhere = hall(now=NOW), hall(now=NOW)
    with pytest.raises(Case.DoesNotExist):
        actions.accept(here.filed().pk, by=elsewhere.clerk, now=LATER)


def test_a_notice_is_given_once_and_again_only_for_new_circumstances():
    place = hall(now=NOW)
    case = actions.answer_supplement(
        ask(place, place.filed()).pk, answers={}, by=place.resident, now=LATER
    )
    with pytest.raises(NotAllowed) as caught:
        ask(place, case)
    assert caught.value.code == "told_once"
    case = ask(place, case, is_new_circumstance=True, reason="申请人新交的材料显示另有收入")
    assert [n.number for n in case.notices.all()] == [1, 2]
    assert case.first_told_on == case.told_again_on == LATER.date()


def test_the_clock_stands_still_while_a_supplement_is_awaited_and_adds_exactly_the_pause():
    place = hall(now=NOW)  # 2026-09-22, a Tuesday
    case = place.accepted()
    due = case.promised_due_on
    case = ask(place, case, by=place.director)
    assert case.promised_due_on is None
    back = datetime(2026, 9, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    case = actions.answer_supplement(case.pk, answers={}, by=place.resident, now=back)
    assert case.state == CaseState.ACCEPTED
    assert due is not None
    assert case.promised_due_on is not None
    pause = case.pauses.get()
    assert (pause.from_on.day, pause.to_on.day if pause.to_on else None) == (22, 24)
    from community.governance.models import WorkCalendarYear

    calendar = WorkCalendarYear.objects.calendar()
    assert calendar.between(due, case.promised_due_on) == 2


def test_nobody_acts_on_the_matter_of_his_own_household():
    place = hall(now=NOW)
    case = place.filed()
    tie_staff(
        User.objects.get(pk=place.clerk.user_id or ""),
        place.applicant.id_number or "",
        by=audit.SYSTEM,
        now=NOW,
    )
    with pytest.raises(NotAllowed) as caught:
        actions.accept(case.pk, by=place.clerk, now=LATER)
    assert caught.value.code == "conflict_of_interest"


def test_a_daughter_who_moved_out_and_a_guardian_stand_back_as_well():
    place = hall(now=NOW)
    case = place.filed()
    daughter, lodger, guard = PersonFactory.create_batch(3, community=place.community)
    household(place.applicant, daughter=daughter, not_related=lodger)
    HouseholdMember.objects.filter(person__in=[daughter, lodger]).update(to_on=NOW.date())
    Guardianship.objects.create(
        ward=place.applicant,
        guardian=guard,
        kind=GuardianKind.values[0],
        document="监护公证书",
        from_on=date(2026, 1, 1),
        recorded_by="民政",
        recorded_at=NOW,
    )
    for person, code in (
        (daughter, "conflict_of_interest"),
        (guard, "conflict_of_interest"),
        (lodger, ""),
    ):
        person.staff_account_id = place.clerk.user_id
        person.save(update_fields=["staff_account"])
        if code:
            with pytest.raises(NotAllowed) as caught:
                actions.accept(case.pk, by=place.clerk, now=LATER)
            assert caught.value.code == code
            person.staff_account_id = None
            person.save(update_fields=["staff_account"])
    assert actions.accept(case.pk, by=place.clerk, now=LATER).state == CaseState.ACCEPTED


def test_where_everybody_must_stand_back_the_case_goes_on_by_itself():
    """A station of one family: the filing is looked at next door, the check done there, the street keeps its own."""
    place = hall()
    now = place.now
    neighbour, far = place.taker(place.filed()), StationFactory(place=far_community())
    other = staff(Role.STATION_DIRECTOR, neighbour)
    staff(Role.STATION_DIRECTOR, far)
    become_kin(place.applicant, place.station.pk)
    case = place.filed()
    assert (case.handler_id, case.station_id) == (neighbour.pk, place.station.pk)
    told = Message.objects.get(about=f"case:{case.pk}", kind="case.came_over")
    assert told.user_id == other.user_id
    assert place.station.name in told.text
    last = case.events.last()
    assert last is not None
    assert (last.action, last.post_label) == (CaseAction.REROUTE, audit.SYSTEM.post_label)
    assert progress.note(case, last) == (
        f"{place.station.name}能办的人都应回避，转给：{neighbour.name}"
    )
    case = actions.accept(case.pk, by=other, now=now)
    assert [event.action for event in case.events.all()][-2:] == ["accept", "reroute"]
    step = case.steps.get(state="open")
    assert (step.body_id, case.handler_id) == (neighbour.pk, neighbour.pk)
    shown = progress.timeline(
        case, events=list(case.events.all()), steps=list(case.steps.all()), notice=None
    )
    assert [row.title for row in shown].count(progress.TITLES[CaseAction.REROUTE]) == 1
    taken, community, *_rest = routed.legs(
        Case.objects.with_reroutes().get(pk=case.pk), WorkCalendarYear.objects.calendar()
    )
    words = (
        f"{place.station.name}能办的人都应回避，按规则转给同一街道的同类单位：{neighbour.name}。"
    )
    assert (words in taken.why, words in community.why) == (True, True)
    case = actions.forward(case.pk, by=other, now=now, opinion="属实")
    assert case.handler_id == place.street_office.pk


def test_where_no_office_is_free_somebody_is_called_and_nobody_is_offered_what_concerns_him():
    place = hall()
    coordinator = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=place.department.place))
    case = place.at_district()
    become_kin(place.applicant, place.department.pk)
    assert actions.reroute_barred(now=place.now) == actions.reroute_barred(now=place.now) == 0
    told = Message.objects.filter(about=f"case:{case.pk}", kind="case.nobody_free")
    assert [message.user_id for message in told] == [coordinator.user_id]
    assert not Case.objects.in_hand_of(place.decider).exists()
    colleague = staff(Role.DEPARTMENT_OFFICIAL, place.department)
    assert Case.objects.in_hand_of(colleague).get() == case
    assert actions.reroute_barred(now=place.now) == 0, "who is free takes it"


def test_a_case_is_not_handed_to_where_everybody_must_stand_back_too():
    place = hall()
    case = place.filed()
    neighbour = place.taker(case)
    staff(Role.STATION_DIRECTOR, neighbour)
    become_kin(place.applicant, neighbour.pk)
    with pytest.raises(NotAllowed) as caught:
        actions.assign(
            case.pk, body_id=neighbour.pk, reason="人手不够", by=place.director, now=place.now
        )
    assert caught.value.code == "all_barred_there"


def test_one_person_in_two_posts_does_not_pass_two_steps_of_a_case():
    place = hall(now=NOW)
    case = place.accepted()
    case = actions.forward(case.pk, by=place.director, now=LATER, opinion="属实")
    same_person = User.objects.get(pk=place.director.user_id or "")
    second_post = staff(Role.STREET_OFFICIAL, place.street_office, user=same_person)
    with pytest.raises(NotAllowed) as caught:
        actions.forward(case.pk, by=second_post, now=LATER, opinion="同意")
    assert caught.value.code == "conflict_of_interest"


def test_sending_back_opens_the_step_before_and_the_clock_runs_on():
    place = hall(now=NOW)
    case = in_review(place)
    due = case.promised_due_on
    case = actions.send_back(case.pk, by=place.official, now=LATER, reason="请核实人口")
    assert case.handler_id == place.station.pk
    assert case.promised_due_on == due
    case = actions.forward(case.pk, by=place.director, now=LATER, opinion="已核实")
    assert case.handler_id == place.street_office.pk


def test_the_same_draft_filed_twice_is_one_case():
    place = hall(now=NOW)
    case = place.filed()
    again = actions.submit(case.draft_id, by=place.resident, now=LATER)  # type: ignore[arg-type]
    assert again == case
    assert Case.objects.filter(applicant=place.applicant).count() == 1


def test_a_rating_is_given_once_and_only_by_the_applicant_after_completion():
    place = hall(now=NOW)
    case = place.filed()
    with pytest.raises(NotAllowed) as caught:
        actions.rate(case, level=1, by=place.resident, now=LATER)
    assert caught.value.code == "not_closed"
    actions.withdraw(case.pk, by=place.resident, now=LATER)
    case = place.granted()
    with pytest.raises(NotAllowed) as caught:
        actions.rate(case, level=1, by=place.clerk, now=LATER)
    assert caught.value.code == "staff_cannot_rate"
    actions.rate(case, level=5, by=place.resident, now=LATER)
    with pytest.raises(Conflict):
        actions.rate(case, level=1, by=place.resident, now=LATER)

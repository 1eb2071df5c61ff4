"""Random histories of a case: whatever is done to it in whatever order, what must hold holds.

A tree is walked instead of single paths: each act is one more history, and shares all that came before it.
`YIZHAN_HISTORIES=2000 make test ARGS=tests/servicehall/test_histories.py` walks on for longer.
"""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from common.errors import NotAllowed
from community.governance.enums import BodyKind, Role
from community.governance.models import Body, Post
from community.governance.scopes import Scope
from notifications.models import Message
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.actions import _core
from servicehall.cases.enums import (
    BEFORE_ACCEPTANCE,
    OPEN_STATES,
    SPECIAL_REASONS,
    STANDING_STILL,
    CaseAction,
    CaseState,
    StepState,
)
from servicehall.cases.models import Case
from servicehall.cases.transitions import CASE
from tests.factories.governance import SINCE, staff
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import Hall, hall

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("YIZHAN_HISTORIES", "100"))
DEEPEST = 12
START = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
A = CaseAction
LIVING = frozenset[str]().union(*(rule.sources for rule in CASE.values()))
ROLES = {
    BodyKind.SERVICE_STATION: Role.STATION_DIRECTOR,
    BodyKind.STREET_OFFICE: Role.OFFICE_HEAD,
    BodyKind.DEPARTMENT: Role.OFFICE_HEAD,
}


class Walk:
    """One hall, its people, and the random choices."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.place: Hall = hall(now=START, publicity_days=3)
        self.takers = [self.place.taker(self.place.filed()) for _number in range(2)]
        # Several of each, so that few are barred for having acted before.
        bodies = [self.place.station, self.place.street_office, self.place.department]
        Post.objects.update(ended_on=START.date(), started_on=SINCE)
        self.people = {
            body.pk: [staff(ROLES[BodyKind(body.kind)], body) for _number in range(2)]
            for body in (*bodies, *self.takers)
        }
        Post.objects.filter(ended_on=None).update(started_on=SINCE)
        self.kin = PersonFactory.create_batch(2, community=self.place.community)
        son, daughter = self.kin
        household(self.place.applicant, son=son, daughter=daughter)
        self.walked = 0
        self.done: set[CaseAction] = set()

    def whoever(self, body: Body) -> Scope:
        return self.rng.choice(self.people[body.pk])

    def tie(self, body: Body) -> None:
        """Now and then it turns out that one of an office, or both, are children of the applicant, or none."""
        for person, scope in zip(self.kin, self.people[body.pk], strict=True):
            person.staff_account_id = scope.user_id if self.rng.random() < 0.7 else None
        Person.objects.filter(pk__in=[person.pk for person in self.kin]).update(staff_account=None)
        Person.objects.bulk_update(self.kin, ["staff_account"])

    def act(self, case: Case, action: CaseAction, now: datetime) -> object:
        by, pk, day = self.whoever(case.handler), case.pk, timezone.localdate(now)
        place, rng = self.place, self.rng
        decider = self.whoever(place.department)
        calls: dict[CaseAction, Callable[[], object]] = {
            A.ACCEPT: lambda: actions.accept(pk, by=by, now=now),
            A.TACIT_ACCEPT: lambda: actions.tacit_accept(pk, now=now),
            A.DECLINE: lambda: actions.decline(
                pk, by=by, now=now, reason="不符合", right_office="区民政局"
            ),
            A.SUPPLEMENT: lambda: actions.ask_supplement(
                pk,
                items=[{"key": "income", "title": "收入证明", "what": "请补交"}],
                by=by,
                now=now,
                is_new_circumstance=bool(case.supplements),
                reason="新情况" if case.supplements else "",
            ),
            A.RESUBMIT: lambda: actions.answer_supplement(
                pk, answers={}, by=place.resident, now=now
            ),
            A.LAPSE: lambda: actions.lapse(pk, now=now),
            A.WITHDRAW: lambda: actions.withdraw(pk, by=place.resident, now=now),
            A.FORWARD: lambda: actions.forward(pk, by=by, now=now, opinion="同意"),
            A.SEND_BACK: lambda: actions.send_back(pk, by=by, now=now, reason="请再核"),
            A.GRANT: lambda: actions.grant(pk, by=by, now=now),
            A.REFUSE: lambda: actions.refuse(pk, by=by, now=now, reason="收入超过"),
            A.DELIVER: lambda: actions.deliver(pk, by=by, now=now),
            A.EXTEND: lambda: actions.extend(
                pk, days=rng.randint(1, 16), reason="需核实", by=by, now=now
            ),
            A.PUBLICISE: lambda: actions.publicise(
                pk, by=by, now=now, until=day + timedelta(days=3)
            ),
            A.END_PUBLICITY: lambda: actions.end_publicity(pk, by=by, now=now),
            A.BEGIN_SPECIAL: lambda: actions.begin_special(
                pk,
                reason=rng.choice(SPECIAL_REASONS),
                expected_on=day + timedelta(days=4),
                note="需评定",
                by=by,
                now=now,
            ),
            A.END_SPECIAL: lambda: actions.end_special(pk, by=by, now=now),
            A.ASSIGN: lambda: actions.assign(
                pk, body_id=rng.choice(self.takers).pk, reason="都要回避", by=by, now=now
            ),
            A.REROUTE: lambda: self.rerouted(case, now),
            A.REOPEN: lambda: actions.reopen(pk, by=decider, now=now, reason="算错了"),
        }
        return calls[action]()

    def rerouted(self, case: Case, now: datetime) -> object:
        actions.reroute_barred(now=now)
        return None if read(case.pk).handler_id == case.handler_id else case

    def choose(self, case: Case) -> CaseAction:
        """Mostly what the table allows, sometimes what it does not; the ends seldom, so that histories grow."""
        fitting = [action for action in A if case.state in CASE[action].sources]
        if not fitting or self.rng.random() < 0.15:
            return self.rng.choice(list(A))
        seldom = {A.WITHDRAW, A.DECLINE, A.LAPSE, A.REFUSE}
        return self.rng.choices(fitting, [1 if act in seldom else 6 for act in fitting])[0]

    def go(self, case_id: Any, now: datetime, depth: int) -> None:
        for _branch in range(1 if depth % 3 else 2):
            if self.walked >= HISTORIES:
                return
            savepoint = transaction.savepoint()
            later = now + timedelta(hours=self.rng.choice([1, 5, 30, 75, 200]))
            self.step(case_id, later)
            self.walked += 1
            if depth < DEEPEST and read(case_id).state in LIVING:
                self.go(case_id, later, depth + 1)
            transaction.savepoint_rollback(savepoint)

    def step(self, case_id: Any, now: datetime) -> None:
        before = read(case_id)
        if self.rng.random() < 0.3:
            self.tie(self.rng.choice([before.handler, self.place.street_office]))
        events = before.events.count()
        action = self.choose(before)
        try:
            done = self.act(before, action, now)
        except NotAllowed:
            done = None
        after = read(case_id)
        if done is None:
            assert after.events.count() == events, action
            assert (after.state, after.handler_id) == (before.state, before.handler_id), action
        else:
            written = [event.action for event in after.events.all()[events:]]
            # One event for the act, and one where it went on because everybody must stand back.
            assert written in ([action], [action, A.REROUTE]), action
            assert before.state in CASE[action].sources, action
            self.done.update(CaseAction(one) for one in written)
        holds(after)


def read(case_id: Any) -> Case:
    return Case.objects.select_related("handler", "version__item", "station").get(pk=case_id)


def holds(case: Case) -> None:
    """What is true of every case at every moment."""
    steps = list(case.steps.all())
    open_steps = [step for step in steps if step.state == StepState.OPEN]
    pauses = list(case.pauses.all())
    is_open = case.state in OPEN_STATES
    assert is_open == (case.closed_at is None)
    assert len(open_steps) == (1 if is_open and case.accepted_at else 0)
    if open_steps:
        assert open_steps[0].body_id == case.handler_id
    stands = [pause for pause in pauses if pause.to_on is None]
    if case.accepted_at and is_open:
        assert len(stands) == (1 if case.state in STANDING_STILL else 0)
    agrees_with_its_log(case)
    events = list(case.events.all())
    assert all(a.to_state == b.from_state for a, b in pairwise(events))
    assert events[-1].to_state == case.state
    told = list(Message.objects.filter(about=f"case:{case.pk}").values_list("key", "channel"))
    assert len(told) == len(set(told))


def agrees_with_its_log(case: Case) -> None:
    if case.state in BEFORE_ACCEPTANCE or case.accepted_at is None or case.closed_at:
        return
    said = (case.promised_due_on, case.statutory_due_on, case.warn_on)
    _core.run_clock(case)
    assert said == (case.promised_due_on, case.statutory_due_on, case.warn_on)
    assert (said[0] is None) == (case.state in STANDING_STILL)


def test_whatever_is_done_in_whatever_order_the_case_stays_whole():
    walk = Walk(seed=int(os.environ.get("YIZHAN_SEED", "20260302")))
    while walk.walked < HISTORIES:
        savepoint = transaction.savepoint()
        case = walk.place.filed()
        assert case.state == CaseState.SUBMITTED
        walk.go(case.pk, START, 1)
        transaction.savepoint_rollback(savepoint)
    assert len(walk.done) > len(A) // 2, walk.done
    assert A.REROUTE in walk.done

"""Many hands at the same moment: each act happens once (T17, T18, T19). Real threads, real transactions.

`YIZHAN_APPROVALS=200 make test ARGS=tests/races/test_at_once.py` lets 32 hands decide 200 cases.
"""

import os
import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, FileUse
from common.errors import Conflict, NotAllowed
from community.governance.enums import Role
from dashboards.demo.answers import answers_for
from notifications.models import Message
from residents.base.actions import open_file
from servicehall.cases import actions
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, CaseEvent, ReviewStep, Supplement
from tests.factories.documents import example, lettered_hall
from tests.factories.governance import staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import file_case, hall

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 32
APPROVALS = int(os.environ.get("YIZHAN_APPROVALS", "4"))


def at_once(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each call gave or which refusal it met; all start at the same moment, each on its own connection."""
    waiting = list(calls)
    gate = threading.Barrier(len(waiting))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                # The queue is long on purpose; here nobody gives up before his turn.
                cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            gate.wait(timeout=30)
            return attempt(call)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))


def attempt(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except NotAllowed as refusal:
        return refusal


def done(results: Iterable[Any]) -> list[Any]:
    return [result for result in results if not isinstance(result, Exception)]


def events(action: str) -> int:
    return CaseEvent.objects.filter(action=action).count()


def test_a_draft_sent_eight_times_is_one_case():
    place = hall()
    draft = actions.start_draft(
        place.version, applicant=place.applicant, by=place.resident, now=place.now
    )
    answers = answers_for(
        place.version, place.applicant, rng=random.Random(1), today=place.now.date()
    )
    actions.save_draft(draft.pk, answers, step="check", by=place.resident, now=place.now)
    submit = partial(actions.submit, draft.pk, by=place.resident, now=place.now)
    results = at_once([submit] * 8)
    assert {case.pk for case in done(results)} == {Case.objects.get().pk}
    assert len(done(results)) == 8
    assert events("file") == 1
    assert Message.objects.filter(kind="case.received").count() == len(
        set(Message.objects.filter(kind="case.received").values_list("channel", flat=True))
    )


def test_of_32_who_accept_a_case_one_does():
    place = hall()
    case = place.filed()
    clerks = [place.clerk, *(staff(Role.WINDOW_CLERK, place.station) for _ in range(3))]
    results = at_once(
        partial(actions.accept, case.pk, by=clerks[n % 4], now=place.now) for n in range(HANDS)
    )
    assert len(done(results)) == 1
    assert sum(isinstance(result, Conflict) for result in results) == HANDS - 1
    assert events("accept") == 1
    assert ReviewStep.objects.filter(case=case).count() == len(place.version.levels)
    assert Message.objects.filter(kind="case.accepted", channel="sms").count() == 1


def test_of_32_who_decide_every_case_each_case_is_decided_once():
    """Everybody goes through all of them, each from another beginning."""
    place = hall()
    cases = [
        replace(
            place, applicant=PersonFactory(elder=True, community=place.community, account=True)
        ).at_district()
        for _ in range(APPROVALS)
    ]
    deciders = [place.decider, *(staff(Role.DEPARTMENT_OFFICIAL, place.department) for _ in "123")]
    later = place.now + timedelta(minutes=20)

    def decide(hand: int) -> list[Any]:
        start = hand * len(cases) // HANDS
        return [
            attempt(partial(actions.grant, case.pk, by=deciders[hand % 4], now=later))
            for case in [*cases[start:], *cases[:start]]
        ]

    results = [each for hand in at_once(partial(decide, n) for n in range(HANDS)) for each in hand]
    assert len(results) == len(cases) * HANDS
    assert {case.pk for case in done(results)} == {case.pk for case in cases}
    assert len(done(results)) == events("grant") == len(cases)
    assert Case.objects.filter(state=CaseState.COMPLETED).count() == len(cases)
    assert {event.case_id for event in CaseEvent.objects.filter(action="grant")} == {
        case.pk for case in cases
    }
    told = Message.objects.filter(kind="case.decided", channel="sms").order_by("about")
    assert [message.about for message in told] == sorted(f"case:{case.pk}" for case in cases)


def test_of_32_who_press_on_with_one_batch_no_case_is_done_twice():
    place = hall()
    people = PersonFactory.create_batch(APPROVALS, elder=True, community=place.community)
    cases = [file_case(place.version, each, by=place.clerk, now=place.now) for each in people]
    batch = actions.start_batch(
        "accept", [case.pk for case in cases], words="齐全", by=place.clerk, now=place.now
    )
    at_once([partial(actions.go_on, batch.pk, by=place.clerk, now=place.now)] * HANDS)
    while actions.go_on(batch.pk, by=place.clerk, now=place.now):
        pass  # a slice has an end; with many cases some are left
    assert list(batch.entries.order_by().values_list("is_done", "message").distinct()) == [
        (True, "")
    ]
    assert events("accept") == len(cases)
    assert Case.objects.filter(state=CaseState.ACCEPTED).count() == len(cases)


def test_a_grant_and_a_refusal_at_once_leave_one_decision():
    place = hall()
    case = place.at_district()
    other = staff(Role.DEPARTMENT_OFFICIAL, place.department)
    results = at_once(
        [
            partial(actions.grant, case.pk, by=place.decider, now=place.now),
            partial(actions.refuse, case.pk, by=other, now=place.now, reason="不符合条件。"),
        ]
    )
    assert len(done(results)) == 1
    assert events("grant") + events("refuse") == 1


def test_of_two_notices_at_once_the_applicant_gets_one():
    place = hall()
    case = place.filed()
    asked = [{"key": "income", "title": "收入证明", "what": "请补充近三个月流水。"}]
    other = staff(Role.WINDOW_CLERK, place.station)
    results = at_once(
        partial(actions.ask_supplement, case.pk, items=asked, by=by, now=timezone.now())
        for by in (place.clerk, other)
    )
    assert len(done(results)) == 1
    assert Supplement.objects.count() == 1
    assert Message.objects.filter(kind="case.supplement", channel="sms").count() == 1


def test_the_applicant_withdraws_while_the_clerk_accepts_and_both_cannot_be_first():
    place = hall()
    case = place.filed()
    at_once(
        [
            partial(actions.accept, case.pk, by=place.clerk, now=place.now),
            partial(actions.withdraw, case.pk, by=place.resident, now=place.now),
        ]
    )
    case.refresh_from_db()
    last = case.events.order_by("id").last()
    assert last is not None
    assert case.state == last.to_state
    assert case.state == CaseState.WITHDRAWN  # first or second: who withdraws has withdrawn
    assert not ReviewStep.objects.filter(case=case, state="open").exists()


def test_eight_ratings_of_one_case_count_once():
    place = hall()
    case = place.delivered()
    results = at_once([partial(actions.rate, case, level=1, by=place.resident, now=place.now)] * 8)
    assert len(done(results)) == 1
    assert events("rate") == 1


def test_of_many_files_opened_at_once_none_slips_past_the_budget(figures):
    figures(files_noticed=2, files_most=5)
    place = hall()
    people = PersonFactory.create_batch(HANDS, community=place.community)
    look = partial(open_file, purpose="at_counter", by=place.clerk, now=place.now)
    assert len(done(at_once(partial(look, person.pk) for person in people))) == 5
    assert FileUse.objects.count() == 5
    assert AuditEntry.objects.filter(action="person.viewed").count() == 5


def test_of_32_letters_at_once_each_has_its_number_and_none_is_missing():
    place = lettered_hall()
    case = place.filed()
    letters = done(at_once(partial(example, place, case) for _ in range(HANDS)))
    numbers = sorted(int(letter.number.split("〕")[1][:-1]) for letter in letters)
    assert numbers == list(range(1, HANDS + 1))
    assert len({letter.code for letter in letters}) == HANDS

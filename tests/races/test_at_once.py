"""Many hands at the same moment: each act happens once (T17, T18, T19). Real threads, real transactions."""

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
from tests.factories.servicehall import hall

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 32


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
            return call()
        except NotAllowed as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))


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


def test_of_32_decisions_over_8_cases_each_case_gets_one():
    place = hall()
    cases = [place.at_district()]
    for _ in range(7):
        other = PersonFactory(elder=True, community=place.community, account=True)
        cases.append(replace(place, applicant=other).at_district())
    other_decider = staff(Role.DEPARTMENT_OFFICIAL, place.department)
    later = place.now + timedelta(minutes=20)
    results = at_once(
        partial(
            actions.grant,
            cases[n % 8].pk,
            by=other_decider if n % 16 < 8 else place.decider,
            now=later,
        )
        for n in range(HANDS)
    )
    assert len(done(results)) == len(cases)
    assert events("grant") == len(cases)
    assert Case.objects.filter(state=CaseState.COMPLETED).count() == len(cases)


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

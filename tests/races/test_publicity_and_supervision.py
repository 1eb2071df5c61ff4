"""Notices, objections and the ladder under many hands, and when any statement fails (F6, T17)."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from community.governance.enums import Role
from notifications.models import Message
from servicehall.cases.models import Case
from servicehall.publicity import actions as publicity
from servicehall.publicity.models import Objection, PublicNotice
from servicehall.supervision import actions as supervision
from servicehall.supervision.models import Escalation, Finding, Rung
from tests.factories.data import load_publicity, load_supervision
from tests.factories.governance import CommunityOfficeFactory, staff
from tests.factories.servicehall import Hall, hall
from tests.races.test_at_once import at_once, done
from tests.races.test_statement_fails import Act
from tests.sweeping import SWEPT, sweep

HANDS = 8


def posted(place: Hall) -> PublicNotice:
    load_publicity()
    case = place.at_district()
    publicity.publicise(case.pk, by=place.decider, now=place.now + timedelta(minutes=9))
    return PublicNotice.objects.get()


def objected(place: Hall) -> Objection:
    return file(place, posted(place))


def file(place: Hall, notice: PublicNotice, key: uuid.UUID | None = None) -> Objection:
    return publicity.file_objection(
        notice.ref, words="不属实", phone="13900001234", key=key or uuid.uuid4(), by=None,
        now=place.now,
    )  # fmt: skip


def late(place: Hall) -> Case:
    """Past its promise since yesterday."""
    load_supervision()
    case = place.accepted()
    yesterday = timezone.localdate(place.now) - timedelta(days=1)
    Case.objects.update(promised_due_on=yesterday)
    return case


def climb(place: Hall, case: Case) -> bool:
    return supervision.climb(case.pk, Rung.objects.get(code="red"), now=place.now)


def watched(place: Hall) -> tuple[Case, Any]:
    district = place.community.parent.parent  # type: ignore[union-attr]
    return late(place), staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=district))


ACTS = {
    "publicise": Act(
        lambda h: (load_publicity(), h.at_district())[1],
        lambda h, c: publicity.publicise(c.pk, by=h.decider, now=h.now + timedelta(minutes=9)),
        publicity_days=7,
    ),
    "file_objection": Act(posted, file, publicity_days=7),
    "answer_objection": Act(
        objected,
        lambda h, o: publicity.answer_objection(
            o.pk, is_upheld=True, inquiry="查了", answer="成立", by=h.decider, now=h.now
        ),
        publicity_days=7,
    ),
    "end_over": Act(
        posted,
        lambda h, n: publicity.end_over(n.pk, now=h.now + timedelta(days=20)),
        publicity_days=7,
    ),
    "climb": Act(late, climb),
    "urge": Act(
        watched,
        lambda h, found: supervision.urge(
            found[0].pk,
            body_id=h.station.pk,
            kind="over_promised",
            content="请办结",
            by=found[1],
            now=h.now,
        ),
    ),
}
SWEPT.update({publicity.publicise, publicity.file_objection, publicity.answer_objection})
SWEPT.update({publicity.end_over, supervision.climb, supervision.urge})


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_an_act_happens_wholly_or_not_at_all(name):
    act = ACTS[name]
    place = hall(publicity_days=act.publicity_days)
    given = act.before(place)
    assert sweep(name, lambda: act.act(place, given))[1]


@pytest.mark.django_db(transaction=True)
def test_a_rung_is_told_once_however_many_sweeps_run():
    place = hall()
    case = late(place)
    results = at_once([partial(climb, place, case)] * HANDS)
    assert sorted(done(results)) == [False] * (HANDS - 1) + [True]
    assert Escalation.objects.count() == 1
    assert Finding.objects.filter(kind="over_promised").count() == 1
    told = Message.objects.filter(kind="supervision.rung").values_list("user_id", flat=True)
    assert sorted(map(str, told)) == sorted({str(user) for user in told})


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_eight_times_is_one_objection_and_an_end_and_an_objection_do_not_miss_each_other():
    place = hall(publicity_days=7)
    notice, key = posted(place), uuid.uuid4()
    results = at_once([partial(file, place, notice, key)] * HANDS)
    assert {objection.pk for objection in done(results)} == {Objection.objects.get().pk}
    over = place.now + timedelta(days=20)
    ends = at_once([partial(publicity.end_over, notice.pk, now=over)] * HANDS)
    assert done(ends) == [False] * HANDS

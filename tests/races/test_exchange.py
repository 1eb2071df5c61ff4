"""Systems of departments at the same moment: a batch is taken once, and no late transaction is passed by (T17)."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit, sealing
from residents.base.actions import Statement, say
from residents.exchange.actions.pulling import changes_since
from residents.exchange.actions.pushing import push
from residents.exchange.models import ImportBatch
from tests.factories.data import load_exchange, load_sources
from tests.factories.exchange import official
from tests.factories.governance import CommunityFactory
from tests.factories.residents import PersonFactory
from tests.races.test_at_once import at_once, done
from tests.residents.importing import number

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def labour(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    load_sources()
    load_exchange()
    return official("human_resources")


def spoken(person, employment):
    said = Statement(person.pk, {"employment": employment}, date(2026, 5, 1))
    say([said], source="human_resources", by=audit.SYSTEM, now=timezone.now())


def test_the_same_batch_sent_by_many_hands_is_taken_once(labour, settings):
    rows = [{"full_name": "张伟民", "id_number": number(1)}]
    given = {"as_of": date(2026, 6, 1), "fingerprint": "0" * 64, "by": labour}
    one_key = uuid.uuid4().hex
    same = at_once(
        partial(push, rows, key=one_key, now=timezone.now(), **given) for _hand in range(8)
    )
    assert len({batch.pk for batch in done(same)}) == 1
    others = at_once(
        partial(push, rows, key=uuid.uuid4().hex, now=timezone.now(), **given) for _hand in range(8)
    )
    assert {getattr(refusal, "code", "") for refusal in others} == {"batch_known"}
    assert ImportBatch.objects.count() == 1
    assert len([path for path in settings.UPLOAD_DIR.rglob("*") if path.is_file()]) == 1


def test_a_change_that_commits_late_is_not_passed_by(labour):
    community = CommunityFactory()
    slow, quick = PersonFactory.create_batch(2, community=community)
    written, may_end = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                spoken(slow, "10")
                written.set()
                assert may_end.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(late)
        assert written.wait(30)
        spoken(quick, "30")  # begun after the other, and in the base before it
        sealing.seal(now=timezone.now())
        first = changes_since(0, size=100, by=labour, now=timezone.now())
        may_end.set()
        running.result()
    sealing.seal(now=timezone.now())
    second = changes_since(first.last, size=100, by=labour, now=timezone.now())
    assert [item.person_id for item in first.items] == [quick.pk]
    assert [item.person_id for item in second.items] == [slow.pk]

"""Posting a message: once, inside the transaction, and never in the way of the business act."""

import socket
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from notifications import bell, kinds, outbox
from notifications.enums import Channel, MessageState
from notifications.models import Message
from tests.notifications.machine import ringing_at

pytestmark = pytest.mark.django_db
PARAMS = {"station": "滨河站", "query_code": "7K2M"}


def post(kind="test.progress", **changes):
    values = {"key": "case:1:accepted", "user_id": None, "phone": "13800005678", "params": PARAMS}
    outbox.post(kind, **values | {"now": timezone.now()} | changes)


@pytest.fixture
def resident():
    return User.objects.create_user("li", kind="resident", display_name="李四")


def test_one_event_makes_one_row_per_channel_in_one_insert(resident, django_assert_num_queries):
    with django_assert_num_queries(1):
        post(user_id=resident.pk)
    rows = {row.channel: row for row in Message.objects.all()}
    assert set(rows) == {Channel.IN_SITE, Channel.SMS}
    assert rows[Channel.IN_SITE].state == MessageState.SENT
    assert rows[Channel.IN_SITE].text == "您在滨河站的申请有新进展。"
    assert rows[Channel.SMS].state == MessageState.DUE


def test_the_same_event_again_tells_nobody_twice(resident):
    post(user_id=resident.pk)
    post(user_id=resident.pk, params=PARAMS | {"station": "别处"})
    assert Message.objects.count() == 2
    assert not Message.objects.filter(text__contains="别处").exists()


def test_an_event_with_a_long_name_is_told_once_and_is_no_other(resident):
    """Two ids and a moment make more than the column holds; that must never undo the act that tells."""
    moment = timezone.now().replace(microsecond=123456).isoformat()
    long = f"urging:{uuid.uuid4()}:returned:{moment}:{resident.pk}"
    assert len(long) > outbox.KEY_MOST
    for key in (long, long, f"{long}x"):
        post(key=key, user_id=resident.pk)
    assert Message.objects.filter(channel=Channel.IN_SITE).count() == 2
    assert Message._meta.get_field("key").max_length == outbox.KEY_MOST


def test_the_number_is_stored_encrypted_and_found_by_its_digest():
    post(phone="+86 138 0000 5678")
    message = Message.objects.get()
    assert message.phone == "13800005678"
    raw = Message.objects.values_list("phone", flat=True).get()
    assert "13800005678" not in repr(raw)
    assert len(raw or "") > 40


@pytest.mark.parametrize("phone", ["", "04732012345", "不详"])
def test_whoever_cannot_be_reached_is_put_on_the_call_list(phone):
    post(phone=phone)
    message = Message.objects.get()
    assert (message.channel, message.state) == (Channel.CALL, MessageState.DUE)
    assert message.text == "您在滨河站的申请有新进展。"
    assert message.last_error == "no_address"


def test_a_text_with_a_missing_value_breaks_the_event_at_once():
    with pytest.raises(kinds.BadParams):
        post(params={"station": "滨河站"})
    with pytest.raises(kinds.UnknownKind):
        post("test.nobody_registered_this")


def test_a_reminder_for_later_is_not_in_the_inbox_before_its_time(resident):
    post(user_id=resident.pk, not_before=timezone.now() + timedelta(days=1))
    assert not Message.objects.for_user(resident.pk).exists()
    assert not Message.objects.due().exists()


def test_nobody_without_an_account_has_an_inbox():
    post()
    assert not Message.objects.for_user(None).exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_can_be_posted():
    with pytest.raises(outbox.NoTransaction):
        post()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_tells_nobody(monkeypatch):
    rung: list[list[str]] = []
    monkeypatch.setattr(bell, "ring", rung.append)
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_with_ids_only(monkeypatch):
    rung: list[list[str]] = []
    monkeypatch.setattr(bell, "publish", lambda ids, task: rung.append(ids))
    with transaction.atomic():
        post()
        assert rung == []
    assert rung == [[str(Message.objects.get().pk)]]


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_harms_no_request_and_then_costs_nothing():
    """The settings of the tests name a broker address where nobody listens."""
    lost, began = bell.breaker.lost, time.monotonic()
    with transaction.atomic():
        post()
    assert time.monotonic() - began < 1.5
    assert Message.objects.count() == 1
    assert bell.breaker.lost == lost + 1

    began = time.monotonic()
    for n in range(20):
        with transaction.atomic():
            post(key=f"case:{n}")
    assert time.monotonic() - began < 1.0
    assert Message.objects.count() == 21
    assert bell.breaker.lost == lost + 21


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_accepts_and_never_answers_delays_a_request_by_half_a_second():
    """Worse than a dead one: without limits of its own the client library would wait for ever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        with ringing_at(f"redis://127.0.0.1:{listener.getsockname()[1]}/0"):
            began = time.monotonic()
            bell.ring([str(uuid.uuid4())])
            assert time.monotonic() - began < 0.9
    assert bell.breaker.is_open


def test_the_bell_tries_again_after_its_pause(monkeypatch):
    rung: list[list[str]] = []
    monkeypatch.setattr(bell, "publish", lambda ids, task: rung.append(ids))
    bell.breaker.failed()
    bell.ring(["1"])
    assert rung == []
    monkeypatch.setattr(bell.breaker, "_open_until", time.monotonic() - 1)
    bell.ring(["2"])
    assert rung == [["2"]]
    assert not bell.breaker.is_open


@pytest.mark.django_db(transaction=True)
def test_thirty_two_at_once_post_one_event_once():
    gate = threading.Barrier(32)

    def run():
        from django.db import connection

        gate.wait()
        with transaction.atomic():
            post()
        connection.close()

    bell.breaker.failed()  # the bell is not what is tested
    threads = [threading.Thread(target=run) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.count() == 1

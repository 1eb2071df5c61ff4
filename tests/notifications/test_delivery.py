"""What becomes of a message once it is due."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import User
from notifications import delivery
from notifications.claims import claim
from notifications.enums import Channel, MessageState
from notifications.models import Message, MessagePreference, RecordedSms
from tests.factories.notifications import MessageFactory, MessageRuleFactory
from tests.notifications import gateway as gateways

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_hour")]


@pytest.fixture
def gateway(settings):
    with gateways.running() as running:
        settings.SMS_GATEWAY_URL = running.url
        yield running


def now_quiet():
    """A rule whose quiet hours began an hour ago and end in two, whatever the hour."""
    local = timezone.localtime()
    return MessageRuleFactory(
        valid_from=local.date(),
        quiet_from=(local - timedelta(hours=1)).time(),
        quiet_to=(local + timedelta(hours=2)).time(),
    )


def test_what_was_sent_is_kept_word_for_word(gateway):
    message = MessageFactory()
    delivery.deliver([str(message.pk)])
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.text == "您在滨河站的申请有新进展，查询码7K2M。"
    assert message.text == gateway.texts[str(message.pk)]
    assert message.provider_id.startswith("p-")
    assert message.lease_until is None


def test_the_recording_gateway_keeps_a_text_once_and_counts_the_repeats():
    message = MessageFactory()
    delivery.drain()
    Message.objects.update(state=MessageState.DUE, sent_at=None)
    delivery.drain()
    recorded = RecordedSms.objects.get()
    assert (recorded.idempotency_key, recorded.repeats) == (str(message.pk), 1)
    assert recorded.phone == message.phone


def test_a_reminder_reaches_the_inbox_at_its_time():
    user = User.objects.create_user("li", kind="resident")
    message = MessageFactory(in_site=True, state=MessageState.DUE, sent_at=None, text="", user=user)
    delivery.drain()
    assert Message.objects.for_user(user.pk).get() == message
    assert Message.objects.get().text == "您在滨河站的申请有新进展。"


def test_calls_are_for_people():
    MessageFactory(to_call=True)
    assert delivery.drain() == 0


# --- when the gateway fails ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503, 429, 302])
def test_what_the_gateway_did_not_take_is_tried_again_later(gateway, status):
    gateway.behave = lambda to, text: status
    MessageFactory()
    delivery.drain()
    message = Message.objects.get()
    assert (message.state, message.attempts) == (MessageState.DUE, 1)
    assert message.last_error == f"http_{status}"
    assert timedelta(0) < message.not_before - timezone.now() < timedelta(seconds=7)


def test_a_gateway_that_is_not_there_is_tried_again_later(settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    MessageFactory()
    delivery.drain()
    assert Message.objects.get().last_error == "unreachable"
    assert Message.objects.get().state == MessageState.DUE


def test_a_number_that_the_gateway_refuses_is_put_on_the_call_list(gateway):
    gateway.behave = lambda to, text: 400
    MessageFactory()
    delivery.drain()
    assert Message.objects.failed().get().last_error == "http_400"
    call = Message.objects.to_call().get()
    assert call.text == "您在滨河站的申请有新进展。"
    assert call.phone == Message.objects.failed().get().phone


def test_after_a_day_of_tries_a_person_calls(gateway):
    gateway.behave = lambda to, text: 500
    MessageFactory(give_up_at=timezone.now() - timedelta(seconds=1))
    delivery.drain()
    assert Message.objects.failed().count() == 1
    assert Message.objects.to_call().count() == 1


def test_without_an_answer_it_is_repeated_where_the_gateway_honours_keys(gateway):
    gateway.behave = lambda to, text: 0
    MessageFactory()
    delivery.drain()
    assert Message.objects.get().state == MessageState.DUE
    gateway.behave = lambda to, text: 200
    Message.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    delivery.drain()
    assert Message.objects.get().state == MessageState.SENT
    assert gateway.repeats == 1
    assert len(gateway.texts) == 1


def test_without_an_answer_and_without_keys_a_person_decides(gateway, settings):
    settings.SMS_GATEWAY_HONOURS_KEYS = False
    gateway.behave = lambda to, text: 0
    MessageFactory()
    delivery.drain()
    assert Message.objects.get().state == MessageState.UNCERTAIN
    assert delivery.drain() == 0
    assert gateway.repeats == 0


def test_a_worker_lost_in_mid_sending_is_no_reason_to_repeat_without_keys(gateway, settings):
    settings.SMS_GATEWAY_HONOURS_KEYS = False
    MessageFactory(abandoned=True)
    delivery.drain()
    assert Message.objects.get().state == MessageState.UNCERTAIN
    assert not gateway.calls


def test_a_gateway_in_trouble_is_left_in_peace(gateway):
    gateway.behave = lambda to, text: 503
    MessageFactory.create_batch(30)
    delivery.drain()
    # Up to eight are on their way at once when the fifth failure is counted.
    assert sum(gateway.calls.values()) <= 12
    before = sum(gateway.calls.values())
    Message.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert delivery.drain() == 0
    assert sum(gateway.calls.values()) == before
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.DUE}


def test_poison_harms_only_itself(gateway):
    bad = [
        *MessageFactory.create_batch(5, params={}),
        *MessageFactory.create_batch(5, kind="test.removed_last_year"),
    ]
    good = MessageFactory.create_batch(50)
    delivery.drain()
    assert len(gateway.texts) == len(good)
    assert set(Message.objects.failed()) == set(bad)
    assert {row.last_error for row in Message.objects.failed()} == {"unreadable"}


def test_a_message_that_kills_its_worker_each_time_ends_in_the_list():
    MessageFactory(abandoned=True, attempts=100)
    delivery.drain()
    assert Message.objects.failed().get().last_error == "worker_lost"


# --- leases -------------------------------------------------------------------------------------


def test_a_lease_ends_by_the_clock_of_the_database_only():
    """Two hosts with clocks ten minutes apart must not take each other's messages."""
    MessageFactory()
    assert claim() is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=True):
        assert claim() is None
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    with time_machine.travel(timezone.now() - timedelta(minutes=10), tick=True):
        assert claim() is not None


def taken():
    batch = claim()
    assert batch is not None
    return batch


def test_who_comes_back_late_from_the_dead_changes_nothing():
    MessageFactory()
    dead = taken()
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = taken()
    outcomes = delivery.send(dead)
    delivery.finish(dead, outcomes)
    assert Message.objects.get().state == MessageState.SENDING
    delivery.finish(second, delivery.send(second))
    assert Message.objects.get().state == MessageState.SENT
    assert Message.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_send_nothing_twice(gateway):
    MessageFactory.create_batch(300)

    def sweep():
        delivery.drain()
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gateway.texts) == 300
    assert gateway.repeats == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_while_a_transaction_is_open(gateway, monkeypatch):
    seen = []
    MessageFactory()
    send = delivery.send

    def spy(batch):
        seen.append(connection.in_atomic_block)
        return send(batch)

    monkeypatch.setattr(delivery, "send", spy)
    delivery.drain()
    assert seen == [False]
    assert len(gateway.texts) == 1


# --- what may not go now ------------------------------------------------------------------------


def test_at_night_only_what_is_urgent_rings():
    rule = now_quiet()
    sleeping = MessageFactory()
    alarm = MessageFactory(kind="test.alarm", params={"place": "三号楼"})
    delivery.drain()
    assert RecordedSms.objects.get().idempotency_key == str(alarm.pk)
    sleeping.refresh_from_db()
    assert (sleeping.state, sleeping.last_error) == (MessageState.DUE, "quiet_hours")
    assert timezone.localtime(sleeping.not_before).hour == rule.quiet_to.hour
    assert sleeping.attempts == 0


def test_a_hundred_sleeping_messages_do_not_hide_an_alarm():
    now_quiet()
    MessageFactory.create_batch(120, not_before=timezone.now() - timedelta(hours=1))
    MessageFactory(kind="test.alarm", params={"place": "三号楼"})
    delivery.drain()
    assert RecordedSms.objects.count() == 1


def test_a_number_gets_five_texts_an_hour_and_the_others_wait():
    MessageFactory.create_batch(8, phone="19900000001")
    other = MessageFactory(phone="19900000002")
    delivery.drain()
    assert RecordedSms.objects.count() == 6
    waiting = Message.objects.filter(state=MessageState.DUE)
    assert waiting.count() == 3
    assert {row.last_error for row in waiting} == {"number_limit"}
    assert RecordedSms.objects.filter(idempotency_key=str(other.pk)).exists()


@pytest.mark.django_db(transaction=True)
def test_pumping_codes_to_one_number_sends_one_a_minute():
    MessageFactory.create_batch(
        200, kind="test.code", params={"code": "493021"}, phone="19900000001"
    )

    def sweep():
        delivery.drain()
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert RecordedSms.objects.count() == 1
    assert Message.objects.filter(state=MessageState.CANCELLED).count() == 199


def test_a_code_is_erased_once_it_is_sent():
    MessageFactory(kind="test.code", params={"code": "493021"})
    delivery.drain()
    message = Message.objects.get()
    assert RecordedSms.objects.get().text == "验证码493021，5分钟内有效。"
    assert message.text == "验证码······，5分钟内有效。"
    assert message.params == {}


def test_who_wants_no_sms_gets_only_what_the_law_demands():
    user = User.objects.create_user("li", kind="resident")
    MessagePreference.objects.create(user=user, is_sms_refused=True, changed_at=timezone.now())
    unwanted = MessageFactory(user=user)
    demanded = MessageFactory(user=user, kind="test.decision")
    delivery.drain()
    assert RecordedSms.objects.get().idempotency_key == str(demanded.pk)
    unwanted.refresh_from_db()
    assert (unwanted.state, unwanted.last_error) == (MessageState.CANCELLED, "not_wanted")
    assert not Message.objects.filter(channel=Channel.CALL).exists()

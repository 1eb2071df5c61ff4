"""While the first gateway is out of order the second stands in, and no letter goes to both."""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit import SYSTEM
from notifications import actions, delivery
from notifications.channels import sms
from notifications.claims import claim
from notifications.enums import Gateway, MessageState
from notifications.models import Message
from tests.factories.notifications import MessageFactory
from tests.notifications import gateway as gateways

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_hour")]


@pytest.fixture
def first(settings):
    with gateways.running() as running:
        settings.SMS_GATEWAY_URL = running.url
        yield running


@pytest.fixture
def second(settings):
    with gateways.running() as running:
        settings.SMS_GATEWAY_URL_2 = running.url
        yield running


def rest(gateway):
    for _failure in range(5):
        sms.breakers[gateway].failed()


def wake(gateway):
    sms.breakers[gateway].succeeded()


def let_time_pass():
    Message.objects.filter(state=MessageState.DUE).update(
        not_before=timezone.now() - timedelta(seconds=1)
    )


def states():
    return Counter(Message.objects.values_list("state", flat=True))


def test_while_the_first_works_the_second_has_nothing_to_do(first, second):
    MessageFactory.create_batch(20)
    delivery.drain()
    assert len(first.texts) == 20
    assert not second.calls


def test_the_second_takes_over_what_the_first_did_not_take(first, second):
    first.behave = lambda to, text: 503
    messages = MessageFactory.create_batch(30)
    delivery.drain()  # those that the first refused wait their seconds, the others go on at once
    let_time_pass()
    delivery.drain()
    assert states() == {MessageState.SENT: 30}
    assert set(second.texts) == {str(message.pk) for message in messages}  # the same keys
    assert not first.texts
    assert set(Message.objects.values_list("gateway", flat=True)) == {Gateway.SECOND}


def test_a_gateway_that_is_not_there_is_replaced_too(settings, second):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    MessageFactory.create_batch(10)
    delivery.drain()
    let_time_pass()
    delivery.drain()
    assert len(second.texts) == 10


def test_the_first_is_asked_again_after_its_pause(first, second, monkeypatch):
    rest(Gateway.FIRST)
    MessageFactory()
    delivery.drain()
    monkeypatch.setattr(sms.breakers[Gateway.FIRST], "_open_until", time.monotonic() - 1)
    MessageFactory()
    delivery.drain()
    assert (len(first.texts), len(second.texts)) == (1, 1)


def test_what_the_first_may_have_is_never_given_to_the_second(first, second):
    """The key is honoured by the gateway that knows it, and by no other."""
    first.behave = lambda to, text: 0
    message = MessageFactory()
    delivery.drain()
    rest(Gateway.FIRST)
    let_time_pass()
    assert delivery.drain() == 0
    assert not second.calls
    assert Message.objects.get().gateway == Gateway.FIRST

    wake(Gateway.FIRST)
    first.behave = lambda to, text: 503  # says nothing about the try before
    delivery.drain()
    let_time_pass()
    rest(Gateway.FIRST)
    delivery.drain()
    assert not second.calls

    wake(Gateway.FIRST)
    first.behave = lambda to, text: 200
    delivery.drain()
    assert Message.objects.get().state == MessageState.SENT
    assert list(first.texts) == [str(message.pk)]


def test_without_keys_a_doubt_stays_with_a_person(first, second, settings):
    settings.SMS_GATEWAY_HONOURS_KEYS = False
    first.behave = lambda to, text: 0
    MessageFactory()
    delivery.drain()
    rest(Gateway.FIRST)
    let_time_pass()
    assert delivery.drain() == 0
    assert states() == {MessageState.UNCERTAIN: 1}
    assert not second.calls
    actions.retry(Message.objects.get(), by=SYSTEM, now=timezone.now())
    delivery.drain()
    assert len(second.texts) == 1  # somebody has looked and decided


def test_a_letter_whose_worker_died_waits_for_its_own_gateway(first, second):
    MessageFactory()
    assert claim() is not None  # and then the worker was killed
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    rest(Gateway.FIRST)
    assert delivery.drain() == 0
    assert not second.calls
    wake(Gateway.FIRST)
    delivery.drain()
    assert len(first.texts) == 1


def test_while_both_rest_letters_wait(first, second):
    rest(Gateway.FIRST)
    rest(Gateway.SECOND)
    MessageFactory.create_batch(3)
    assert delivery.drain() == 0
    assert states() == {MessageState.DUE: 3}


def test_the_second_alone_will_do(second):
    MessageFactory()
    delivery.drain()
    assert len(second.texts) == 1


def test_a_letter_of_a_gateway_that_is_no_longer_ours_ends_in_the_list(first):
    MessageFactory(gateway=Gateway.SECOND)
    delivery.drain()
    message = Message.objects.get()
    assert (message.state, message.last_error) == (MessageState.DUE, "gateway_gone")
    Message.objects.update(give_up_at=timezone.now())
    let_time_pass()
    delivery.drain()
    assert not first.calls
    assert Message.objects.failed().count() == Message.objects.to_call().count() == 1


def test_of_five_hundred_letters_none_is_lost_and_none_goes_to_both(first, second):
    """F12: a first gateway that fails, hangs up and recovers as it likes."""
    chance = random.Random(5)
    first.behave = lambda to, text: chance.choices([200, 500, 503, 0], [30, 40, 20, 10])[0]
    second.behave = lambda to, text: chance.choices([200, 500], [80, 20])[0]
    messages = MessageFactory.create_batch(500)
    for _turn in range(40):
        delivery.drain()
        let_time_pass()
        for gateway in Gateway:
            if chance.random() < 0.5:
                wake(gateway)
        if states() == {MessageState.SENT: 500}:
            break
    first.behave = second.behave = lambda to, text: 200
    for gateway in Gateway:
        wake(gateway)
    let_time_pass()
    delivery.drain()
    assert states() == {MessageState.SENT: 500}
    assert set(first.texts) | set(second.texts) == {str(message.pk) for message in messages}
    assert not set(first.texts) & set(second.texts)
    assert second.texts

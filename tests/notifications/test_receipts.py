"""What the gateway reports has the last word, in whatever order it comes."""

import json
import random
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings as hypothesis, strategies as st

from accounts.audit import SYSTEM
from common.errors import NotAllowed
from notifications import actions, delivery, signing
from notifications.claims import claim
from notifications.enums import Channel, Gateway, MessageState, ReceiptState
from notifications.models import Message, SmsReceipt
from notifications.reasons import explain
from tests.access.world import undone
from tests.factories.notifications import MessageFactory
from tests.sweeping import sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_hour")]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DELIVERED, UNDELIVERED = ReceiptState


def sent(**more):
    return MessageFactory(state=MessageState.SENT, sent_at=timezone.now(), **more)


def report(message, state, receipt_id=None, gateway=Gateway.FIRST):
    return actions.take_receipt(
        receipt_id or uuid.uuid4().hex,
        message if isinstance(message, uuid.UUID) else message.pk,
        state,
        gateway=gateway,
        now=timezone.now(),
    )


# --- the door -----------------------------------------------------------------------------------


@pytest.fixture
def gateway(client, settings):
    """Posts a body as the gateway would."""
    settings.SMS_RECEIPT_SECRETS = {"first": [SECRET], "second": []}

    def post(body, *, name="first", secret=SECRET, **changed):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = changed.pop("at", timezone.now())
        headers = {**signing.sign([secret], "r-1", at, content), **changed}
        url = reverse("notifications:receipt", args=[name])
        return client.post(url, content, content_type="application/json", headers=headers)

    return post


def test_a_signed_report_is_taken(gateway):
    message = sent()
    body = {"idempotency_key": str(message.pk), "state": "undelivered"}
    assert gateway(body).status_code == 204
    assert gateway(body).status_code == 204  # again
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.FAILED, "not_delivered")
    assert Message.objects.to_call().get().phone == message.phone
    assert SmsReceipt.objects.get().receipt_id == "r-1"


@pytest.mark.parametrize(
    "how",
    [
        {"secret": signing.new_secret()},
        {"name": "second"},  # has no secret, so nobody can sign
        {"name": "third"},
        {"webhook-id": "r-2"},
        {"webhook-signature": ""},
        {"at": timezone.now() - timedelta(minutes=6)},
    ],
    ids=lambda how: next(iter(how)) + how.get("name", ""),
)
def test_without_the_right_signature_nothing_is_taken(gateway, how):
    message = sent()
    answer = gateway({"idempotency_key": str(message.pk), "state": "undelivered"}, **how)
    assert answer.status_code == 403
    assert not SmsReceipt.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        {"state": "delivered"},
        {"idempotency_key": "1", "state": "delivered"},
        {"idempotency_key": 1, "state": "delivered"},
        {"idempotency_key": str(uuid.uuid4()), "state": "lost"},
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(gateway, body):
    assert gateway(body).status_code == 400


def test_a_report_of_many_pages_is_not_read(gateway):
    assert gateway(b" " * 20_000).status_code == 413


def test_a_report_on_nothing_of_ours_is_kept_and_harms_nobody(gateway):
    in_site = MessageFactory(in_site=True)
    for key in (uuid.uuid4(), in_site.pk):
        assert not report(key, UNDELIVERED)
    assert gateway({"idempotency_key": str(uuid.uuid4()), "state": "delivered"}).status_code == 204
    assert SmsReceipt.objects.filter(message=None).count() == 3
    assert not Message.objects.trouble().exists()


# --- the last word ------------------------------------------------------------------------------


@sweeps(actions.take_receipt)
def test_who_was_not_reached_is_called_and_not_texted_again():
    message = sent()
    report(message, UNDELIVERED)
    message.refresh_from_db()
    with pytest.raises(NotAllowed) as refusal:
        actions.retry(message, by=SYSTEM, now=timezone.now())
    assert refusal.value.code == "message.not_delivered"
    assert explain(message.last_error) == "运营商报告没有送到"


def test_a_doubt_is_settled_by_the_report():
    arrived, lost = MessageFactory.create_batch(2, uncertain=True)
    report(arrived, DELIVERED)
    report(lost, UNDELIVERED)
    assert Message.objects.failed().get() == lost
    assert Message.objects.to_call().get().key == lost.key


def test_a_later_yes_takes_the_person_off_the_call_list():
    message = sent()
    report(message, UNDELIVERED)
    report(message, DELIVERED)
    assert not Message.objects.trouble().exists()
    report(message, UNDELIVERED)
    assert not Message.objects.trouble().exists()


def test_a_code_that_did_not_arrive_is_worth_no_call():
    report(sent(kind="test.code", params={"code": "493021"}), UNDELIVERED)
    assert not Message.objects.to_call().exists()


def test_a_report_that_is_faster_than_our_own_note_waits_for_it():
    message = MessageFactory()
    batch = claim()
    assert batch is not None
    outcomes = delivery.send(batch)
    report(message, UNDELIVERED)
    assert Message.objects.get().state == MessageState.SENDING
    delivery.finish(batch, outcomes)
    assert Message.objects.failed().get().text == "您在滨河站的申请有新进展，查询码7K2M。"
    assert Message.objects.to_call().count() == 1


def test_a_report_saves_the_text_whose_worker_died():
    message = MessageFactory(abandoned=True)
    report(message, DELIVERED)
    delivery.drain()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)


def test_what_was_given_back_is_not_sent_after_a_report():
    message = MessageFactory(last_error="no_answer", attempts=1)
    report(message, DELIVERED)
    assert delivery.drain() == 0
    assert Message.objects.get().state == MessageState.SENT


# --- any order ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class End:
    state: str
    receipt: str
    last_error: str
    is_called: bool


STARTS = [
    {"state": MessageState.SENT, "sent_at": timezone.now()},
    {"state": MessageState.DUE, "last_error": "no_answer"},
    {"state": MessageState.UNCERTAIN, "last_error": "no_answer"},
    {"state": MessageState.CANCELLED, "last_error": "not_wanted"},
]


def end_of(start, reports):
    """What the reports make of one message; nothing of it remains."""
    with undone():
        message = MessageFactory(**start)
        for receipt_id, state, is_known in reports:
            report(message if is_known else uuid.uuid4(), state, receipt_id)
        message.refresh_from_db()
        return End(
            message.state,
            message.receipt,
            message.last_error,
            Message.objects.to_call().filter(key=message.key).exists(),
        )


one_report = st.tuples(st.sampled_from("abcdef"), st.sampled_from(ReceiptState), st.booleans())
# One id is one report: the gateway repeats it, and never says something else with it.
all_reports = st.lists(one_report, min_size=1, max_size=6, unique_by=lambda one: one[0])


@hypothesis(max_examples=60, deadline=None)
@given(st.sampled_from(STARTS), all_reports, st.randoms(use_true_random=False))
def test_doubled_shuffled_and_stray_reports_end_alike(start, reports, chance):
    expected = end_of(start, reports)
    many = reports * 3
    chance.shuffle(many)
    assert end_of(start, many) == expected
    if any(state == DELIVERED and is_known for _id, state, is_known in reports):
        assert expected == End(MessageState.SENT, DELIVERED, "", False)


def test_a_thousand_reports_in_any_order_leave_one_truth():
    messages = [sent() for _ in range(100)]
    undelivered = {message.pk for message in messages[::3]}
    reports = [
        (f"{message.pk}-{copy % 2}", message.pk) for message in messages for copy in range(10)
    ]
    random.Random(12).shuffle(reports)
    for receipt_id, pk in reports:
        report(pk, UNDELIVERED if pk in undelivered else DELIVERED, receipt_id)
    assert set(Message.objects.failed().values_list("pk", flat=True)) == undelivered
    assert Message.objects.to_call().count() == len(undelivered)
    assert SmsReceipt.objects.count() == 200
    assert set(Message.objects.exclude(channel=Channel.CALL).values_list("receipt", flat=True)) == {
        DELIVERED,
        UNDELIVERED,
    }

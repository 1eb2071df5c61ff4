"""Events on their way to other systems: signed, tried for days, and never lost or told to the wrong one."""

import base64
import hashlib
import hmac
import json
import threading
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEntry, User
from common.errors import Conflict
from notifications import actions, bell, deliveries, events, outbox, rules, signing, tasks, webhooks
from notifications.enums import DeliveryState, EndpointEnd
from notifications.models import Message, WebhookDelivery, WebhookEndpoint
from tests.factories.notifications import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.notifications import receiver as receivers
from tests.notifications.test_pause import OPERATOR
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
CASE = "01a21333-377a-77cd-9266-04b27ada5f5e"


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receivers.running() as running:
        yield running


@pytest.fixture
def endpoint(receiver):
    return WebhookEndpointFactory(url=receiver.url)


def post(event="test.happened", key="case:1", **more):
    webhooks.post(event, {"case": CASE, "state": "accepted"}, key=key, now=timezone.now(), **more)


def let_time_pass():
    WebhookDelivery.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    deliveries.breakers.clear()


def only():
    return WebhookDelivery.objects.get()


# --- posting --------------------------------------------------------------------------------------


def test_who_asked_for_an_event_is_told_once():
    hears = WebhookEndpointFactory()
    WebhookEndpointFactory(events=["test.ended"])
    WebhookEndpointFactory(is_active=False, ended_at=timezone.now())
    post()
    post()
    assert only().endpoint == hears


def test_the_caller_says_whom_it_concerns():
    civil = WebhookEndpointFactory(body_key="civil")
    WebhookEndpointFactory(body_key="health")
    post(to=Q(body_key="civil"))
    assert only().endpoint == civil


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_taken_back_is_told_to_nobody(monkeypatch):
    rung = []
    monkeypatch.setattr(bell, "publish", lambda ids, task: rung.append(task))
    WebhookEndpointFactory()
    with pytest.raises(outbox.NoTransaction):
        post()
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()
    assert rung == []
    with transaction.atomic():
        post()
    assert rung == [bell.DELIVER_WEBHOOKS]


def test_the_bell_names_tasks_that_exist():
    assert {tasks.deliver.name, tasks.deliver_webhooks.name} == set(bell.QUEUES)


def test_an_event_that_nobody_declared_is_a_fault_of_the_caller():
    with pytest.raises(events.UnknownEvent):
        post("test.unheard_of")
    for wrong in ("Test", "test", "test..x", "测试.x"):
        with pytest.raises(ValueError, match="no name"):
            events.register(events.Event(wrong, "x"))


@pytest.mark.parametrize(
    "payload",
    [
        {"name": "张三"},
        {"id": "150302198001011237"},
        {"id": 150302198001011237},
        {"note": "tel:13812345678"},
        {"phones": ["13812345678"]},
        {"13812345678": True},
        {"deep": {"er": [{"name": "Zhang San"}]}},
        {"amount": 1.5},
        {"at": timezone.now()},
        {"codes": ["a" * 100] * 300},
    ],
)
def test_nothing_personal_leaves_the_house(payload):
    WebhookEndpointFactory()
    with pytest.raises(events.BadPayload) as fault:
        webhooks.post("test.happened", payload, key="1", now=timezone.now())
    assert "13812345678" not in str(fault.value)
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"case": CASE, "number": "15030200100120261125000017"},
        {"at": "2026-11-25T14:53:42.000Z", "items": [1, None, True, "a:b/c+d"]},
        {"id": "a1381234-5678-7abc-9266-13812345678a"},
    ],
)
def test_ids_and_codes_may_leave(payload):
    events.check(payload)


# --- sending --------------------------------------------------------------------------------------


def test_what_arrives_is_signed_as_the_specification_says(receiver, endpoint):
    """Checked by hand, not with our own code."""
    post()
    deliveries.drain()
    (got,) = receiver.got
    row = only()
    assert got.headers["webhook-id"] == str(row.pk)
    assert abs(int(got.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    signed = f"{row.pk}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{right}"
    assert got.headers["content-type"] == "application/json"
    body = json.loads(got.body)
    assert body == {
        "type": "test.happened",
        "timestamp": row.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {"case": CASE, "state": "accepted"},
    }
    assert (row.state, row.attempts, row.last_status) == (DeliveryState.SENT, 1, 200)
    assert row.milliseconds is not None


def test_another_secret_does_not_open_it(receiver, endpoint):
    post()
    deliveries.drain()
    (got,) = receiver.got
    now = timezone.now()
    assert signing.verify([endpoint.secret], got.headers, got.body, now=now)
    with pytest.raises(signing.BadSignature):
        signing.verify([WebhookEndpointFactory().secret], got.headers, got.body, now=now)


def test_old_and_new_secret_both_sign_for_a_day(receiver, endpoint):
    old = endpoint.secret
    new = actions.rotate_secret(endpoint, by=OPERATOR, now=timezone.now())
    with pytest.raises(Conflict):
        actions.rotate_secret(endpoint, by=OPERATOR, now=timezone.now())
    post()
    deliveries.drain()
    WebhookEndpoint.objects.update(old_until=timezone.now())
    post(key="case:2")
    deliveries.drain()
    first, second = receiver.got
    for secret in (old, new):
        assert signing.verify([secret], first.headers, first.body, now=timezone.now())
    assert signing.verify([new], second.headers, second.body, now=timezone.now())
    with pytest.raises(signing.BadSignature):
        signing.verify([old], second.headers, second.body, now=timezone.now())


@sweeps(actions.rotate_secret)
def test_secrets_lie_encrypted_in_the_database(endpoint):
    actions.rotate_secret(endpoint, by=OPERATOR, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, old_secret FROM notifications_webhookendpoint")
        assert all(b"whsec_" not in bytes(value) for value in cursor.fetchone())


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_what_was_not_taken_is_tried_again_with_the_same_id_and_body(receiver, endpoint, status):
    receiver.status = lambda: status
    post()
    deliveries.drain()
    row = only()
    assert (row.state, row.last_error) == (DeliveryState.FAILED, f"http_{status}")
    assert timedelta(0) < row.not_before - timezone.now() < timedelta(seconds=6)
    assert deliveries.drain() == 0  # not before its time
    receiver.status = lambda: 204
    let_time_pass()
    deliveries.drain()
    assert only().state == DeliveryState.SENT
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since) == (0, None)


def test_a_server_that_asks_for_patience_gets_it(receiver, endpoint):
    receiver.status, receiver.answers = (lambda: 503), {"Retry-After": "120"}
    post()
    deliveries.drain()
    assert only().not_before - timezone.now() > timedelta(seconds=110)


def test_the_schedule_is_that_of_the_specification():
    hours = [
        pause.total_seconds() / 3600
        for n in range(1, 10)
        if (pause := rules.webhook_pause(n, jitter=0))
    ]
    assert hours == [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert rules.webhook_pause(10) is None
    assert len({rules.webhook_pause(3) for _ in range(20)}) > 1


def test_after_ten_tries_it_is_given_up_and_can_be_sent_again(receiver, endpoint):
    receiver.status = lambda: 500
    post()
    for _try in range(12):
        deliveries.drain()
        let_time_pass()
    assert (only().state, only().attempts, len(receiver.got)) == (DeliveryState.DEAD, 10, 10)
    receiver.status = lambda: 200
    actions.replay(only(), by=OPERATOR, now=timezone.now())
    deliveries.drain()
    assert only().state == DeliveryState.SENT
    assert len(set(receiver.ids())) == 1


def test_one_that_does_not_answer_holds_up_nobody_else(receiver, endpoint):
    dead = WebhookEndpointFactory(url="http://127.0.0.1:1/")
    WebhookDeliveryFactory.create_batch(30, endpoint=dead)
    WebhookDeliveryFactory.create_batch(10, endpoint=endpoint)
    deliveries.drain()
    deliveries.drain()
    assert len(receiver.got) == 10
    tried = WebhookDelivery.objects.filter(endpoint=dead, attempts__gt=0).count()
    assert tried <= 12  # up to eight are on their way when the fifth failure is counted


def test_a_worker_that_died_loses_nothing(receiver, endpoint):
    WebhookDeliveryFactory(endpoint=endpoint, abandoned=True)
    deliveries.drain()
    assert (only().state, only().attempts) == (DeliveryState.SENT, 2)


def test_who_comes_back_late_from_the_dead_changes_nothing(receiver, endpoint):
    post()
    dead = deliveries.claim(WebhookDelivery.objects.all())
    assert dead is not None
    WebhookDelivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = deliveries.claim(WebhookDelivery.objects.all())
    assert second is not None
    deliveries.finish(dead, deliveries.send(dead))
    assert only().state == DeliveryState.SENDING
    deliveries.finish(second, deliveries.send(second))
    assert (only().state, only().attempts) == (DeliveryState.SENT, 2)


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_send_nothing_twice_and_hold_no_transaction(receiver, monkeypatch):
    WebhookDeliveryFactory.create_batch(200, endpoint=WebhookEndpointFactory(url=receiver.url))
    open_transactions = []
    send = deliveries.send

    def spy(batch):
        open_transactions.append(connection.in_atomic_block)
        return send(batch)

    monkeypatch.setattr(deliveries, "send", spy)

    def sweep():
        tasks.sweep_webhooks()
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.got) == len(set(receiver.ids())) == 200
    assert set(open_transactions) == {False}


def test_the_loop_without_broker_and_the_pause_hold_for_webhooks_too(receiver, endpoint):
    post()
    actions.pause_outbox("恢复", after_restore=True, by=OPERATOR, now=timezone.now())
    call_command("outbox_loop", "--once")
    assert not receiver.got
    actions.release_outbox(by=OPERATOR, now=timezone.now())
    call_command("outbox_loop", "--once")
    assert len(receiver.got) == 1


def test_a_task_delivers_what_it_is_told(receiver, endpoint):
    told, other = WebhookDeliveryFactory.create_batch(2, endpoint=endpoint)
    tasks.deliver_webhooks(ids=[str(told.pk)])
    assert receiver.ids() == [str(told.pk)]
    assert WebhookDelivery.objects.get(pk=other.pk).state == DeliveryState.DUE


# --- the end of an endpoint -----------------------------------------------------------------------


def test_who_says_gone_is_told_no_more(receiver, endpoint):
    keeper = User.objects.create_user("admin", kind="staff")
    WebhookEndpoint.objects.update(keeper=keeper)
    receiver.status = lambda: 410
    post()
    deliveries.drain()
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.end) == (False, EndpointEnd.GONE)
    assert only().state == DeliveryState.DEAD
    post(key="case:2")
    assert WebhookDelivery.objects.count() == 1
    assert endpoint.owner in Message.objects.for_user(keeper.pk).get().text
    assert AuditEntry.objects.get().action == "webhook.disabled"


def test_who_fails_for_days_is_told_no_more_and_its_keeper_hears_of_it(receiver, endpoint):
    keeper = User.objects.create_user("admin", kind="staff")
    receiver.status = lambda: 500
    WebhookEndpoint.objects.update(
        keeper=keeper, failing_since=timezone.now() - timedelta(days=4, hours=23)
    )
    post()
    deliveries.drain()
    assert WebhookEndpoint.objects.active().exists()
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=5))
    let_time_pass()
    deliveries.drain()
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.end) == (False, EndpointEnd.FAILING)
    assert Message.objects.for_user(keeper.pk).count() == 1
    let_time_pass()
    assert deliveries.drain() == 0

    receiver.status = lambda: 200
    actions.enable_endpoint(endpoint, by=OPERATOR, now=timezone.now())
    deliveries.drain()
    assert only().state == DeliveryState.SENT


def test_one_success_forgives_days_of_failure(receiver, endpoint):
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=9), failures=40)
    post()
    deliveries.drain()
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since) == (True, None)


# --- what administrators do -----------------------------------------------------------------------


def add(key=None, **more):
    given = {"owner": "区民政局", "body_key": "civil", "events": ["test.happened"]}
    return actions.add_endpoint(
        **given | {"url": "https://hooks.example.com/x", "place_path": "/1/"} | more,
        key=key or uuid.uuid4(),
        by=OPERATOR,
        now=timezone.now(),
    )


@sweeps(actions.add_endpoint)
def test_the_same_form_sent_twice_makes_one_endpoint():
    key = uuid.uuid4()
    assert signing.is_secret(add(key).secret)
    assert add(key).secret == ""
    assert WebhookEndpoint.objects.count() == 1
    assert AuditEntry.objects.get().action == "webhook.added"


@sweeps(actions.replay_since)
def test_all_since_a_moment_are_sent_again_under_their_ids(receiver, endpoint):
    now = timezone.now()
    early = WebhookDeliveryFactory(endpoint=endpoint, created_at=now - timedelta(days=2))
    WebhookDeliveryFactory.create_batch(4, endpoint=endpoint, created_at=now - timedelta(hours=1))
    WebhookDeliveryFactory(created_at=now, dead=True)  # of somebody else
    deliveries.drain()
    since = now - timedelta(hours=2)
    assert actions.replay_since(endpoint, since, by=OPERATOR, now=now) == 4
    deliveries.drain()
    ids = receiver.ids()
    assert len(ids) == 9
    assert len(set(ids)) == 5
    assert ids.count(str(early.pk)) == 1
    assert AuditEntry.objects.get(action="webhook.replayed").detail == {"count": 4}


def test_what_is_on_its_way_is_not_sent_again():
    row = WebhookDeliveryFactory(abandoned=True)
    with pytest.raises(Conflict):
        actions.replay(row, by=OPERATOR, now=timezone.now())


@sweeps(actions.ping_endpoint)
def test_an_endpoint_is_tried_out_without_having_asked_for_it(receiver, endpoint):
    WebhookEndpointFactory(url=receiver.url)
    actions.ping_endpoint(endpoint, by=OPERATOR, now=timezone.now())
    deliveries.drain()
    assert json.loads(receiver.got[0].body)["type"] == "webhook.ping"
    assert only().endpoint == endpoint


@sweeps(actions.disable_endpoint, actions.enable_endpoint)
def test_what_was_stopped_by_hand_waits_and_goes_on(receiver, endpoint):
    post()
    now = timezone.now()
    actions.disable_endpoint(endpoint, reason="对方维护", by=OPERATOR, now=now)
    with pytest.raises(Conflict):
        actions.disable_endpoint(endpoint, reason="对方维护", by=OPERATOR, now=now)
    assert deliveries.drain() == 0
    assert not Message.objects.exists()  # who did it knows it
    actions.enable_endpoint(endpoint, by=OPERATOR, now=timezone.now())
    with pytest.raises(Conflict):
        actions.enable_endpoint(endpoint, by=OPERATOR, now=timezone.now())
    deliveries.drain()
    assert len(receiver.got) == 1


def test_the_log_of_a_body_is_its_own():
    own = WebhookDeliveryFactory(endpoint__body_key="civil")
    WebhookDeliveryFactory(endpoint__body_key="health")
    assert WebhookDelivery.objects.of_body("civil").get() == own
    assert WebhookEndpoint.objects.of_body("civil").get() == own.endpoint

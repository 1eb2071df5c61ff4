"""Kill the worker, the broker, flush it: nothing is lost and nobody is told twice."""

import base64
import functools
import json
import pickle
import random
import time
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from notifications import outbox
from notifications.enums import MessageState
from notifications.models import Message, WorkerBeat
from tests.notifications import gateway as gateways
from tests.notifications.machine import Broker, Celery, ringing_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(100)]

EVENTS = 400
BOUND = 40.0  # seconds from the last event to the last delivery


@pytest.fixture
def gateway():
    with gateways.running(seconds=0.03) as running:
        yield running


@pytest.fixture
def broker(tmp_path):
    running = Broker(tmp_path)
    with ringing_at(running.url):
        yield running
    running.close()


@pytest.fixture
def worker(broker, gateway, tmp_path):
    celery = Celery(
        *("worker", "-Q", "heartbeat,messages", "-c", "2", "-l", "WARNING"),
        broker_url=broker.url,
        log=tmp_path / "worker.log",
        SMS_GATEWAY_URL=gateway.url,
    )
    yield celery
    celery.kill()


@pytest.fixture
def beat(broker, tmp_path):
    celery = Celery(
        *("beat", "-s", str(tmp_path / "schedule"), "--pidfile="),
        broker_url=broker.url,
        log=tmp_path / "beat.log",
    )
    yield celery
    celery.kill()


def post(number: int) -> None:
    with transaction.atomic():
        outbox.post(
            "test.stamped",
            key=f"chaos:{number}",
            user_id=None,
            phone=f"199{number:08d}",
            params={"number": str(number)},
            now=timezone.now(),
        )


def wait_until(condition, seconds, *, meanwhile=lambda: None):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        meanwhile()
        time.sleep(0.1)
    return False


def undelivered():
    return Message.objects.exclude(state=MessageState.SENT)


def has_heartbeat(within: float) -> bool:
    recent = timezone.now() - timedelta(seconds=within)
    return WorkerBeat.objects.filter(beat_at__gt=recent).exists()


def keep_running(worker, beat):
    """What the supervisor does: restart what died, and a worker that is connected and deaf."""
    worker.keep_alive()
    beat.keep_alive()
    if time.monotonic() - worker.started > 10 and not has_heartbeat(8):
        worker.kill()
        worker.start()


def break_something(turn, broker, worker):
    match turn % 5:
        case 0:
            worker.kill_children()
        case 1:
            broker.client.flushall()
        case 2:
            worker.kill()
        case 3:
            broker.kill()
            time.sleep(0.3)
            broker.start()
        case _:
            worker.kill_children()
            broker.client.flushall()


def test_every_message_arrives_once_while_workers_and_broker_are_killed(
    broker, worker, beat, gateway
):
    assert wait_until(lambda: has_heartbeat(60), 30), "the worker never began"
    supervise = functools.partial(keep_running, worker, beat)
    chance = random.Random(7)
    for turn in range(20):
        for number in range(turn * EVENTS // 20, (turn + 1) * EVENTS // 20):
            post(number)
        time.sleep(chance.uniform(0.1, 0.5))
        break_something(turn, broker, worker)
        supervise()

    arrived = wait_until(lambda: not undelivered().exists(), BOUND, meanwhile=supervise)

    assert arrived, list(undelivered().values_list("state", "attempts", "last_error")[:10])
    assert Message.objects.count() == EVENTS
    assert sorted(gateway.texts.values()) == sorted(f"通知{n}" for n in range(EVENTS))
    # Raw repeats are what the idempotency key is for; they must stay the exception.
    assert gateway.repeats <= EVENTS * 0.15
    assert max(gateway.calls.values()) <= 5
    assert worker.starts > 3


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_in_the_queue_is_never_opened(broker, worker, gateway, tmp_path):
    assert wait_until(lambda: broker.client.exists("_kombu.binding.messages"), 30)
    harm = tmp_path / "harm"
    for _ in range(20):
        tag = str(uuid.uuid4())
        envelope = {
            "body": base64.b64encode(pickle.dumps(((), {"ids": [Bomb(str(harm))]}, {}))).decode(),
            "content-encoding": "binary",
            "content-type": "application/x-python-serialize",
            "headers": {"task": "notifications.tasks.deliver", "id": tag, "lang": "py"},
            "properties": {
                "body_encoding": "base64",
                "correlation_id": tag,
                "delivery_tag": tag,
                "delivery_info": {"exchange": "", "routing_key": "messages"},
                "delivery_mode": 2,
                "priority": 0,
            },
        }
        broker.client.lpush("messages", json.dumps(envelope))
    post(1)
    assert wait_until(lambda: not undelivered().exists(), 15)
    assert wait_until(lambda: broker.client.llen("messages") == 0, 5)
    assert not harm.exists()
    assert worker.starts == 1
    assert worker.process.poll() is None

"""What operators and supervisors call."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications import actions, tasks
from notifications.enums import MessageState
from notifications.models import Message, WorkerBeat
from tests.factories.notifications import MessageFactory

pytestmark = pytest.mark.django_db


def test_a_sign_of_life_is_seen_and_grows_old():
    with pytest.raises(CommandError):
        call_command("worker_alive")
    actions.beat("celery@one")
    call_command("worker_alive")
    call_command("worker_alive", "--name", "celery@one")
    with pytest.raises(CommandError):
        call_command("worker_alive", "--name", "celery@two")
    WorkerBeat.objects.update(beat_at=timezone.now() - timedelta(seconds=91))
    with pytest.raises(CommandError):
        call_command("worker_alive")


def test_the_heartbeat_task_names_its_worker():
    tasks.heartbeat.apply()
    tasks.heartbeat.apply()
    assert WorkerBeat.objects.count() == 1


def test_without_any_broker_the_loop_delivers(any_hour):
    MessageFactory.create_batch(3)
    call_command("outbox_loop", "--once")
    assert Message.objects.filter(state=MessageState.SENT).count() == 3


def test_operators_count_list_and_mend(capsys, any_hour):
    failed = MessageFactory.create_batch(2, failed=True)
    MessageFactory()
    call_command("outbox")
    assert capsys.readouterr().out == "sms\tdue\t1\nsms\tfailed\t2\n"
    call_command("outbox", "--failed")
    listed = capsys.readouterr().out
    assert all(str(message.pk) in listed for message in failed)
    assert failed[0].phone not in listed
    call_command("outbox", "--retry", str(failed[0].pk))
    call_command("outbox", "--retry", "all")
    assert not Message.objects.failed().exists()
    for wrong in ("nonsense", str(failed[0].pk)):
        with pytest.raises(CommandError):
            call_command("outbox", "--retry", wrong)

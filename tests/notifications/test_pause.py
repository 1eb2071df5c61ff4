"""F18: a restored portal tells nobody anything before it is released, and nobody twice after."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.audit import SYSTEM, Acting
from accounts.models import AuditEntry, User
from common.errors import Conflict
from community.governance.enums import Role
from notifications import actions, delivery, outbox
from notifications.enums import MessageState
from notifications.models import Message, OutboxPause, RecordedSms
from tests.factories.governance import StationFactory, staff
from tests.factories.notifications import MessageFactory
from tests.notifications import gateway as gateways
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_hour")]
OPERATOR = Acting(post_label="王工")


@pytest.fixture
def gateway(settings):
    with gateways.running() as running:
        settings.SMS_GATEWAY_URL = running.url
        yield running


def pause(*, after_restore=True, now=None):
    now = now or timezone.now()
    return actions.pause_outbox("恢复演练", after_restore=after_restore, by=OPERATOR, now=now)


def release():
    return actions.release_outbox(by=OPERATOR, now=timezone.now())


def test_while_it_is_paused_nothing_leaves(gateway):
    MessageFactory.create_batch(5)
    MessageFactory(abandoned=True)
    MessageFactory(kind="test.alarm", params={"place": "三号楼"})
    pause()
    assert delivery.drain() == 0
    call_command("outbox_loop", "--once")
    assert not gateway.calls
    release()
    delivery.drain()
    assert len(gateway.texts) == 7


def test_business_goes_on_and_its_messages_wait():
    pause()
    user = User.objects.create_user("li", kind="resident")
    outbox.post(
        "test.progress",
        key="case:1",
        user_id=user.pk,
        phone="19900000001",
        params={"station": "滨河站", "query_code": "7K2M"},
        now=timezone.now(),
    )
    assert delivery.drain() == 0
    assert Message.objects.for_user(user.pk).count() == 1  # his inbox is in the house
    assert not RecordedSms.objects.exists()


def test_after_a_restore_to_an_hour_ago_nobody_is_told_twice(gateway):
    """What was sent since the backup is waiting again in the restored rows."""
    MessageFactory.create_batch(20)
    backup = list(Message.objects.order_by("pk"))
    delivery.drain()
    assert len(gateway.texts) == 20
    Message.objects.all().delete()
    Message.objects.bulk_create(backup)  # the database is an hour younger
    pause()
    assert delivery.drain() == 0
    release()
    delivery.drain()
    assert Message.objects.filter(state=MessageState.SENT).count() == 20
    assert len(gateway.texts) == 20
    assert gateway.repeats == 20  # asked again with the key that the gateway knew


def test_where_no_key_protects_a_person_decides_what_went_out_before(gateway, settings):
    settings.SMS_GATEWAY_HONOURS_KEYS = False
    now = timezone.now()
    before = MessageFactory.create_batch(3)
    later = MessageFactory(not_before=now + timedelta(hours=1))
    pause(now=now)
    since = MessageFactory(created_at=now + timedelta(seconds=1))
    assert release() == 3
    delivery.drain()
    assert set(Message.objects.failed()) == set(before)
    assert {row.last_error for row in Message.objects.failed()} == {"restored"}
    assert set(gateway.texts) == {str(since.pk)}
    assert Message.objects.get(pk=later.pk).state == MessageState.DUE


def test_an_ordinary_pause_leaves_no_doubt(gateway, settings):
    settings.SMS_GATEWAY_HONOURS_KEYS = False
    MessageFactory.create_batch(3)
    pause(after_restore=False)
    assert release() == 0
    delivery.drain()
    assert len(gateway.texts) == 3


def test_what_is_too_old_by_then_is_listed_and_not_sent(gateway):
    old = MessageFactory(give_up_at=timezone.now() - timedelta(minutes=1))
    user = User.objects.create_user("li", kind="resident")
    MessageFactory(
        in_site=True,
        user=user,
        state=MessageState.DUE,
        sent_at=None,
        give_up_at=timezone.now() - timedelta(minutes=1),
    )
    pause()
    release()
    delivery.drain()
    assert not gateway.calls
    assert Message.objects.failed().get() == old
    assert Message.objects.failed().get().last_error == "too_late"
    assert Message.objects.to_call().get().key == old.key
    assert Message.objects.for_user(user.pk).count() == 1  # an inbox can wait longer


def test_it_is_written_down_who_stopped_it_and_who_let_it_go():
    pause()
    with pytest.raises(Conflict):
        pause()
    release()
    with pytest.raises(Conflict):
        release()
    row = OutboxPause.objects.get()
    assert (row.reason, row.paused_by, row.released_by) == ("恢复演练", "王工", "王工")
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "post_label")) == [
        ("outbox.paused", "王工"),
        ("outbox.released", "王工"),
    ]
    pause()  # and once more
    assert OutboxPause.objects.in_force().count() == 1


@sweeps(actions.pause_outbox, actions.release_outbox)
def test_operators_pause_and_release_by_command(capsys):
    MessageFactory(abandoned=True)
    with pytest.raises(CommandError):
        call_command("outbox", "pause")
    call_command("outbox", "pause", "--reason", "恢复", "--after-restore", "--by", "王工")
    assert capsys.readouterr().out == "paused; 1 on their way\n"
    assert OutboxPause.objects.in_force().get().is_restore
    with pytest.raises(CommandError):
        call_command("outbox", "pause", "--reason", "again")
    call_command("outbox")
    assert "paused since" in capsys.readouterr().out
    call_command("outbox", "release")
    with pytest.raises(CommandError):
        call_command("outbox", "release")


def test_staff_read_that_nothing_goes_out():
    director = client_for(staff(Role.STATION_DIRECTOR, StationFactory()))
    address = reverse("dashboards:messages")
    assert "消息暂停发送" not in director.get(address).content.decode()
    actions.pause_outbox("恢复演练", after_restore=False, by=SYSTEM, now=timezone.now())
    page = director.get(address).content.decode()
    assert "消息暂停发送" in page
    assert "恢复演练" in page

"""未送达消息, as the director of one station uses it."""

import signal
import uuid

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from community.governance.enums import Role
from community.governance.middleware import ACTING_POST
from notifications import delivery
from notifications.enums import MessageState
from tests.factories.accounts import UserFactory
from tests.factories.governance import PostFactory, StationFactory
from tests.factories.notifications import MessageFactory

pytestmark = pytest.mark.django_db
LIST = "notifications:undelivered"


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def director(client, station):
    post = PostFactory(body=station, role=Role.STATION_DIRECTOR)
    client.force_login(post.user)
    session = client.session
    session[ACTING_POST] = str(post.pk)
    session.save()
    return client


def url(name, message):
    return reverse(f"notifications:{name}", args=[message.pk])


def test_the_list_shows_what_did_not_arrive_here(director, station, django_assert_max_num_queries):
    MessageFactory.create_batch(20, failed=True, place_path=station.place.path, phone="19900000001")
    MessageFactory(failed=True, place_path="/nowhere/", phone="19900000002")
    with django_assert_max_num_queries(10):
        page = director.get(reverse(LIST)).content.decode()
    assert page.count("199****0001") == 20
    assert "0002" not in page
    assert "19900000001" not in page
    assert "号码可能有误" in page


def test_a_failed_one_is_sent_again(director, station):
    message = MessageFactory(failed=True, place_path=station.place.path)
    page = director.post(url("retry", message), follow=True).content.decode()
    assert "已重新排入发送" in page
    message.refresh_from_db()
    assert message.state == MessageState.DUE
    page = director.post(url("retry", message), follow=True).content.decode()
    assert "已不在失败名单中" in page


def test_a_call_is_noted_once(director, station):
    message = MessageFactory(to_call=True, place_path=station.place.path)
    assert "已登记" in director.post(url("called", message), follow=True).content.decode()
    assert "已有人处理" in director.post(url("called", message), follow=True).content.decode()


def test_the_number_is_shown_on_demand_and_the_look_recorded(director, station):
    message = MessageFactory(to_call=True, place_path=station.place.path, phone="19900000001")
    assert "19900000001" in director.post(url("number", message)).content.decode()
    assert AuditEntry.objects.filter(action="message.number_shown").count() == 1


def test_the_number_of_a_message_that_arrived_is_nobodys_business(director, station):
    message = MessageFactory(state="cancelled", place_path=station.place.path)
    assert director.post(url("number", message)).status_code == 404


@pytest.mark.parametrize("name", ["retry", "called", "number"])
def test_messages_of_another_place_do_not_exist(director, name):
    message = MessageFactory(failed=True, place_path="/nowhere/")
    assert director.post(url(name, message)).status_code == 404
    assert director.post(reverse(f"notifications:{name}", args=[uuid.uuid4()])).status_code == 404


def test_residents_have_no_such_list(client):
    client.force_login(UserFactory(resident=True))
    assert client.get(reverse(LIST)).status_code == 403


def test_the_loop_ends_in_good_order_when_it_is_told(monkeypatch):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    turns = []

    def drain():
        turns.append(1)
        if len(turns) == 2:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(delivery, "drain", drain)
    try:
        call_command("outbox_loop", "--pause", "0.01")
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert len(turns) == 2

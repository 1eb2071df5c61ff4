"""A number of the call list in clear, and the loop that delivers without a broker."""

import signal
import uuid

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from community.governance.enums import Role
from community.governance.middleware import ACTING_POST
from notifications import delivery
from tests.factories.governance import PostFactory, StationFactory
from tests.factories.notifications import MessageFactory

pytestmark = pytest.mark.django_db


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


def test_the_number_is_shown_on_demand_and_the_look_recorded(director, station):
    message = MessageFactory(to_call=True, place_path=station.place.path, phone="19900000001")
    assert "19900000001" in director.post(url("number", message)).content.decode()
    assert AuditEntry.objects.filter(action="message.number_shown").count() == 1


def test_the_number_of_a_message_that_arrived_is_nobodys_business(director, station):
    message = MessageFactory(state="cancelled", place_path=station.place.path)
    assert director.post(url("number", message)).status_code == 404


def test_messages_of_another_place_do_not_exist(director):
    message = MessageFactory(failed=True, place_path="/nowhere/")
    assert director.post(url("number", message)).status_code == 404
    assert director.post(reverse("notifications:number", args=[uuid.uuid4()])).status_code == 404


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

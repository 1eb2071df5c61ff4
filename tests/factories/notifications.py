"""Messages and what governs them, in the words of the domain."""

from datetime import time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from notifications import numbers, signing
from notifications.enums import Channel, DeliveryState, MessageState
from notifications.models import Message, MessageRule, WebhookDelivery, WebhookEndpoint


class MessageFactory(DjangoModelFactory):
    """An SMS that is due, to somebody without an account."""

    class Meta:
        model = Message

    class Params:
        in_site = factory.Trait(
            channel=Channel.IN_SITE,
            state=MessageState.SENT,
            sent_at=factory.LazyFunction(timezone.now),
            text="您的申请有新进展。",
        )
        failed = factory.Trait(state=MessageState.FAILED, last_error="http_400")
        uncertain = factory.Trait(state=MessageState.UNCERTAIN, last_error="no_answer")
        to_call = factory.Trait(channel=Channel.CALL, last_error="no_address")
        abandoned = factory.Trait(  # its worker was killed
            state=MessageState.SENDING,
            attempts=1,
            lease_until=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1)),
        )

    kind = "test.progress"
    key = factory.Sequence(lambda n: f"event:{n}")
    channel = Channel.SMS
    phone = factory.Sequence(lambda n: f"199{n:08d}")
    phone_digest = factory.LazyAttribute(lambda message: numbers.digest(message.phone))
    params = factory.LazyFunction(lambda: {"station": "滨河站", "query_code": "7K2M"})
    place_path = "/1503/150302/"
    state = MessageState.DUE
    not_before = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))
    give_up_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
    created_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))


class MessageRuleFactory(DjangoModelFactory):
    """By default a rule of yesterday without quiet hours, so that no test depends on the hour."""

    class Meta:
        model = MessageRule
        django_get_or_create = ["valid_from"]

    valid_from = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1))
    quiet_from = time(0)
    quiet_to = time(0)
    basis = "测试"


class WebhookEndpointFactory(DjangoModelFactory):
    """A department that hears of everything that the tests post."""

    class Meta:
        model = WebhookEndpoint

    owner = factory.Sequence(lambda n: f"区民政局系统{n}")
    body_key = "civil"
    place_path = "/1503/150302/"
    url = "https://hooks.example.com/yizhan"
    events = factory.LazyFunction(lambda: ["test.happened"])
    secret = factory.LazyFunction(signing.new_secret)
    created_at = factory.LazyFunction(timezone.now)


class WebhookDeliveryFactory(DjangoModelFactory):
    """An event that is due."""

    class Meta:
        model = WebhookDelivery

    class Params:
        dead = factory.Trait(
            state=DeliveryState.DEAD, attempts=10, last_status=500, last_error="http_500"
        )
        abandoned = factory.Trait(
            state=DeliveryState.SENDING,
            attempts=1,
            lease_until=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1)),
        )

    endpoint = factory.SubFactory(WebhookEndpointFactory)
    event = "test.happened"
    key = factory.Sequence(lambda n: f"event:{n}")
    payload = factory.LazyFunction(lambda: {"case": "01a21333-377a-77cd-9266-04b27ada5f5e"})
    state = DeliveryState.DUE
    not_before = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))
    created_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))

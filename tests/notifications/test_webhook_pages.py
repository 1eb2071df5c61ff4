"""事件推送: the system administrator adds, tries out, replaces, stops and sends again."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from community.governance.enums import Role
from notifications import deliveries, signing
from notifications.actions.endpoints import replay
from notifications.enums import DeliveryState
from notifications.forms import EndpointForm
from notifications.models import WebhookDelivery, WebhookEndpoint
from tests.factories.governance import DepartmentFactory, DistrictFactory, GovernmentFactory, staff
from tests.factories.notifications import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.notifications import receiver as receivers
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def administrator():
    district = DistrictFactory()
    DepartmentFactory(place=district, key="civil_affairs")
    return staff(Role.SYSTEM_ADMIN, GovernmentFactory(place=district))


@pytest.fixture
def client(administrator):
    return client_for(administrator)


@pytest.fixture
def endpoint(administrator):
    return WebhookEndpointFactory(place_path=administrator.body_path)


def url(name, row=None):
    return reverse(f"notifications:{name}", args=[row.pk] if row else [])


def filled(**more):
    data = {"owner": "区民政局救助系统", "body_key": "civil_affairs", "events": ["test.happened"]}
    key = EndpointForm({}).initial["key"]
    return data | {"url": "https://hooks.example.com/x", "key": str(key)} | more


def test_a_new_endpoint_shows_its_secret_once(client, administrator):
    form = filled()
    asked = client.get(url("webhook-new")).content.decode()
    assert '<option value="civil_affairs">' in asked, "a department is chosen and no code typed"
    answer = client.post(url("webhook-new"), form)
    (secret,) = SECRET.findall(answer.content.decode())
    made = WebhookEndpoint.objects.visible_to(administrator).get()
    assert made.secret == secret
    assert made.keeper_id == administrator.user_id
    assert "no-store" in answer["Cache-Control"]
    again = client.post(url("webhook-new"), form)
    assert "这个地址已经登记过" in again.content.decode()
    pages = [again, client.get(url("webhook", made)), client.get(url("webhooks"))]
    assert not any(SECRET.search(page.content.decode()) for page in pages)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://hooks.example.com/"},
        {"url": "https://127.0.0.1/"},
        {"body_key": "fire_brigade"},
        {"body_key": ""},
        {"events": ["test.unheard_of"]},
        {"events": []},
        {"owner": ""},
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, wrong):
    answer = client.post(url("webhook-new"), filled(**wrong))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)
    assert not WebhookEndpoint.objects.exists()


def test_a_secret_is_replaced_once_a_day(client, endpoint):
    answer = client.post(url("webhook-rotate", endpoint))
    (secret,) = SECRET.findall(answer.content.decode())
    assert "原密钥一天内仍同时有效" in answer.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.secret == secret
    answer = client.post(url("webhook-rotate", endpoint), follow=True)
    assert "一天后才能再换" in answer.content.decode()


@sweeps(replay)
def test_an_endpoint_is_tried_out_and_the_log_tells(client, endpoint, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receivers.running() as receiver:
        receiver.status = lambda: 503
        WebhookEndpoint.objects.update(url=receiver.url)
        client.post(url("webhook-ping", endpoint))
        deliveries.drain()
        page = client.get(url("webhook", endpoint)).content.decode()
        assert "503" in page
        assert "待重试" in page
        receiver.status = lambda: 200
        row = WebhookDelivery.objects.get()
        answer = client.post(url("delivery-replay", row), follow=True)
        assert "已安排补发" in answer.content.decode()
        deliveries.drain()
        assert signing.verify(
            [endpoint.secret], receiver.got[1].headers, receiver.got[1].body, now=timezone.now()
        )
    assert WebhookDelivery.objects.get().state == DeliveryState.SENT


def test_it_is_stopped_with_a_reason_and_started_again(client, endpoint):
    assert client.post(url("webhook-disable", endpoint), {"reason": ""}).status_code == 422
    client.post(url("webhook-disable", endpoint), {"reason": "对方维护"})
    page = client.get(url("webhook", endpoint)).content.decode()
    assert "人工停用" in page
    answer = client.post(url("webhook-disable", endpoint), {"reason": "对方维护"}, follow=True)
    assert "已停用，请刷新后查看" in answer.content.decode()
    client.post(url("webhook-enable", endpoint))
    assert WebhookEndpoint.objects.active().get() == endpoint


def test_all_since_a_time_are_sent_again(client, endpoint):
    now = timezone.localtime()
    WebhookDeliveryFactory.create_batch(3, endpoint=endpoint, dead=True)
    WebhookDeliveryFactory(endpoint=endpoint, dead=True, created_at=now - timedelta(days=3))
    since = {"since": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}"}
    answer = client.post(url("webhook-replay", endpoint), since, follow=True)
    assert "已安排补发 3 条" in answer.content.decode()
    assert WebhookDelivery.objects.due().count() == 3
    later = {"since": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    assert client.post(url("webhook-replay", endpoint), later).status_code == 422


def test_a_spoiled_place_in_the_lists_is_their_beginning(client, endpoint):
    assert client.get(url("webhooks"), {"after": "x"}).status_code == 302
    assert client.get(url("webhook", endpoint), {"after": "x"}).status_code == 200


def test_the_secret_asks_for_the_factor_once_more(administrator, endpoint, monkeypatch):
    monkeypatch.setattr("accounts.step_up.recently_verified", lambda *_args, **_more: False)
    client = client_for(administrator)
    for name, row in (("webhook-new", None), ("webhook-rotate", endpoint)):
        answer = client.post(url(name, row))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:verify"))

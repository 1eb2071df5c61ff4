"""我的消息, the work list of what did not arrive, and the demonstration phone."""

import re
import uuid
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext, Template
from django.urls import reverse
from django.utils import timezone

from accounts.audit import Acting
from accounts.models import AuditEntry, User
from common.errors import Conflict, NotAllowed
from notifications import actions, delivery
from notifications.enums import MessageState
from notifications.models import Message, MessagePreference
from notifications.reasons import explain
from tests.factories.notifications import MessageFactory
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
CLERK = Acting(user_id=uuid.uuid4(), post_label="综合窗口")


@dataclass
class Viewer:
    paths: tuple[str, ...] = ()
    is_nobody: bool = False
    asked: list[str] = field(default_factory=list)

    def paths_for(self, power):
        self.asked.append(power)
        return self.paths


@pytest.fixture
def resident():
    return User.objects.create_user("li", kind="resident", display_name="李四")


@pytest.fixture
def at_home(client, resident):
    client.force_login(resident)
    return client


# --- the inbox ----------------------------------------------------------------------------------


def test_the_inbox_shows_own_messages_and_no_others(at_home, resident):
    other = User.objects.create_user("wang", kind="resident")
    MessageFactory(in_site=True, user=resident, text="您的申请已受理。")
    MessageFactory(in_site=True, user=other, text="别人的消息。")
    page = at_home.get(reverse("notifications:inbox")).content.decode()
    assert "您的申请已受理。" in page
    assert "别人的消息" not in page
    assert re.findall(r"有 (\d+) 条未读", page) == ["1"]


def test_the_inbox_costs_the_same_with_ten_times_the_messages(
    at_home, resident, django_assert_max_num_queries
):
    MessageFactory.create_batch(30, in_site=True, user=resident)
    with django_assert_max_num_queries(10):
        page = at_home.get(reverse("notifications:inbox")).content.decode()
    assert page.count("您的申请有新进展。") == 20


@sweeps(actions.mark_read)
def test_reading_is_a_deliberate_act(at_home, resident):
    message = MessageFactory(in_site=True, user=resident)
    at_home.get(reverse("notifications:inbox"))
    assert Message.objects.for_user(resident.pk).unread().count() == 1
    at_home.post(reverse("notifications:open", args=[message.pk]))
    assert not Message.objects.for_user(resident.pk).unread().exists()


@sweeps(actions.mark_all_read)
def test_all_can_be_read_at_once(at_home, resident):
    MessageFactory.create_batch(3, in_site=True, user=resident)
    foreign = MessageFactory(in_site=True, user=User.objects.create_user("wang", kind="resident"))
    at_home.post(reverse("notifications:read-all"))
    assert Message.objects.unread().get() == foreign


def test_a_foreign_message_does_not_exist(at_home):
    foreign = MessageFactory(in_site=True, user=User.objects.create_user("wang", kind="resident"))
    assert at_home.post(reverse("notifications:open", args=[foreign.pk])).status_code == 404


def test_without_signing_in_there_is_no_inbox(client):
    assert client.get(reverse("notifications:inbox")).status_code == 302


def test_a_spoiled_cursor_leads_to_the_first_page(at_home):
    answer = at_home.get(reverse("notifications:inbox"), {"after": "nonsense"})
    assert answer.status_code == 302


def test_the_bell_counts_what_is_unread(rf, resident, django_assert_num_queries):
    MessageFactory.create_batch(2, in_site=True, user=resident)
    MessageFactory(in_site=True, user=resident, read_at=timezone.now())
    bell = Template("{% load inbox %}{% unread_messages as n %}{{ n }}")
    request = rf.get("/")
    request.user = resident
    with django_assert_num_queries(1):
        assert bell.render(RequestContext(request, {"request": request})) == "2"
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        assert bell.render(RequestContext(request, {"request": request})) == "0"


# --- who sees what ------------------------------------------------------------------------------


def test_messages_are_seen_where_the_post_looks_after_them():
    near = MessageFactory(failed=True, place_path="/1503/150302/150302001/")
    MessageFactory(failed=True, place_path="/1503/150303/")
    MessageFactory(failed=True, place_path="")
    viewer = Viewer(paths=("/1503/150302/",))
    assert Message.objects.visible_to(viewer).get() == near
    assert viewer.asked == ["handle_messages"]


@pytest.mark.parametrize("viewer", [Viewer(), Viewer(paths=("/",), is_nobody=True)])
def test_nobody_sees_nothing(viewer):
    MessageFactory(failed=True)
    assert not Message.objects.visible_to(viewer).exists()


def test_the_work_list_holds_what_needs_a_person():
    wanted = {
        MessageFactory(failed=True),
        MessageFactory(uncertain=True),
        MessageFactory(to_call=True),
    }
    MessageFactory()
    MessageFactory(in_site=True)
    assert set(Message.objects.trouble()) == wanted


# --- what people do -----------------------------------------------------------------------------


@sweeps(actions.retry)
def test_a_failed_message_is_sent_again_and_that_is_recorded(any_hour):
    message = MessageFactory(failed=True, attempts=9)
    actions.retry(message, by=CLERK, now=timezone.now())
    delivery.drain()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)
    assert AuditEntry.objects.get().action == "message.retried"


@pytest.mark.parametrize("state", ["due", "sending", "sent", "cancelled"])
def test_only_what_is_in_trouble_is_sent_again(state):
    now = timezone.now()
    message = MessageFactory(state=state, lease_until=now, sent_at=now)
    with pytest.raises(Conflict):
        actions.retry(message, by=CLERK, now=now)


def test_a_one_time_code_is_not_sent_again():
    message = MessageFactory(failed=True, kind="test.code", params={})
    with pytest.raises(NotAllowed):
        actions.retry(message, by=CLERK, now=timezone.now())


@sweeps(actions.mark_called)
def test_of_two_colleagues_one_calls():
    message = MessageFactory(to_call=True)
    actions.mark_called(message, by=CLERK, now=timezone.now())
    with pytest.raises(Conflict):
        actions.mark_called(message, by=CLERK, now=timezone.now())
    assert not Message.objects.to_call().exists()
    assert AuditEntry.objects.get().action == "message.called"


@sweeps(actions.reveal_number)
def test_looking_at_a_number_is_recorded():
    message = MessageFactory(to_call=True, phone="19900000001")
    assert actions.reveal_number(message, by=CLERK, now=timezone.now()) == "19900000001"
    entry = AuditEntry.objects.get()
    assert entry.action == "message.number_shown"
    assert "19900000001" not in str(entry.detail)


@sweeps(actions.refuse_sms)
def test_a_wish_can_be_taken_back(resident):
    actions.refuse_sms(resident.pk, True, by=CLERK, now=timezone.now())
    actions.refuse_sms(resident.pk, False, by=CLERK, now=timezone.now())
    assert MessagePreference.objects.get().is_sms_refused is False


def test_staff_read_why_in_words():
    assert str(explain("http_400")) == "短信网关拒收，号码可能有误"
    assert str(explain("http_503")) == "短信网关出错"
    assert explain("") == ""


# --- the demonstration phone --------------------------------------------------------------------


def test_the_demonstration_phone_shows_texts_by_number(client, any_hour):
    MessageFactory(phone="19900000001", params={"station": "滨河站", "query_code": "AAAA"})
    MessageFactory(phone="19900000002", params={"station": "滨河站", "query_code": "BBBB"})
    delivery.drain()
    page = client.get(reverse("notifications:demo-phone")).content.decode()
    assert "199****0001" in page
    assert "19900000001" not in page
    codes = set()
    for digest in set(re.findall(r"number=([0-9a-f]{64})", page)):
        fragment = client.get(
            reverse("notifications:demo-phone"), {"number": digest}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "<html" not in fragment
        codes.add("AAAA" in fragment)
        assert ("AAAA" in fragment) != ("BBBB" in fragment)
    assert codes == {True, False}


def test_outside_the_demonstration_there_is_no_such_phone(client, settings):
    settings.DEMO = False
    assert client.get(reverse("notifications:demo-phone")).status_code == 404


@pytest.mark.parametrize("number", ["zz", "00", "'"])
def test_the_phone_survives_a_spoiled_address(client, number):
    answer = client.get(reverse("notifications:demo-phone"), {"number": number})
    assert answer.status_code == 200

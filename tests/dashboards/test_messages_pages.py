"""未送达消息: whoever looks after messages mends what failed and rings those whom nothing reached."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from community.governance.enums import Role
from community.governance.scopes import Scope
from notifications.enums import MessageState
from notifications.models import Message
from tests.factories.governance import (
    CommunityFactory,
    DistrictFactory,
    StreetFactory,
    StreetOfficeFactory,
    staff,
)
from tests.factories.notifications import MessageFactory
from tests.factories.servicehall import hall
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db
LIST = reverse("dashboards:messages")


@pytest.fixture
def director() -> Scope:
    return staff(Role.STATION_DIRECTOR)


def path_of(scope: Scope) -> str:
    return scope.paths_for("handle_messages")[0]


def to(message: Message, what: str) -> str:
    return reverse(f"dashboards:message-{what}", args=[message.pk])


def test_three_lists_are_counted_and_the_call_list_comes_first(director: Scope) -> None:
    path = path_of(director)
    MessageFactory(to_call=True, place_path=path, text="请来窗口领取结果。")
    MessageFactory(failed=True, place_path=path)
    MessageFactory.create_batch(2, uncertain=True, place_path=path)
    MessageFactory(place_path=path)  # still waits for its time: no trouble
    answer = client_for(director).get(LIST)
    assert [count for _name, _label, count in answer.context["tabs"]] == [1, 1, 2]
    assert answer.context["chosen"] == "call"
    page = answer.content.decode()
    assert "请来窗口领取结果。" in page
    assert "没有可用的手机号和账号" in page
    assert len(client_for(director).get(LIST, {"list": "uncertain"}).context["entries"]) == 2
    assert client_for(director).get(LIST, {"list": "all"}).context["chosen"] == "call"
    assert client_for(director).get(LIST, {"after": "nonsense"}).status_code == 200


def test_the_number_is_masked(director: Scope) -> None:
    message = MessageFactory(to_call=True, place_path=path_of(director), phone="13812345678")
    client = client_for(director)
    for address in (LIST, to(message, "called")):
        page = client.get(address).content.decode()
        assert "138****5678" in page
        assert "13812345678" not in page


def test_a_failed_message_is_sent_again(director: Scope) -> None:
    message = MessageFactory(failed=True, place_path=path_of(director))
    client = client_for(director)
    answer = client.post(to(message, "retry"), follow=True)
    assert "已重新排入发送" in answer.content.decode()
    message.refresh_from_db()
    assert message.state == MessageState.DUE
    assert AuditEntry.objects.get(action="message.retried").user_id == director.user_id
    again = client.post(to(message, "retry"), follow=True)
    assert "已不在失败名单中" in again.content.decode()


def test_a_call_is_noted_once(director: Scope) -> None:
    message = MessageFactory(to_call=True, place_path=path_of(director))
    client = client_for(director)
    assert client.post(to(message, "called"), {"note": " "}).status_code == 422
    answer = client.post(to(message, "called"), {"note": "上门告知，女儿代收"})
    assert answer.status_code == 302
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    entry = AuditEntry.objects.get(action="message.called")
    assert (entry.reason, entry.user_id) == ("上门告知，女儿代收", director.user_id)
    late = client.post(to(message, "called"), {"note": "又打了一次"})
    assert late.status_code == 422
    page = late.content.decode()
    assert "已有人处理" in page
    assert AuditEntry.objects.filter(action="message.called").count() == 1


def test_what_was_typed_stays(director: Scope) -> None:
    message = MessageFactory(to_call=True, place_path=path_of(director))
    answer = client_for(director).post(to(message, "called"), {"note": "字" * 201})
    assert answer.status_code == 422
    assert "字" * 201 in answer.content.decode()


def test_messages_of_other_places_do_not_exist(director: Scope) -> None:
    abroad = CommunityFactory(parent=StreetFactory(parent=DistrictFactory()))
    call = MessageFactory(to_call=True, place_path=abroad.path, text="别处的消息")
    failed = MessageFactory(failed=True, place_path=abroad.path)
    client = client_for(director)
    assert "别处的消息" not in client.get(LIST).content.decode()
    assert client.get(to(call, "called")).status_code == 404
    assert client.post(to(call, "called"), {"note": "越权"}).status_code == 404
    assert client.post(to(failed, "retry")).status_code == 404


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.LEADER, Role.SYSTEM_ADMIN])
def test_only_those_who_look_after_messages_see_them(role: Role) -> None:
    client, message = client_for(staff(role)), MessageFactory(failed=True)
    assert client.get(LIST).status_code == 403
    assert client.post(to(message, "retry")).status_code == 403


def test_the_case_is_linked_for_those_who_may_open_it() -> None:
    here = hall()
    case = here.filed()
    MessageFactory(to_call=True, about=f"case:{case.pk}", place_path=here.community.path)
    page = client_for(here.director).get(LIST).content.decode()
    assert reverse("servicehall:case", args=[case.pk]) in page
    assert here.applicant.full_name not in page  # masked
    call = MessageFactory(to_call=True, about="case:not-ours", place_path=here.community.path)
    assert client_for(here.director).get(to(call, "called")).context["entry"].case is None


def test_a_street_sees_its_communities(director: Scope) -> None:
    street = StreetFactory(usual=True)
    official = staff(Role.STREET_OFFICIAL, StreetOfficeFactory(place=street))
    message = MessageFactory(failed=True, place_path=CommunityFactory(parent=street).path)
    answer = client_for(official).get(LIST)
    assert [entry.message for entry in answer.context["entries"]] == [message]
    # Both work on cases: one menu, wherever they sit.
    for client in (client_for(official), client_for(director)):
        assert 'data-face="counter"' in client.get(LIST).content.decode()


def test_a_longer_list_costs_no_more(count_queries: Any) -> None:
    here = hall()
    client = client_for(here.director)
    given = {"to_call": True, "place_path": here.community.path}
    MessageFactory(**given, about=f"case:{here.filed().pk}")
    client.get(LIST)
    few = count_queries(lambda: client.get(LIST))
    for _number in range(5):
        MessageFactory(**given, about=f"case:{here.filed().pk}")
    assert count_queries(lambda: client.get(LIST)) == few <= 10

"""任职与授权: who appoints whom to what, and what ends with a post (security.md T19, T42)."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.audit import SYSTEM, Acting
from accounts.models import AuditEntry
from common.errors import NotAllowed
from community.governance.actions import appoint, end_post
from community.governance.enums import BodyKind, PostBasis, Role
from community.governance.models import Body, Post
from community.governance.roles import ROLE_BODIES, SEPARATED
from community.governance.scopes import Scope
from tests.factories.accounts import UserFactory
from tests.factories.governance import (
    BODY_OF_ROLE,
    CommitteeFactory,
    CommunityFactory,
    DistrictFactory,
    GovernmentFactory,
    PartyOrganisationFactory,
    PostFactory,
    StationFactory,
    StreetFactory,
    StreetOfficeFactory,
    resident_scope,
    staff,
)
from tests.factories.servicehall import hall
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db
POSTS = reverse("dashboards:posts")
BODIES = reverse("dashboards:bodies")
DESK = reverse("servicehall:desk")


@pytest.fixture
def security() -> Scope:
    return staff(Role.SECURITY_ADMIN)


def post_of(scope: Scope) -> Post:
    assert scope.post_id is not None
    return Post.objects.get(pk=scope.post_id)


def at(body: Body) -> str:
    return reverse("dashboards:body", args=[body.pk])


def of(post: Post | uuid.UUID | None) -> str:
    return reverse("dashboards:post", args=[post.pk if isinstance(post, Post) else post])


def form(user: Any, **changes: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "display_name": user.display_name,
        "role": "window_clerk",
        "basis": "administrative",
        "document_no": "海政聘字〔2026〕8号",
        "started_on": timezone.localdate().isoformat(),
    } | changes


def unproven(scope: Scope) -> Client:
    client = client_for(scope)
    session = client.session
    session[step_up.VERIFIED_AT] = timezone.now().timestamp() - 3600
    session.save()
    return client


def test_an_appointment_gives_powers_at_once(security: Scope) -> None:
    station, user = StationFactory(), UserFactory(display_name="李娜")
    assert client_for(user).get(DESK).status_code == 302  # to choose a post, and there is none
    answer = client_for(security).post(at(station), form(user, lines=["W1_CIVIL"]))
    assert answer.status_code == 422  # no such window in this hall
    answer = client_for(security).post(at(station), form(user))
    assert answer.status_code == 302
    post = Post.objects.get(user=user)
    assert (post.role, post.document_no) == (Role.WINDOW_CLERK, "海政聘字〔2026〕8号")
    entry = AuditEntry.objects.get(action="post.appointed", target_id=str(post.pk))
    assert (entry.user_id, entry.place_path) == (security.user_id, station.place.path)


def test_an_ended_post_is_refused_at_the_next_request(security: Scope) -> None:
    clerk = staff(Role.WINDOW_CLERK)
    seat = client_for(clerk)
    assert seat.get(DESK).status_code == 200
    answer = client_for(security).post(of(clerk.post_id), {"reason": "调离"})
    assert answer.status_code == 302
    refused = seat.get(DESK)
    assert refused.status_code == 302
    assert refused["Location"].partition("?")[0] == reverse("governance:choose-post")
    assert AuditEntry.objects.get(action="post.ended").reason == "调离"


def test_the_other_posts_of_the_person_go_on(security: Scope) -> None:
    user = UserFactory()
    first, second = (staff(Role.WINDOW_CLERK, user=user) for _post in range(2))
    client_for(security).post(of(first.post_id), {"reason": "撤销兼职"})
    assert client_for(first).get(DESK).status_code == 302
    assert client_for(second).get(DESK).status_code == 200


def test_a_post_is_not_ended_twice_nor_without_a_reason(security: Scope) -> None:
    clerk = staff(Role.WINDOW_CLERK)
    client = client_for(security)
    assert client.post(of(clerk.post_id), {"reason": ""}).status_code == 422
    assert client.post(of(clerk.post_id), {"reason": "调离"}).status_code == 302
    answer = client.post(of(clerk.post_id), {"reason": "调离"})
    assert answer.status_code == 422
    assert "该任职已经结束" in answer.content.decode()


def test_a_post_that_has_not_begun_ends_before_it_gives_anything(security: Scope) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    post = PostFactory(started_on=tomorrow)
    assert client_for(security).post(of(post), {"reason": "取消"}).status_code == 302
    post.refresh_from_db()
    assert post.ended_on == tomorrow
    assert not Post.objects.active_on(tomorrow).filter(pk=post.pk).exists()


# --- nobody for himself -------------------------------------------------------------------------


def test_nobody_appoints_himself_whatever_posts_he_holds(security: Scope) -> None:
    """By person: a second hat does not help."""
    me = post_of(security).user
    staff(Role.PARTY_SECRETARY, user=me)
    for role, factory in BODY_OF_ROLE.items():
        body = factory()
        basis = {
            Role.PARTY_SECRETARY: "party",
            Role.COMMITTEE_DIRECTOR: "election",
            Role.COMMITTEE_MEMBER: "election",
        }.get(role, "administrative")
        answer = client_for(security).post(at(body), form(me, role=role.value, basis=basis))
        assert answer.status_code == 422
        assert "不能给自己任职" in answer.content.decode()
    assert Post.objects.filter(user=me).count() == 2


def test_nobody_ends_his_own_post(security: Scope) -> None:
    client = client_for(security)
    page = client.get(of(security.post_id)).content.decode()
    assert "这是您自己的任职" in page
    assert client.post(of(security.post_id), {"reason": "不干了"}).status_code == 422
    assert post_of(security).ended_on is None


# --- what goes together -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"), [(a, b) for a in sorted(SEPARATED) for b in sorted(SEPARATED) if a != b]
)
def test_the_three_administrators_are_three_people(
    security: Scope, first: Role, second: Role
) -> None:
    user, government = UserFactory(), GovernmentFactory()
    staff(first, government, user=user)
    answer = client_for(security).post(at(government), form(user, role=second.value))
    assert answer.status_code == 422
    assert "不得由同一人担任" in answer.content.decode()
    assert not Post.objects.filter(user=user, role=second).exists()


def test_administrators_are_kept_apart_in_the_future_too(security: Scope) -> None:
    user, government = UserFactory(), GovernmentFactory()
    later = timezone.localdate() + timedelta(days=30)
    PostFactory(user=user, role=Role.AUDITOR, body=government, started_on=later)
    answer = client_for(security).post(at(government), form(user, role="system_admin"))
    assert answer.status_code == 422


def test_the_committee_is_elected_and_nobody_else_is(security: Scope) -> None:
    committee, station, party = CommitteeFactory(), StationFactory(), PartyOrganisationFactory()
    client = client_for(security)
    cases = [
        (committee, "committee_member", "administrative", 422),
        (committee, "committee_member", "party", 422),
        (committee, "committee_member", "election", 302),
        (station, "station_director", "election", 422),
        (station, "station_director", "administrative", 302),
        (party, "party_secretary", "administrative", 422),
        (party, "party_secretary", "party", 302),
    ]
    for body, role, basis, code in cases:
        user = UserFactory()
        answer = client.post(at(body), form(user, role=role, basis=basis))
        assert answer.status_code == code, (role, basis)
        assert Post.objects.filter(user=user).exists() == (code == 302)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_only_offered_where_it_fits(security: Scope, role: Role) -> None:
    body = BODY_OF_ROLE[role]()
    offered = {
        code
        for code, _label in client_for(security)
        .get(at(body))
        .context["form"]
        .fields["role"]
        .choices
    }
    assert offered == {r.value for r in Role if BodyKind(body.kind) in ROLE_BODIES[r]}
    assert role.value in offered


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"display_name": "别人"}, "账号与姓名不符"),
        ({"username": "nobody"}, "账号与姓名不符"),
        ({"document_no": ""}, "请填写：文号"),
        ({"started_on": "2026-02-31"}, "真实存在的日期"),
        ({"started_on": "1999-01-01"}, "离今天太远"),
        ({"role": "street_official"}, "请从选项中选择"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    security: Scope, changes: dict[str, str], says: str
) -> None:
    station, user = StationFactory(), UserFactory(username="li.na", display_name="李娜")
    given = form(user, title="副站长") | changes
    answer = client_for(security).post(at(station), given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    for name in ("username", "display_name", "title", "document_no"):
        assert not given[name] or f'value="{given[name]}"' in page
    assert not Post.objects.filter(user=user).exists()


def test_a_resident_or_a_disabled_account_gets_no_post(security: Scope) -> None:
    station = StationFactory()
    for user in (UserFactory(resident=True), UserFactory(disabled=True)):
        assert client_for(security).post(at(station), form(user)).status_code == 422
        assert not Post.objects.filter(user=user).exists()


def test_the_same_post_is_not_held_twice(security: Scope) -> None:
    station, user = StationFactory(), UserFactory()
    client = client_for(security)
    assert client.post(at(station), form(user)).status_code == 302
    answer = client.post(at(station), form(user))
    assert answer.status_code == 422
    assert "已担任这一职务" in answer.content.decode()


def test_appointing_and_ending_wait_for_the_factor(security: Scope) -> None:
    station, user, clerk = StationFactory(), UserFactory(), staff(Role.WINDOW_CLERK)
    client = unproven(security)
    answer = client.post(at(station), form(user))
    assert answer.status_code == 422
    assert f'value="{user.username}"' in answer.content.decode()
    assert client.post(of(clerk.post_id), {"reason": "调离"}).status_code == 422
    assert not Post.objects.filter(user=user).exists()
    assert post_of(clerk).ended_on is None


# --- reach --------------------------------------------------------------------------------------


def test_other_districts_do_not_exist(security: Scope) -> None:
    elsewhere = GovernmentFactory(place=DistrictFactory())
    leader = staff(Role.LEADER, elsewhere)
    client = client_for(security)
    assert client.get(at(elsewhere)).status_code == 404
    assert client.post(at(elsewhere), form(UserFactory(), role="leader")).status_code == 404
    assert client.get(of(leader.post_id)).status_code == 404
    assert client.post(of(leader.post_id), {"reason": "越权"}).status_code == 404
    assert elsewhere.name not in client.get(POSTS).content.decode()
    assert elsewhere.name not in client.get(BODIES).content.decode()


def test_the_action_itself_asks_who_acts(security: Scope) -> None:
    """Not only the page: tasks, commands and the API come through the same door."""
    now, day = timezone.now(), timezone.localdate()
    elsewhere, user = GovernmentFactory(place=DistrictFactory()), UserFactory()
    given: Any = {
        "body": elsewhere, "role": Role.LEADER, "basis": PostBasis.ADMINISTRATIVE,
        "started_on": day, "now": now,
    }  # fmt: skip
    clerk, nobody = staff(Role.WINDOW_CLERK), Scope()
    for by in (security, clerk, nobody, Acting(), resident_scope(UserFactory(resident=True))):
        with pytest.raises(NotAllowed):
            appoint(user, **given, by=by)
    post = appoint(user, **given, by=SYSTEM)
    for by in (security, clerk, nobody, Acting()):
        with pytest.raises(NotAllowed):
            end_post(post, ended_on=day, by=by, now=now)
    assert end_post(post, ended_on=day, by=SYSTEM, now=now).ended_on == day


def test_a_station_that_also_serves_another_district_is_out_of_reach(security: Scope) -> None:
    """Its posts act there too: powers may not be given where one may not give them."""
    abroad = CommunityFactory(parent=StreetFactory(parent=DistrictFactory()))
    home = CommunityFactory()
    station = StationFactory(place=home, covers=[home, abroad])
    answer = client_for(security).post(at(station), form(UserFactory()))
    assert answer.status_code == 422
    assert "不在您管理任职的范围内" in answer.content.decode()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR, Role.STATION_DIRECTOR])
def test_only_security_administrators_appoint(role: Role) -> None:
    client, station = client_for(staff(role)), StationFactory()
    assert client.get(POSTS).status_code == 403
    assert client.get(BODIES).status_code == 403
    assert client.post(at(station), form(UserFactory())).status_code == 403


# --- what is seen -------------------------------------------------------------------------------


def test_the_grants_of_a_role_are_shown_as_they_are_written(security: Scope) -> None:
    clerk = staff(Role.WINDOW_CLERK)
    station = post_of(clerk).body
    roles = {row.role: row for row in client_for(security).get(at(station)).context["roles"]}
    shown = roles[Role.WINDOW_CLERK]
    assert shown.is_granted
    assert {power.value for power in shown.powers} == set(clerk.powers)
    assert {place.path for place in shown.places} == {p for ps in clerk.powers.values() for p in ps}
    assert not roles[Role.STATION_DIRECTOR].is_granted
    page = client_for(security).get(at(station)).content.decode()
    assert "受理办件、查找居民" in page
    assert f"范围：{station.place.name}" in page


def test_a_body_that_cannot_review_is_reported() -> None:
    here = hall()
    here.accepted()  # waits for the director of the station
    admin = staff(Role.SECURITY_ADMIN)
    client = client_for(admin)
    assert client.get(POSTS).context["vacancies"] == []
    client.post(of(here.director.post_id), {"reason": "调离"})
    [vacancy] = client.get(POSTS).context["vacancies"]
    assert (vacancy.body, vacancy.role, vacancy.waiting) == (
        here.station,
        Role.STATION_DIRECTOR,
        1,
    )
    assert "没有服务站站长，1 件待审核" in client.get(POSTS).content.decode()


def test_holders_are_counted_by_person(security: Scope) -> None:
    user = UserFactory()
    for _post in range(2):
        staff(Role.WINDOW_CLERK, user=user)
    found = dict(client_for(security).get(POSTS).context["holders"])
    assert found[Role.WINDOW_CLERK] == 1
    assert found[Role.LEADER] == 0


def test_posts_are_found_by_body_person_role_and_state(security: Scope) -> None:
    office = StreetOfficeFactory(name="滨河街道办事处")
    ended = PostFactory(role=Role.STREET_OFFICIAL, body=office, user__display_name="钱进")
    end_post(ended, ended_on=timezone.localdate(), by=SYSTEM, now=timezone.now())
    running = PostFactory(role=Role.STREET_OFFICIAL, body=office, user__display_name="严谨")
    client = client_for(security)

    def found(**query: str) -> set[str]:
        return {post.user.display_name for post in client.get(POSTS, query).context["page"].items}

    assert found(body="滨河") == {"严谨"}
    assert found(body="滨河", state="ended") == {"钱进"}
    assert found(body="滨河", state="all") == {"钱进", "严谨"}
    assert found(q=running.user.username) == {"严谨"}
    assert "严谨" not in found(role="leader")
    assert "没有这样的任职" in client.get(POSTS, {"q": "nobody"}).content.decode()
    assert "任职已经结束" in client.get(of(ended)).content.decode()


def test_a_longer_list_costs_no_more(security: Scope, count_queries: Any) -> None:
    client, station = client_for(security), StationFactory()
    pages = (POSTS, BODIES, at(station))
    PostFactory(body=station)
    for page in pages:
        client.get(page)
    few = [count_queries(lambda page=page: client.get(page)) for page in pages]
    for _number in range(6):
        PostFactory(body=station)
        staff(Role.WINDOW_CLERK)
    assert [count_queries(lambda page=page: client.get(page)) for page in pages] == few
    assert max(few) <= 10
    post = PostFactory(body=station)
    assert count_queries(lambda: client.get(of(post))) <= 10

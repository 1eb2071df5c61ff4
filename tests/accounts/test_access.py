"""The outer door: every URL has a policy, and the policy holds."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from common.access import (
    PUBLIC,
    RESIDENT,
    SIGNED_IN,
    STAFF,
    access,
    declared_urls,
    policy_of,
    power,
)
from common.checks_access import every_url_has_a_policy
from community.governance.enums import Role
from tests.accounts.urls import answer
from tests.factories.accounts import UserFactory
from tests.factories.governance import staff

FORGOTTEN = "tests.accounts.urls_forgotten"


class Post:
    """A scope as far as the door asks it."""

    def __init__(self, post_id=None, powers=()):
        self.post_id, self.powers = post_id, powers

    def has(self, code):
        return code in self.powers


def test_a_url_without_a_policy_fails_the_check(settings):
    settings.ROOT_URLCONF = FORGOTTEN
    errors = every_url_has_a_policy(None)
    assert [error.id for error in errors] == ["common.E002"] * 2
    assert "forgotten/" in errors[0].msg
    assert "inner:class" in errors[1].msg


def test_a_declared_urlconf_passes_the_check(settings):
    settings.ROOT_URLCONF = "tests.accounts.urls"
    assert every_url_has_a_policy(None) == []


def test_the_policy_of_a_class_is_found():
    urls = {url.name: url.policy for url in declared_urls(FORGOTTEN)}
    assert urls["declared"] == SIGNED_IN
    assert urls["open"] == PUBLIC
    assert urls["inner:class"] is None


@pytest.mark.urls("tests.accounts.urls")
@pytest.mark.parametrize("url", ["/resident/", "/staff/", "/accept/"])
def test_the_anonymous_are_sent_to_sign_in_and_back(client, url):
    assert client.get(url).url == f"/accounts/sign-in/?next={url}"


@pytest.mark.urls("tests.accounts.urls")
def test_an_anonymous_fragment_moves_the_whole_window(client):
    response = client.get("/staff/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/accounts/sign-in/"
    inside = {"HX-Request": "true", "HX-Current-URL": "http://testserver/staff/?page=2"}
    assert client.get("/accept/", headers=inside)["HX-Redirect"].endswith(
        "?next=/staff/%3Fpage%3D2"
    )
    strange = inside | {"HX-Current-URL": "https://elsewhere.example/staff/"}
    assert client.get("/accept/", headers=strange)["HX-Redirect"] == "/accounts/sign-in/"


def test_the_page_that_staff_wanted_follows_the_choice_of_a_post(db):
    clerk = staff(Role.WINDOW_CLERK)
    seat = Client()
    seat.force_login(User.objects.get(pk=str(clerk.user_id)))
    wanted = "/hall/?group=red"
    asked = seat.get(wanted)
    assert asked["Location"] == f"{reverse('governance:choose-post')}?next=%2Fhall%2F%3Fgroup%3Dred"
    assert seat.get(asked["Location"])["Location"] == wanted


def test_who_holds_several_posts_is_told_which_opens_the_page_and_no_choice_ends_before_a_door(db):
    clerk = staff(Role.WINDOW_CLERK)
    person = User.objects.get(pk=str(clerk.user_id))
    leader = staff(Role.LEADER, user=person)
    seat, choose = Client(), reverse("governance:choose-post")
    seat.force_login(person)
    asked = seat.get(f"{choose}?next=/hall/")
    assert [post.pk for post in asked.context["posts"]] == [clerk.post_id, leader.post_id]
    assert "能打开您要的那一页" in asked.content.decode()
    wrong = seat.post(choose, {"post": str(leader.post_id), "next": "/hall/"}, follow=True)
    assert wrong.status_code == 200
    assert wrong.redirect_chain[0][0] == reverse("dashboards:overview")
    assert "请换岗位" in wrong.content.decode()
    right = seat.post(choose, {"post": str(clerk.post_id), "next": "/hall/?group=red"})
    assert right["Location"] == "/hall/?group=red"
    for astray in ("https://elsewhere.example/", "/nowhere/"):
        assert "能打开" not in seat.get(choose, {"next": astray}).content.decode()


@pytest.mark.urls("tests.accounts.urls")
def test_an_anonymous_machine_gets_a_problem_document(client):
    response = client.get("/api/accept/")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_signed_in"


def visit(policy, *, kind, scope, api=False):
    request: Any = RequestFactory().get("/")
    request.user = User(kind=kind)
    request.scope = scope
    try:
        return access(policy, api=api)(answer)(request).status_code
    except PermissionDenied:
        return 403


ACCEPTING = Post("post", ("accept_case",))


@pytest.mark.urls("tests.accounts.urls")
@pytest.mark.parametrize(
    ("policy", "kind", "scope", "status"),
    [
        (SIGNED_IN, "resident", Post(), 200),
        (SIGNED_IN, "staff", Post(), 200),
        (RESIDENT, "resident", Post(), 200),
        (RESIDENT, "staff", ACCEPTING, 403),
        (STAFF, "resident", Post(), 403),
        (STAFF, "staff", Post(), 302),
        (STAFF, "staff", Post("post"), 200),
        (power("accept_case"), "resident", Post(), 403),
        (power("accept_case"), "staff", Post(), 302),
        (power("accept_case"), "staff", Post("post"), 403),
        (power("accept_case"), "staff", ACCEPTING, 200),
    ],
)
def test_the_door_opens_for_whom_the_policy_names(policy, kind, scope, status):
    assert visit(policy, kind=kind, scope=scope) == status


def test_a_machine_without_the_power_gets_403_and_never_a_redirect():
    assert visit(power("accept_case"), kind="staff", scope=Post(), api=True) == 403
    assert visit(power("accept_case"), kind="staff", scope=Post("post"), api=True) == 403


def test_one_power_is_one_policy():
    assert power("accept_case") is power("accept_case")
    assert policy_of(access(power("accept_case"))(answer)) == power("accept_case")


@pytest.mark.urls(FORGOTTEN)
def test_the_net_catches_a_view_that_forgot_its_policy(client):
    assert client.get("/forgotten/").status_code == 302


@pytest.mark.urls(FORGOTTEN)
@pytest.mark.django_db
def test_a_declared_class_opens_for_the_signed_in_only(client):
    assert client.get("/declared/").status_code == 302
    client.force_login(UserFactory.create())
    assert client.get("/declared/").status_code == 200

"""代理: who acts for whom, from when to when, arranged by the head of the body."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.actions import arrange_deputy, end_deputy
from community.governance.enums import Power, Role
from community.governance.models import Post
from community.governance.scopes import Scope, scope_of
from servicehall.cases import actions
from tests.factories.governance import StationFactory, staff
from tests.factories.servicehall import hall
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = timezone.now


def user(scope: Scope) -> User:
    return User.objects.get(pk=scope.user_id or "")


def post(scope: Scope) -> Post:
    return Post.objects.get(pk=scope.post_id or "")


def arrange(director: Scope, away: Scope, colleague: Scope, **changes):
    today = timezone.localdate()
    given: dict[str, Any] = {
        "from_on": today,
        "to_on": today + timedelta(days=4),
        "reason": "休假",
        **changes,
    }
    return arrange_deputy(post(away), user(colleague), **given, by=director, now=NOW())


def test_a_deputy_acts_in_the_post_of_the_absent_until_its_last_day():
    place = hall()
    second = staff(Role.WINDOW_CLERK, place.station)
    deputy = arrange(place.director, place.director, second)
    assert deputy.title == "代理服务站站长"
    with override("en"):
        assert deputy.label.endswith(" · Acting Station director")
    today = timezone.localdate()
    scope = scope_of(user(second), deputy.pk, today=today)
    assert scope.has(Power.REVIEW_CASES)
    case = actions.forward(place.accepted().pk, by=scope, now=NOW(), opinion="属实")
    assert case.handler_id == place.street_office.pk
    later = today + timedelta(days=5)
    assert deputy in Post.objects.held_by(second.user_id, today)
    assert deputy not in Post.objects.held_by(second.user_id, later)
    end_deputy(deputy, by=place.director, now=NOW())
    assert deputy not in Post.objects.held_by(second.user_id, today)


def test_only_the_head_of_the_body_arranges_it_and_never_for_himself():
    place = hall()
    second = staff(Role.WINDOW_CLERK, place.station)
    elsewhere = staff(Role.STATION_DIRECTOR, StationFactory())
    for by, away, colleague in (
        (place.clerk, place.director, second),
        (elsewhere, place.clerk, second),
        (place.director, place.clerk, place.director),
    ):
        with pytest.raises(NotAllowed):
            arrange(by, away, colleague)
    today = timezone.localdate()
    for changes in (
        {"reason": " "},
        {"from_on": today - timedelta(days=1)},
        {"to_on": today - timedelta(days=1)},
    ):
        with pytest.raises(Invalid):
            arrange(place.director, place.clerk, second, **changes)
    with pytest.raises(Invalid):
        arrange(place.director, place.director, place.official)
    arrange(place.director, place.director, second)
    with pytest.raises(Conflict):
        arrange(place.director, place.director, place.clerk)


@sweeps(arrange_deputy, end_deputy)
def test_the_page_arranges_and_ends(client_for):
    place = hall()
    second = staff(Role.WINDOW_CLERK, place.station)
    page, url = client_for(place.director), reverse("governance:deputies")
    today = timezone.localdate()
    answer = page.post(
        url,
        {
            "post": place.clerk.post_id,
            "user": second.user_id,
            "from_on": today,
            "to_on": today,
            "reason": "培训",
        },
    )
    # Both are clerks of the same window already: there is nothing to lend.
    assert answer.status_code == 422
    third = staff(Role.DATA_CLERK, place.station)
    given = {"post": place.clerk.post_id, "user": third.user_id, "reason": "培训"}
    assert page.post(url, given | {"from_on": today, "to_on": today}).status_code == 302
    deputy = Post.objects.get(deputises_id=place.clerk.post_id)
    assert deputy.title in page.get(url).content.decode()
    assert page.post(reverse("governance:deputy-end", args=[deputy.pk])).status_code == 302
    assert deputy.title not in page.get(url).content.decode()

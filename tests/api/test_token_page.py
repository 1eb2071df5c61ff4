"""The page on which people see, make and revoke their own tokens."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import step_up
from community.governance import tokens
from community.governance.models import ApiToken
from tests.api.conftest import Program, token_for
from tests.factories.accounts import UserFactory
from tests.factories.servicehall import Hall

PAGE, MAKE = "/tokens/", "/tokens/make/"


def given(**changes: Any) -> dict[str, Any]:
    """The form as filled in."""
    return {
        "name": "社区自助机",
        "scopes": ["cases:read"],
        "months": "3",
        "networks": "",
        "key": str(uuid.uuid4()),
    } | changes


def secret_in(page: str) -> str:
    found = re.search(r"yz_[0-9A-Za-z]{49}", page)
    assert found
    return found[0]


def test_the_anonymous_are_sent_to_sign_in(db: None, client: Client):
    assert client.get(PAGE).status_code == 302
    assert client.post(MAKE, given()).status_code == 302


def test_staff_choose_a_post_first(db: None, client_for):
    response = client_for(UserFactory()).get(PAGE)
    assert (response.status_code, response["Location"]) == (302, "/post/")


@pytest.mark.parametrize("who", ["clerk", "resident"])
def test_a_new_token_is_shown_once_and_works(registration: Hall, client_for, who: str):
    browser = client_for(getattr(registration, who))
    response = browser.post(MAKE, given())
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store, private"
    secret = secret_in(response.content.decode())
    assert tokens.is_well_formed(secret)
    assert Program(secret).get("cases").status_code == 200
    later = browser.get(PAGE).content.decode()
    assert secret not in later
    assert secret[-4:] in later
    assert "社区自助机" in later


def test_twelve_months_end_within_the_year(registration: Hall, client_for):
    client_for(registration.clerk).post(MAKE, given(months="12"))
    token = ApiToken.objects.get()
    assert timedelta(days=364) < token.expires_at - timezone.now() <= timedelta(days=366)


def test_reloading_the_answer_makes_no_second_token(registration: Hall, client_for):
    browser, form = client_for(registration.clerk), given()
    browser.post(MAKE, form)
    again = browser.post(MAKE, form)
    assert not re.search(r"yz_[0-9A-Za-z]{49}", again.content.decode())
    assert ApiToken.objects.count() == 1


def test_who_signed_in_long_ago_proves_himself_first(registration: Hall, client_for):
    browser = client_for(registration.clerk)
    session = browser.session
    session[step_up.VERIFIED_AT] = (timezone.now() - timedelta(minutes=6)).timestamp()
    session.save()
    page = browser.get(PAGE).content.decode()
    assert "/accounts/verify/?next=%2Ftokens%2F" in page
    assert MAKE not in page
    assert browser.post(MAKE, given()).status_code == 302
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"months": "24"},
        {"networks": "here"},
        {"key": "x"},
    ],
)
def test_a_wrong_form_makes_nothing(registration: Hall, client_for, wrong: dict[str, Any]):
    assert client_for(registration.clerk).post(MAKE, given(**wrong)).status_code == 422
    assert not ApiToken.objects.exists()


def test_networks_are_kept_in_one_writing(registration: Hall, client_for):
    client_for(registration.clerk).post(
        MAKE, given(networks="192.0.2.10\n198.51.100.9/24，2001:DB8::1")
    )
    assert ApiToken.objects.get().networks == [
        "192.0.2.10/32",
        "198.51.100.0/24",
        "2001:db8::1/128",
    ]


def test_a_token_is_revoked_by_its_owner_only(registration: Hall, client_for):
    made = token_for(registration.clerk)
    url = f"/tokens/{made.token.pk}/revoke/"
    assert client_for(registration.director).post(url).status_code == 404
    assert Program(made.secret).get("cases").status_code == 200
    assert client_for(registration.clerk).post(url).status_code == 302
    assert Program(made.secret).get("cases").status_code == 401
    assert "已停用" in client_for(registration.clerk).get(PAGE).content.decode()


def test_nobody_sees_the_tokens_of_another(registration: Hall, client_for):
    tail = token_for(registration.clerk).token.tail
    assert "…" + tail not in client_for(registration.director).get(PAGE).content.decode()


def test_the_page_costs_the_same_with_any_number_of_tokens(
    registration: Hall, client_for, count_queries
):
    browser = client_for(registration.clerk)
    token_for(registration.clerk)
    browser.get(PAGE)
    few = count_queries(lambda: browser.get(PAGE))
    for _n in range(5):
        token_for(registration.clerk)
    assert count_queries(lambda: browser.get(PAGE)) == few <= 10

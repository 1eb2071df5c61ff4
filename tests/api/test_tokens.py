"""Tokens: shown once, narrow, dated, bound to the post; and gone with it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance import actions, tokens
from community.governance.enums import ApiScope, Role
from community.governance.models import ApiToken, Post
from community.governance.scopes import NOBODY
from tests.api.conftest import Program, token_for
from tests.factories.accounts import UserFactory
from tests.factories.governance import StationFactory, resident_scope, staff
from tests.factories.servicehall import Hall
from tests.sweeping import sweeps

READ = ApiScope.CASES_READ


def test_a_secret_is_long_random_and_tells_a_slip_of_the_pen():
    one, other = tokens.new_secret(), tokens.new_secret()
    assert one != other
    assert one.startswith("yz_")
    assert tokens.is_well_formed(one)
    for place in range(len(one)):
        wrong = "0" if one[place] != "0" else "1"
        assert not tokens.is_well_formed(one[:place] + wrong + one[place + 1 :])
    assert not tokens.is_well_formed(one + "0")
    assert not tokens.is_well_formed("令" * len(one))


def test_the_database_knows_only_the_digest(registration: Hall):
    made = token_for(registration.clerk)
    row = ApiToken.objects.filter(pk=made.token.pk).values().get()
    assert made.secret not in str(row)
    assert bytes(row["secret_hash"]) == tokens.digest(made.secret)
    assert row["tail"] == made.secret[-4:]


@sweeps(actions.revoke_token)
def test_making_and_revoking_stand_in_the_audit_trail(registration: Hall):
    token = token_for(registration.clerk).token
    actions.revoke_token(token.pk, by=registration.clerk, now=timezone.now())
    actions.revoke_token(token.pk, by=registration.clerk, now=timezone.now())
    entries = AuditEntry.objects.filter(target_id=str(token.pk)).order_by("id")
    assert [e.action for e in entries] == ["token.made", "token.revoked"]


def test_the_same_form_twice_makes_one_token_and_shows_no_second_secret(registration: Hall):
    given: dict[str, Any] = {
        "name": "自助机",
        "scopes": [READ],
        "last_day": timezone.localdate() + timedelta(days=9),
        "networks": [],
        "key": str(uuid.uuid4()),
        "by": registration.clerk,
        "now": timezone.now(),
    }
    first, second = actions.make_token(**given), actions.make_token(**given)
    assert second.token == first.token
    assert second.secret == ""
    with pytest.raises(Conflict):
        actions.make_token(**{**given, "name": "别的"})


@pytest.mark.parametrize("days", [-1, 366])
def test_a_token_lives_a_day_at_least_and_a_year_at_most(registration: Hall, days: int):
    with pytest.raises(Invalid, match="lifetime"):
        actions.make_token(
            name="自助机",
            scopes=[READ],
            last_day=timezone.localdate() + timedelta(days=days),
            networks=[],
            key="one",
            by=registration.clerk,
            now=timezone.now(),
        )


@pytest.mark.parametrize(
    "wrong", [{"scopes": ["everything"]}, {"scopes": []}, {"expires_at": "2099-01-01 00:00+08"}]
)
def test_the_database_refuses_a_token_without_bounds(registration: Hall, wrong: dict[str, Any]):
    token = token_for(registration.clerk).token
    with pytest.raises(IntegrityError):
        ApiToken.objects.filter(pk=token.pk).update(**wrong)


def test_nobody_and_staff_without_a_post_make_no_token(db: None):
    for by in (NOBODY, resident_scope(UserFactory())):
        with pytest.raises(NotAllowed, match="no_post"):
            token_for(by)


def test_twenty_live_tokens_are_enough(registration: Hall):
    made = [token_for(registration.clerk) for _n in range(20)]
    with pytest.raises(NotAllowed, match="too_many_tokens"):
        token_for(registration.clerk)
    actions.revoke_token(made[0].token.pk, by=registration.clerk, now=timezone.now())
    assert token_for(registration.clerk).secret


def test_nobody_revokes_the_token_of_another(registration: Hall):
    token = token_for(registration.clerk).token
    with pytest.raises(ApiToken.DoesNotExist):
        actions.revoke_token(token.pk, by=registration.director, now=timezone.now())


def code_of(secret: str, **headers: str) -> tuple[int, str]:
    response = Program(secret).get("cases", headers or None)
    return response.status_code, response.json().get("code", "")


def test_a_token_opens_what_its_post_may_see(registration: Hall):
    assert code_of(token_for(registration.clerk).secret) == (200, "")


@pytest.mark.parametrize("secret", ["", "yz_", "x" * 52, None, "令牌"])
def test_an_unknown_token_opens_nothing(db: None, secret: str | None):
    secret = (
        tokens.new_secret() if secret is None else secret
    )  # made here: all workers collect alike
    response = Program().client.get(
        "/api/v1/cases", headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")}
    )
    assert response.status_code == 401
    assert response.json()["code"] == "token_unknown"
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_another_kind_of_credential_opens_nothing(db: None):
    response = Program().get("cases", {"Authorization": "Basic YTpi"})
    assert (response.status_code, response.json()["code"]) == (401, "token_unknown")


def test_a_wrong_token_is_refused_where_no_token_is_needed_too(db: None):
    assert Program(tokens.new_secret()).get("items").status_code == 401


def test_an_expired_token_opens_nothing(registration: Hall):
    made = token_for(registration.clerk)
    later = timezone.now() - timedelta(days=40)
    ApiToken.objects.filter(pk=made.token.pk).update(
        created_at=later, expires_at=later + timedelta(days=1)
    )
    assert code_of(made.secret) == (401, "token_expired")


def test_a_revoked_token_opens_nothing_from_the_next_call_on(registration: Hall):
    made = token_for(registration.clerk)
    assert code_of(made.secret) == (200, "")
    actions.revoke_token(made.token.pk, by=registration.clerk, now=timezone.now())
    assert code_of(made.secret) == (401, "token_revoked")


def test_an_ended_post_ends_its_tokens_at_once(registration: Hall):
    made = token_for(registration.clerk)
    post = Post.objects.get(body=registration.station, role=Role.WINDOW_CLERK)
    actions.end_post(post, ended_on=timezone.localdate(), by=SYSTEM, now=timezone.now())
    assert code_of(made.secret) == (401, "token_owner_left")


def test_another_post_of_the_same_person_does_not_revive_it(registration: Hall):
    made = token_for(registration.clerk)
    post = Post.objects.get(body=registration.station, role=Role.WINDOW_CLERK)
    staff(Role.WINDOW_CLERK, StationFactory(), user=post.user)
    actions.end_post(post, ended_on=timezone.localdate(), by=SYSTEM, now=timezone.now())
    assert code_of(made.secret) == (401, "token_owner_left")


def test_a_disabled_account_ends_its_tokens(registration: Hall):
    made = token_for(registration.resident)
    account = registration.applicant.account
    assert account is not None
    account.is_active = False
    account.save()
    assert code_of(made.secret) == (401, "token_owner_left")


def test_a_token_bound_to_a_network_works_there_only(registration: Hall):
    here = token_for(registration.clerk, networks=["127.0.0.0/8", "2001:db8::/32"])
    elsewhere = token_for(registration.clerk, networks=["192.0.2.0/24"])
    assert code_of(here.secret) == (200, "")
    assert code_of(elsewhere.secret) == (401, "token_elsewhere")
    # What a client writes into a header is nobody's word on where it is.
    assert code_of(elsewhere.secret, **{"X-Forwarded-For": "192.0.2.7"})[0] == 401


def test_the_last_use_is_written_at_most_once_a_minute(registration: Hall):
    made = token_for(registration.clerk)
    now = timezone.now()

    def used(after: int):
        actions.use_token(
            made.secret, ip="127.0.0.1", request_id="r", now=now + timedelta(seconds=after)
        )
        return ApiToken.objects.get(pk=made.token.pk).last_used_at

    assert used(0) == now
    assert used(59) == now
    assert used(61) == now + timedelta(seconds=61)


def test_a_token_does_only_what_its_scopes_name(registration: Hall):
    reader = Program(token_for(registration.resident, [READ]).secret)
    assert reader.get("cases").status_code == 200
    for response in (reader.post("cases"), reader.get("items"), reader.get("places")):
        assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    filer = Program(token_for(registration.resident, [ApiScope.CASES_FILE]).secret)
    assert filer.get("cases").status_code == 403
    assert filer.client.head("/api/v1/cases", headers=filer._headers()).status_code == 403


def test_a_session_cookie_opens_no_door_of_the_api(registration: Hall, client_for):
    client = client_for(registration.clerk)
    assert client.get("/api/v1/cases").status_code == 401
    case = registration.filed()
    assert client.get(f"/api/v1/cases/{case.number}").status_code == 404


def test_an_address_that_tries_tokens_out_is_stopped(registration: Hall, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "bad_token": (3, 60)}
    codes = [code_of(tokens.new_secret())[0] for _n in range(5)]
    assert codes[:3] == [401] * 3
    assert 429 in codes[3:]
    assert code_of(token_for(registration.clerk).secret) == (200, "")

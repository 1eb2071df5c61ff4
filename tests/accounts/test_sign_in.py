"""Signing in: password, second factor, own password; every step must be walked."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import totp
from accounts.actions import factors, users
from accounts.actions.sessions import note_sign_out
from accounts.audit import SYSTEM
from accounts.models import AuditEntry, RecoveryCode, Session, Totp
from common.errors import Invalid
from tests.factories.accounts import PASSWORD, TOTP_SECRET, UserFactory
from tests.sweeping import sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
SIGN_IN, CODE = "/accounts/sign-in/", "/accounts/sign-in/code/"
NEW = "草原上的七月来了 2027"


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def with_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = True


def give(client, username, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def code():
    return totp.code_at(TOTP_SECRET, timezone.now())


def is_in(client):
    return client.get("/accounts/me/").status_code == 200


def test_a_clerk_signs_in_and_is_sent_to_the_choice_of_post(client):
    user = UserFactory.create()
    assert give(client, user.username).url == reverse("governance:choose-post")
    assert is_in(client)
    assert AuditEntry.objects.get(action="session.opened").user_id == user.pk


def test_a_resident_signs_in_and_is_sent_home(client):
    assert give(client, UserFactory.create(resident=True).username).url == "/"


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " "])
def test_a_wrong_password_opens_nothing(client, password):
    assert give(client, UserFactory.create().username, password).status_code == 422
    assert not is_in(client)


def test_a_disabled_account_looks_like_a_wrong_password(client):
    assert give(client, UserFactory.create(disabled=True).username).status_code == 422


def test_unknown_and_known_names_get_the_same_answer(client):
    UserFactory.create(username="known01")

    def answer(name):
        response = give(client, name, "wrong")
        body = re.sub(r"[A-Za-z0-9]{32,}", "", response.content.decode()).replace(name, "")
        return response.status_code, re.sub(r'nonce="[^"]*"', "", body)

    assert answer("known01") == answer("nobody1")


def test_the_hasher_also_runs_for_an_unknown_name(client, monkeypatch):
    runs = []

    def hasher(*given, **more):
        runs.append(1)
        return "!"

    monkeypatch.setattr("django.contrib.auth.base_user.make_password", hasher)
    give(client, "nobody", "wrong")
    assert runs == [1]


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.cn/",
        "//evil.cn",
        "/\\evil.cn",
        "javascript:alert(1)",
        "https:evil.cn",
        "\t//evil.cn",
        "evil",
    ],
)
def test_nobody_is_led_to_a_foreign_site(client, evil):
    assert give(client, UserFactory.create(resident=True).username, next=evil).url == "/"


def test_one_comes_back_to_the_page_one_wanted(client):
    username = UserFactory.create(resident=True).username
    page = client.get(SIGN_IN, {"next": "/resident/?a=1"})
    assert 'value="/resident/?a=1"' in page.content.decode()
    assert give(client, username, next="/resident/?a=1").url == "/resident/?a=1"


# --- the second factor ---------------------------------------------------------------------------
@pytest.mark.usefixtures("with_second_factor")
def test_the_password_alone_opens_no_page_to_staff(client):
    user = UserFactory.create(with_device=True)
    assert give(client, user.username).url == CODE
    assert not is_in(client)
    assert client.get("/accounts/sign-in/continue/").url == CODE
    assert client.get("/accounts/sign-in/password/").url == CODE
    assert client.get("/accounts/sign-in/device/").url == CODE
    assert not is_in(client)


@pytest.mark.usefixtures("with_second_factor")
def test_with_the_code_from_the_telephone_staff_are_in(client):
    give(client, UserFactory.create(with_device=True).username)
    assert client.post(CODE, {"code": code()}).url == reverse("governance:choose-post")
    assert is_in(client)


@pytest.mark.usefixtures("with_second_factor")
def test_residents_need_no_second_factor(client):
    assert give(client, UserFactory.create(resident=True).username).url == "/"


@pytest.mark.usefixtures("with_second_factor")
def test_a_code_counts_once(client):
    user, same = UserFactory.create(with_device=True), code()
    assert factors.use_code(user, same, by=SYSTEM, now=timezone.now())
    give(client, user.username)
    assert client.post(CODE, {"code": same}).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(
    ("seconds", "is_right"), [(-30, True), (0, True), (30, True), (-90, False), (90, False)]
)
def test_a_code_may_be_one_step_early_or_late(seconds, is_right):
    user, now = UserFactory.create(with_device=True), timezone.now()
    shown = totp.code_at(TOTP_SECRET, now + timedelta(seconds=seconds))
    assert factors.use_code(user, shown, by=SYSTEM, now=now) is is_right


@sweeps(factors.use_code)
def test_an_older_code_is_void_once_a_newer_one_was_used():
    user, now = UserFactory.create(with_device=True), timezone.now()
    older = totp.code_at(TOTP_SECRET, now - timedelta(seconds=30))
    assert factors.use_code(user, totp.code_at(TOTP_SECRET, now), by=SYSTEM, now=now)
    assert not factors.use_code(user, older, by=SYSTEM, now=now)


@pytest.mark.usefixtures("with_second_factor")
def test_guessing_codes_is_slowed_like_guessing_passwords(client):
    give(client, UserFactory.create(with_device=True).username)
    wrong = f"{(int(code()) + 500_000) % 1_000_000:06d}"
    answers = [client.post(CODE, {"code": wrong}).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2
    assert client.post(CODE, {"code": code()}).status_code == 429


@pytest.mark.usefixtures("with_second_factor")
@sweeps(factors.confirm_totp)
def test_staff_without_a_device_set_one_up_before_anything_else(client):
    user = UserFactory.create()
    assert give(client, user.username).url == "/accounts/sign-in/device/"
    page = client.get("/accounts/sign-in/device/")
    assert page.context["secret"] in page.content.decode().replace(" ", "")
    assert page.context["secret"] not in Session.objects.get().session_data
    assert client.post("/accounts/sign-in/device/", {"code": "000000"}).status_code in (200, 422)
    shown = totp.code_at(page.context["secret"], timezone.now())
    codes = client.post("/accounts/sign-in/device/", {"code": shown}).context["codes"]
    assert len(codes) == 10
    assert client.get("/accounts/sign-in/continue/").url == reverse("governance:choose-post")
    assert is_in(client)
    assert Totp.objects.get().secret == page.context["secret"]


@pytest.mark.usefixtures("with_second_factor")
@sweeps(note_sign_out)
def test_a_recovery_code_opens_once(client):
    user = UserFactory.create(with_device=True)
    first = factors.renew_recovery_codes(user, by=SYSTEM, now=timezone.now())[0]
    for expected in (302, 422):
        give(client, user.username)
        assert client.post(CODE, {"code": first.lower().replace("-", " ")}).status_code == expected
        client.post("/accounts/sign-out/")
    stored = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert first.encode() not in stored
    assert first.replace("-", "").encode() not in stored


def test_recovery_codes_of_another_are_worth_nothing():
    mine, other = UserFactory.create(with_device=True), UserFactory.create(with_device=True)
    stolen = factors.renew_recovery_codes(other, by=SYSTEM, now=timezone.now())[0]
    assert not factors.use_code(mine, stolen, by=SYSTEM, now=timezone.now())


def test_who_walks_away_between_the_steps_starts_again(client, with_second_factor):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        give(client, UserFactory.create(with_device=True).username)
        clock.shift(11 * 60)
        assert client.post(CODE, {"code": code()}).url == SIGN_IN


def test_a_sign_in_under_way_ends_when_the_account_is_disabled(client, with_second_factor):
    user = UserFactory.create(with_device=True)
    give(client, user.username)
    users.disable_user(user, reason="离职", by=SYSTEM, now=timezone.now())
    assert client.post(CODE, {"code": code()}).url == SIGN_IN


# --- the first password ---------------------------------------------------------------------------
def test_a_given_password_must_be_replaced_before_the_first_page(client):
    user = UserFactory.create(with_given_password=True)
    assert give(client, user.username).url == "/accounts/sign-in/password/"
    assert not is_in(client)
    same = {"new_password": PASSWORD, "repeated": PASSWORD}
    assert client.post("/accounts/sign-in/password/", same).status_code == 422
    response = client.post("/accounts/sign-in/password/", {"new_password": NEW, "repeated": NEW})
    assert response.url == reverse("governance:choose-post")
    assert is_in(client)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.must_change_password


@pytest.mark.parametrize(
    ("kind", "password", "is_good"),
    [
        ("staff", "长一点的密码十二字", False),
        ("staff", "这是一句十二个字符的密码", True),
        ("resident", "七个字不够的", False),
        ("resident", "我家的猫叫小花", False),
        ("resident", "我家的猫叫小花花", True),
        ("resident", "password1", False),
        ("resident", "longname99", False),
    ],
)
def test_passwords_are_long_and_uncommon_and_nothing_more(kind, password, is_good):
    user = UserFactory.create(kind=kind, username="longname99")
    if is_good:
        users.set_password(user, password, by=SYSTEM, now=timezone.now())
    else:
        with pytest.raises(Invalid):
            users.set_password(user, password, by=SYSTEM, now=timezone.now())


# --- step-up --------------------------------------------------------------------------------------
def test_a_weighty_page_asks_the_factor_again_after_five_minutes(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        user = UserFactory.create()
        give(client, user.username)
        assert client.get("/pay/").status_code == 200
        clock.shift(150)
        client.get("/accounts/me/")
        clock.shift(151)
        asked = client.get("/pay/")
        assert asked.url == "/accounts/verify/?next=%2Fpay%2F"
        # From a form that was sent one comes back to its page, which browsers name in full.
        for came, back in (
            ("http://testserver/exports/7/", "/exports/7/"),
            ("https://evil.example/", ""),
        ):
            sent = client.post("/pay/", headers={"Referer": came})
            assert sent.url == f"/accounts/verify/?{urlencode({'next': back})}"
        wrong = client.post("/accounts/verify/", {"password": "wrong", "next": "/pay/"})
        assert wrong.status_code == 422
        assert client.get("/pay/").status_code == 302
        assert (
            client.post("/accounts/verify/", {"password": PASSWORD, "next": "/pay/"}).url == "/pay/"
        )
        assert client.get("/pay/").status_code == 200


def test_with_a_device_the_step_up_asks_its_code(client, with_second_factor):
    user = UserFactory.create(with_device=True)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        give(client, user.username)
        client.post(CODE, {"code": code()})
        clock.shift(150)
        client.get("/accounts/me/")
        clock.shift(151)
        assert (
            client.post("/accounts/verify/", {"code": "", "password": PASSWORD}).status_code == 422
        )
        assert client.post("/accounts/verify/", {"code": code(), "next": "/pay/"}).url == "/pay/"

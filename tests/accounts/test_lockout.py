"""Guessing is slowed for the guesser, not for the clerks beside him."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts import lockout
from accounts.models import SignInGate
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
NOW = datetime(2026, 9, 24, 1, 0, tzinfo=UTC)
STATION, ELSEWHERE = "10.1.1.1", "203.0.113.9"


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


def fail(times, *, username="zhang", ip=STATION, now=NOW):
    for _ in range(times):
        lockout.fail(username, ip, now=now)


def test_four_slips_cost_nothing():
    fail(4)
    assert lockout.wait("zhang", STATION, now=NOW) == 0


def test_the_wait_grows_and_is_at_most_a_quarter_of_an_hour():
    waits = []
    for _ in range(12):
        fail(1)
        waits.append(lockout.wait("zhang", STATION, now=NOW))
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 25, 900, 900, 900]


def test_after_the_wait_one_may_try_again():
    fail(6)
    assert lockout.wait("zhang", STATION, now=NOW + timedelta(seconds=3.5)) == 1
    assert lockout.wait("zhang", STATION, now=NOW + timedelta(seconds=4)) == 0


def test_failures_are_forgiven_over_night():
    fail(30)
    morning = NOW + timedelta(hours=12, seconds=1)
    assert lockout.wait("zhang", STATION, now=morning) == 0
    fail(1, now=morning)
    assert SignInGate.objects.get().failures == 1


def test_guesses_from_many_addresses_add_up():
    for number in range(20):
        fail(1, ip=f"203.0.113.{number}")
    assert lockout.wait("zhang", "198.51.100.1", now=NOW) == 25


def test_the_owner_is_not_shut_out_of_his_own_counter_by_a_guesser_elsewhere():
    lockout.succeed("zhang", STATION, now=NOW - timedelta(days=2))
    fail(200, ip=ELSEWHERE)
    assert lockout.wait("zhang", ELSEWHERE, now=NOW) == 900
    assert lockout.wait("zhang", STATION, now=NOW) == 0


def test_success_clears_the_slips():
    fail(4)
    lockout.succeed("zhang", STATION, now=NOW)
    fail(4)
    assert lockout.wait("zhang", STATION, now=NOW) == 0


def test_the_table_holds_no_names():
    fail(1, username="150302199001010011")
    assert "1503" not in SignInGate.objects.get().account


def test_capitals_and_blanks_are_the_same_account():
    fail(5, username=" Zhang")
    assert lockout.wait("zhang", STATION, now=NOW) > 0


def test_old_rows_are_forgotten_but_not_known_addresses():
    fail(1, username="old", now=NOW - timedelta(days=1))
    fail(1, username="new")
    lockout.succeed("known", STATION, now=NOW - timedelta(days=29))
    lockout.forget_old(now=NOW)
    kept = set(SignInGate.objects.values_list("account", flat=True))
    assert kept == {lockout.account_key("new"), lockout.account_key("known")}


def test_a_storm_leaves_few_tries_and_lets_the_clerks_work():
    """A guess each second at each of four accounts for a minute, from the station's own address."""
    tried = 0
    for second in range(60):
        now = NOW + timedelta(seconds=second)
        for number in range(4):
            if not lockout.wait(f"clerk{number}", STATION, now=now):
                tried += 1
                lockout.fail(f"clerk{number}", STATION, now=now)
    assert tried <= 4 * 10
    assert all(lockout.wait(f"neighbour{n}", STATION, now=NOW) == 0 for n in range(10))


@time_machine.travel(NOW, tick=False)
def test_ten_clerks_behind_one_address_sign_in_during_the_storm():
    UserFactory.create(username="victim")
    clerks = [UserFactory.create() for _ in range(10)]
    guesser = Client()
    answers = []
    for clerk in clerks:
        for guess in range(3):
            form = {"username": "victim", "password": f"guess{guess}"}
            answers.append(guesser.post("/accounts/sign-in/", form).status_code)
        form = {"username": clerk.username, "password": PASSWORD}
        assert Client().post("/accounts/sign-in/", form).status_code == 302
    assert answers == [422] * 5 + [429] * 25
    right = {"username": "victim", "password": PASSWORD}
    assert guesser.post("/accounts/sign-in/", right).status_code == 429


@time_machine.travel(NOW, tick=False)
def test_an_early_try_says_how_long_to_wait_and_is_the_same_for_unknown_names(client):
    UserFactory.create(username="known")
    for name in ("known", "nobody"):
        for _ in range(5):
            client.post("/accounts/sign-in/", {"username": name, "password": "wrong"})
        response = client.post("/accounts/sign-in/", {"username": name, "password": PASSWORD})
        assert response.status_code == 429
        assert response["Retry-After"] == "2"

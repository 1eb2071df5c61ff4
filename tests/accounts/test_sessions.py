"""Sessions: known to their owner, dead when they should be."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import users
from accounts.actions.sessions import note_sign_in
from accounts.audit import SYSTEM
from accounts.models import AuditEntry, Session, User
from accounts.sessions import digest
from community.governance.enums import Role
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.governance import staff
from tests.sweeping import sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
MINUTE = 60


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def enter(user, **headers):
    client = Client(headers=headers)
    client.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
    return client


def is_in(client):
    return client.get("/accounts/me/").status_code == 200


def key(client):
    return client.cookies["sessionid"].value


def test_signing_in_gives_a_new_key_and_forgets_the_old(client):
    user = UserFactory.create()
    session = client.session
    session["basket"] = "planted by another"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
    assert key(client) != planted
    assert "basket" not in client.session
    assert not Session.objects.filter(session_key=digest(planted)).exists()


def test_the_table_holds_no_cookie():
    client = enter(UserFactory.create())
    assert Session.objects.filter(session_key=digest(key(client))).exists()
    assert not Session.objects.filter(session_key=key(client)).exists()


@sweeps(note_sign_in)
def test_a_session_remembers_its_owner_and_device():
    user = UserFactory.create()
    enter(user, **{"User-Agent": CHROME})
    session = Session.objects.of(user.pk).get()
    assert (session.label, session.ip) == ("Chrome · Windows", "127.0.0.1")


def test_an_idle_counter_is_locked_after_five_minutes(clock):
    client = enter(UserFactory.create())
    clock.shift(4 * MINUTE)
    assert is_in(client)
    clock.shift(4 * MINUTE)
    assert is_in(client)
    clock.shift(6 * MINUTE)
    assert not is_in(client)


def test_a_resident_at_home_has_fifteen_minutes(clock):
    client = enter(UserFactory.create(kind="resident"))
    clock.shift(14 * MINUTE)
    assert is_in(client)
    clock.shift(16 * MINUTE)
    assert not is_in(client)


@pytest.mark.urls("config.urls")
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.WINDOW_CLERK, [False, False]),
        (Role.STATION_DIRECTOR, [False, False]),
        (Role.STREET_OFFICIAL, [True, False]),
        (Role.AUDITOR, [True, False]),
    ],
)
def test_the_post_says_whether_one_sits_at_a_counter_or_in_an_office(
    clock, client_for, role, expected
):
    client = client_for(User.objects.get(pk=str(staff(role).user_id)))
    client.get(reverse("governance:choose-post"))
    found = []
    for minutes in (6, 16):
        clock.shift(minutes * MINUTE)
        found.append(is_in(client))
    assert found == expected


@pytest.mark.urls("config.urls")
@pytest.mark.parametrize(
    ("who", "seconds"), [(Role.WINDOW_CLERK, 300), (Role.AUDITOR, 900), (None, 900)]
)
def test_the_page_counts_the_seconds_that_the_server_counts(client_for, who, seconds):
    person = staff(who) if who else UserFactory.create(kind="resident")
    page = client_for(person).get("/accounts/me/").content.decode()
    assert f'data-idle-seconds="{seconds}"' in page
    assert 'data-stay-url="/accounts/me/stay/"' in page


def test_whoever_only_types_stays_in(clock):
    client = enter(UserFactory.create())
    for _ in range(4):
        clock.shift(3 * MINUTE)
        assert client.get("/accounts/me/stay/").status_code == 204
    assert is_in(client)


def test_a_sign_in_from_before_there_were_seats_counts_as_a_counter(clock):
    client = enter(UserFactory.create())
    session = client.session
    del session["_seat"]
    session.save()
    clock.shift(6 * MINUTE)
    assert not is_in(client)


@pytest.mark.parametrize(("kind", "hours"), [("staff", 8), ("resident", 12)])
def test_a_busy_session_ends_after_its_longest_time(clock, figures, kind, hours):
    figures(counter_idle=3000, resident_idle=3000)  # so that each of them need not come so often
    client = enter(UserFactory.create(kind=kind))
    for _ in range(hours * 60 // 48 - 1):
        clock.shift(48 * MINUTE)
        assert is_in(client)
    clock.shift(48 * MINUTE)
    assert not is_in(client)


def test_a_page_that_refreshes_itself_does_not_keep_the_counter_open(clock):
    client = enter(UserFactory.create())
    for _ in range(3):
        clock.shift(MINUTE)
        assert client.get("/accounts/me/", headers={"X-Background": "1"}).status_code == 200
    clock.shift(3 * MINUTE)
    assert not is_in(client)


def test_all_sessions_of_a_disabled_user_are_refused_at_the_next_request():
    user = UserFactory.create()
    clients = [enter(user) for _ in range(5)]
    assert all(is_in(client) for client in clients)
    users.disable_user(user, reason="离职", by=SYSTEM, now=timezone.now())
    assert not any(is_in(client) for client in clients)


def test_a_user_who_is_disabled_behind_our_back_is_refused_too():
    user = UserFactory.create()
    client = enter(user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert not is_in(client)


def test_signing_out_ends_the_session_in_the_database_and_clears_the_browser():
    user = UserFactory.create()
    client = enter(user)
    stolen = Client()
    stolen.cookies["sessionid"] = key(client)
    response = client.post("/accounts/sign-out/")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(stolen)
    assert not Session.objects.of(user.pk).exists()
    assert AuditEntry.objects.filter(action="session.closed", user_id=user.pk).exists()


def test_signing_out_by_a_link_is_not_possible():
    client = enter(UserFactory.create())
    assert client.get("/accounts/sign-out/").status_code == 405
    assert is_in(client)


def test_one_sees_ones_sign_ins_and_ends_another():
    user = UserFactory.create()
    here, there = enter(user, **{"User-Agent": CHROME}), enter(user)
    page = here.get("/accounts/me/").content.decode()
    assert "Chrome · Windows" in page
    here.post(f"/accounts/me/sessions/{digest(key(there))}/end/")
    assert not is_in(there)
    assert is_in(here)


def test_nobody_ends_the_sign_in_of_another():
    mine, other = enter(UserFactory.create()), enter(UserFactory.create())
    mine.post(f"/accounts/me/sessions/{digest(key(other))}/end/")
    mine.post("/accounts/me/sessions/end-others/")
    assert is_in(other)


def test_changing_the_password_ends_all_other_sign_ins():
    user = UserFactory.create()
    here, there = enter(user), enter(user)
    new = "草原上的七月来了 2027"
    form = {"password": PASSWORD, "new_password": new, "repeated": new}
    assert here.post("/accounts/me/password/", form).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_the_password_is_not_changed_without_the_current_one():
    user = UserFactory.create()
    client = enter(user)
    form = {
        "password": "wrong",
        "new_password": "草原上的七月来了 2027",
        "repeated": "草原上的七月来了 2027",
    }
    assert client.post("/accounts/me/password/", form).status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_nobody_may_store_a_page_of_the_signed_in():
    response = enter(UserFactory.create()).get("/accounts/me/")
    assert response["Cache-Control"] == "no-store, private"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_public_page_stays_cacheable_for_the_anonymous(client):
    assert "Cache-Control" not in client.get("/")


def test_a_page_of_the_account_costs_the_same_with_many_sign_ins(django_assert_max_num_queries):
    user = UserFactory.create()
    client = enter(user)
    with django_assert_max_num_queries(6):
        client.get("/accounts/me/")
    for _ in range(9):
        enter(user)
    with django_assert_max_num_queries(6):
        client.get("/accounts/me/")

"""Residents get an account: with the phone on file, or at a counter; ID number and name alone open nothing."""

import itertools
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import usernames
from accounts.actions import users
from accounts.audit import SYSTEM, Acting
from accounts.enums import UserKind
from accounts.models import AuditEntry, Session, SignInGate, User
from common.errors import Conflict, Invalid, NotAllowed
from common.identity import check_id_number
from community.governance.enums import Role
from dashboards.demo import numbers
from notifications.models import Message
from residents.base.actions import people, registration
from residents.base.enums import ClaimPurpose, PersonState
from residents.base.models import AccountClaim, Person
from tests.factories.data import load_sources
from tests.factories.governance import CommunityFactory, StationFactory, staff
from tests.factories.residents import PersonFactory
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
REGISTER, FORGOT, CODE, AGAIN = (
    "/register/",
    "/register/forgot/",
    "/register/code/",
    "/register/code/again/",
)
FIRST, COUNTER, SIGN_IN = "/register/password/", "/register/counter/", "/accounts/sign-in/"
NEW = "草原上的七月来了"
STRANGE_PHONE = numbers.phone(98765432)
STRANGE_NUMBER = numbers.id_number("150302", date(1970, 2, 3), is_male=True, serial=498)
addresses = itertools.count(1)


def elsewhere():
    """A client at an address of its own, so that the limit per address is no part of the story."""
    serial = next(addresses)
    return {"REMOTE_ADDR": f"10.{serial // 62500}.{serial // 250 % 250}.{serial % 250 + 1}"}


def answers(person, **other):
    return {
        "id_number": person.id_number,
        "full_name": person.full_name,
        "phone": person.phone,
    } | other


def ask(client, person, to=REGISTER, **other):
    return client.post(to, answers(person, **other), **elsewhere())


def code_sent(phone):
    text = Message.objects.filter(kind="registration.code").order_by("-id").first()
    return str(text.params["code"]) if text and text.phone == phone else ""


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def register(client, person, password=NEW):
    ask(client, person)
    client.post(CODE, {"code": code_sent(person.phone)})
    return client.post(FIRST, {"new_password": password, "repeated": password}, follow=True)


def sign_in(client, number, password):
    return client.post(SIGN_IN, {"username": number, "password": password})


def is_in(client):
    return client.get("/accounts/me/").status_code == 200


# --- registration ---------------------------------------------------------------------------------
def test_a_resident_registers_with_the_phone_on_file_and_is_signed_in(client):
    person = PersonFactory()
    assert ask(client, person).url == CODE
    assert client.post(CODE, {"code": code_sent(person.phone)}).url == FIRST
    done = client.post(FIRST, {"new_password": NEW, "repeated": NEW}, follow=True)
    assert done.redirect_chain[-1][0] == "/"
    assert is_in(client)
    person.refresh_from_db()
    assert person.account.kind == UserKind.RESIDENT
    assert person.account.check_password(NEW)
    assert AuditEntry.objects.get(action="person.account_bound").person_id == person.pk
    assert Message.objects.filter(kind="account.opened", person_id=person.pk).count() == 2


def test_numbers_and_names_are_read_as_people_type_them(client):
    person = PersonFactory(full_name="乌力吉·巴特尔")
    number = person.id_number
    typed = {
        "id_number": f"{number[:6]} {number[6:14]} {number[14:].lower()}",
        "full_name": " 乌力吉•巴特尔 ",
        "phone": f"+86 {person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}",
    }
    client.post(REGISTER, typed)
    assert code_sent(person.phone)


@pytest.mark.parametrize("shape", ["{n}", " {n[0]}{n[1]} {rest} ", "{lower}", "{wide}"])
def test_residents_sign_in_with_their_id_number_in_any_form(client, shape):
    person = PersonFactory()
    register(client, person)
    client.post("/accounts/sign-out/")
    number = person.id_number
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    typed = shape.format(n=number, rest=number[2:], lower=number.lower(), wide=wide)
    assert sign_in(client, typed, NEW).status_code == 302
    assert is_in(client)


def test_no_id_number_is_stored_in_clear_by_registering_and_signing_in(client):
    person = PersonFactory()
    register(client, person)
    client.post("/accounts/sign-out/")
    sign_in(client, person.id_number, "wrong")
    sign_in(client, person.id_number, NEW)
    account = User.objects.get(person=person)
    assert account.username == usernames.of_resident(person.id_number)
    stored = str(
        [
            list(model.objects.values())
            for model in (User, AccountClaim, AuditEntry, SignInGate, Session, Message)
        ]
    )
    assert person.id_number not in stored
    assert person.phone not in stored


def test_a_name_of_staff_stays_as_typed():
    assert usernames.of_typed("clerk01") == "clerk01"
    assert usernames.of_typed("150302199001010011") == "150302199001010011"  # wrong check digit


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("七个字不够的", False),
        ("password1", False),
        ("12345678", False),
        ("我家的猫叫小花花", True),
    ],
)
def test_passwords_follow_the_rules_for_residents(client, password, is_good):
    person = PersonFactory()
    page = register(client, person, password)
    assert (page.status_code == 200) is is_good
    assert User.objects.exists() is is_good


def test_the_end_of_the_own_number_is_no_password(client):
    person = PersonFactory()
    assert register(client, person, person.id_number[-8:]).status_code == 422
    assert register(client, person, person.phone).status_code in (422, 200)
    assert not User.objects.exists()


# --- who is sent to the counter ---------------------------------------------------------------------
def known_elsewhere():
    return PersonFactory(), {"phone": STRANGE_PHONE}


def without_phone():
    return PersonFactory(phone=""), {"phone": STRANGE_PHONE}


def with_an_account():
    return PersonFactory(account=True), {}


def with_another_name():
    return PersonFactory(full_name="张伟民"), {"full_name": "张伟明"}


def unknown():
    return PersonFactory(), {"id_number": STRANGE_NUMBER}


def dead():
    return PersonFactory(state=PersonState.DECEASED), {}


MISFITS = [known_elsewhere, without_phone, with_an_account, with_another_name, unknown, dead]


@pytest.mark.parametrize("make", MISFITS)
def test_whoever_does_not_fit_gets_a_text_that_points_to_the_counter_and_no_account(client, make):
    person, other = make()
    accounts = User.objects.count()
    assert ask(client, person, **other).url == CODE
    text = Message.objects.get(channel="sms")
    assert text.kind == "registration.counter"
    assert "code" not in text.params
    assert AccountClaim.objects.get().person_id is None
    assert [client.post(CODE, {"code": f"{n:06d}"}).status_code for n in range(6)] == [422] * 6
    assert client.get(FIRST).url == CODE
    assert client.post(FIRST, {"new_password": NEW, "repeated": NEW}).url == CODE
    assert User.objects.count() == accounts


def test_no_code_opens_a_claim_that_did_not_fit(client):
    """Even the code itself, which nobody was ever told."""
    claim = registration.ask_code(
        ClaimPurpose.REGISTER,
        id_number=check_id_number(STRANGE_NUMBER),
        full_name="张伟民",
        phone=STRANGE_PHONE,
        language="zh-hans",
        by=SYSTEM,
        now=timezone.now(),
    )
    AccountClaim.objects.filter(pk=claim.pk).update(
        code_digest=registration._digest(claim, "123456")
    )
    assert registration.enter_code(claim.pk, "123456", by=SYSTEM, now=timezone.now()) is None


def test_children_are_sent_to_the_counter_with_their_guardian(client):
    child = PersonFactory(birth_on=timezone.localdate() - timedelta(days=13 * 365))
    page = ask(client, child)
    assert page.status_code == 422
    assert "监护人" in page.content.decode()
    assert not Message.objects.exists()
    unknown_child = numbers.id_number("150302", child.birth_on, is_male=True, serial=400)
    assert ask(client, child, id_number=unknown_child).status_code == 422


def test_ten_thousand_impostors_without_the_phone_get_nothing():
    """T5, in small: right number, right name, own phone, all tries used; the rest is arithmetic."""
    victims = PersonFactory.create_batch(4)
    now = timezone.now()
    for n in range(120):
        victim = victims[n % 4]
        by = Acting(ip=f"10.9.{n // 250}.{n % 250 + 1}")
        claim = registration.ask_code(
            ClaimPurpose.REGISTER,
            id_number=check_id_number(victim.id_number),
            full_name=victim.full_name,
            phone=numbers.phone(70_000_000 + n),
            language="zh-hans",
            by=by,
            now=now,
        )
        assert claim.person_id is None
        for guess in range(5):
            assert registration.enter_code(claim.pk, f"{guess:06d}", by=by, now=now) is None
        with pytest.raises(NotAllowed):
            registration.set_first_password(claim.pk, NEW, by=by, now=now)
    assert not Person.objects.filter(account__isnull=False).exists()
    assert not User.objects.exists()
    assert not Message.objects.filter(kind="registration.code").exists()


def test_a_code_for_another_purpose_or_session_opens_nothing(client):
    person = PersonFactory()
    ask(client, person)
    code = code_sent(person.phone)
    other = type(client)()
    ask(other, PersonFactory(), phone=STRANGE_PHONE)
    assert other.post(CODE, {"code": code}).status_code == 422
    assert type(client)().post(CODE, {"code": code}).url == COUNTER
    claim = AccountClaim.objects.get(person=person)
    AccountClaim.objects.filter(pk=claim.pk).update(purpose=ClaimPurpose.RESET)
    assert client.post(CODE, {"code": code}).status_code == 422


# --- no oracle --------------------------------------------------------------------------------------
def bare(response):
    """What a page says, without what differs from one request to the next."""
    body = re.sub(r"[A-Za-z0-9]{32,}|nonce=\"[^\"]*\"", "", response.content.decode())
    headers = {
        k: v for k, v in response.items() if k not in {"X-Request-ID", "Content-Security-Policy"}
    }
    return response.status_code, headers.get("Location"), sorted(headers), body


def walk(client_class, path, typed, steps):
    """Every answer on the way with these data, wrong codes included, and how many statements each cost."""
    client, place, seen = client_class(), elsewhere(), []
    with time_machine.travel(timezone.now().replace(second=0), tick=False) as clock:
        for method, url, data in [("post", path, typed), *steps]:
            if method == "wait":
                clock.shift(data)
                continue
            with CaptureQueriesContext(connection) as queries:
                response = getattr(client, method)(url, data, **place)
            kinds = [re.split(r"\s", query["sql"].strip())[0] for query in queries]
            seen.append((bare(response), kinds))
    return seen


@pytest.mark.parametrize("path", [REGISTER, FORGOT])
@pytest.mark.parametrize("make", MISFITS)
def test_until_the_code_is_right_known_and_unknown_get_the_same_bytes_for_the_same_work(
    client, path, make
):
    fitting = PersonFactory(account=path == FORGOT)
    person, other = make()
    if path == FORGOT and make is with_an_account:
        other = {"phone": STRANGE_PHONE}
    typed = answers(person, **other)
    typed["phone"] = typed["phone"] or STRANGE_PHONE
    steps = [
        ("get", CODE, {}),
        *[("post", CODE, {"code": "abcdef"})] * 6,
        ("post", AGAIN, {}),
        ("wait", "", 61),
        ("post", AGAIN, {}),
        ("get", CODE, {}),
        ("get", FIRST, {}),
    ]
    known = walk(type(client), path, answers(fitting), steps)
    other_way = walk(type(client), path, typed, steps)

    def masked(way):
        return str(way).replace(fitting.phone[-4:], "####").replace(typed["phone"][-4:], "####")

    assert masked(known) == masked(other_way)
    assert {m.kind for m in Message.objects.all()} == {"registration.code", "registration.counter"}


def test_sign_in_answers_the_same_for_known_and_unknown_numbers(client):
    person = PersonFactory()
    register(client, person)

    def answer(number):
        response = type(client)().post(SIGN_IN, {"username": number, "password": "wrong"})
        return [
            part if not isinstance(part, str) else part.replace(number, "")
            for part in bare(response)
        ]

    assert answer(person.id_number) == answer(STRANGE_NUMBER)


def test_both_texts_obey_the_same_limits():
    from notifications import kinds

    code, counter = kinds.get("registration.code"), kinds.get("registration.counter")
    for flag in ("channels", "is_urgent", "is_statutory", "is_secret", "is_repeatable"):
        assert getattr(code, flag) == getattr(counter, flag)


# --- the code ---------------------------------------------------------------------------------------
def test_five_tries_and_the_code_is_void(client):
    person = PersonFactory()
    ask(client, person)
    code = code_sent(person.phone)
    for _try in range(5):
        assert client.post(CODE, {"code": wrong(code)}).status_code == 422
    assert client.post(CODE, {"code": code}).status_code == 422
    assert client.get(FIRST).url == CODE


@pytest.mark.parametrize(("seconds", "is_right"), [(299, True), (301, False)])
def test_a_code_lives_five_minutes(client, seconds, is_right):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        person = PersonFactory()
        ask(client, person)
        clock.shift(seconds)
        response = client.post(CODE, {"code": code_sent(person.phone)})
        assert (response.status_code == 302) is is_right


@sweeps(registration.enter_code)
def test_after_the_code_the_password_is_awaited_ten_minutes(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        person = PersonFactory()
        ask(client, person)
        client.post(CODE, {"code": code_sent(person.phone)})
        clock.shift(601)
        assert client.post(FIRST, {"new_password": NEW, "repeated": NEW}).url == COUNTER
        assert not User.objects.exists()


@sweeps(registration.set_first_password)
def test_a_claim_is_used_once(client):
    person = PersonFactory()
    register(client, person)
    claim = AccountClaim.objects.get()
    with pytest.raises(Conflict):
        registration.set_first_password(claim.pk, "另外一个好密码", by=Acting(), now=timezone.now())


@sweeps(registration.ask_again)
def test_a_new_code_makes_the_old_one_void(client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        person = PersonFactory()
        ask(client, person)
        old = code_sent(person.phone)
        clock.shift(61)
        assert client.post(AGAIN).url == CODE
        new = code_sent(person.phone)
        if old != new:
            assert client.post(CODE, {"code": old}).status_code == 422
        assert client.post(CODE, {"code": new}).url == FIRST


def test_the_key_of_the_session_changes_when_the_code_was_right(client):
    person = PersonFactory()
    ask(client, person)
    before = client.cookies["sessionid"].value if "sessionid" in client.cookies else None
    client.post(CODE, {"code": code_sent(person.phone)})
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "change",
    [
        {"state": PersonState.DECEASED},
        {"phone_index": b"\x00" * 32},
    ],
)
def test_what_changed_between_code_and_password_is_only_told_at_the_counter(client, change):
    person = PersonFactory()
    ask(client, person)
    client.post(CODE, {"code": code_sent(person.phone)})
    Person.objects.filter(pk=person.pk).update(**change)
    assert client.post(FIRST, {"new_password": NEW, "repeated": NEW}).url == COUNTER
    assert not User.objects.exists()


def test_two_persons_with_one_number_are_sent_to_the_counter(client):
    first = PersonFactory()
    register(client, first)
    second = PersonFactory(
        id_number=first.id_number, full_name="另一人", duplicate_note="公安与卫健不一致"
    )
    client.post("/accounts/sign-out/")
    ask(client, second)
    client.post(CODE, {"code": code_sent(second.phone)})
    assert client.post(FIRST, {"new_password": NEW, "repeated": NEW}).url == COUNTER
    second.refresh_from_db()
    assert second.account_id is None


# --- limits -----------------------------------------------------------------------------------------
def test_one_number_gets_one_text_a_minute_five_an_hour_ten_a_day():
    person = PersonFactory()
    sent, start = 0, timezone.now().replace(hour=4, minute=0, second=0, microsecond=0)
    for minute in range(20 * 60):
        now = start + timedelta(minutes=minute)
        if now.date() != start.date():
            break
        try:
            registration.ask_code(
                ClaimPurpose.REGISTER,
                id_number=check_id_number(person.id_number),
                full_name=person.full_name,
                phone=person.phone,
                language="zh-hans",
                by=Acting(ip=f"10.3.{minute // 250}.{minute % 250 + 1}"),
                now=now,
            )
            sent += 1
        except registration.TooOften:
            pass
        if minute == 0:
            with pytest.raises(registration.TooOften):
                registration._count(person.phone, "10.8.8.8", now=now)
        if minute == 59:
            assert sent == 5
    assert sent == 10


def test_one_address_asks_five_times_an_hour_whoever_it_asks_for(client):
    with time_machine.travel(timezone.now().replace(minute=0, second=0), tick=False):
        codes = [
            client.post(REGISTER, answers(PersonFactory()), REMOTE_ADDR="10.77.0.1").status_code
            for _ in range(6)
        ]
    assert codes == [302] * 5 + [429]


# --- forgotten passwords ------------------------------------------------------------------------------
def test_a_forgotten_password_is_renewed_with_the_phone_on_file_and_ends_other_sign_ins(client):
    person = PersonFactory()
    other = type(client)()
    register(other, person)
    assert is_in(other)
    Message.objects.all().delete()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        ask(client, person, to=FORGOT)
        client.post(CODE, {"code": code_sent(person.phone)})
        client.post(FIRST, {"new_password": "换成另外一句好话", "repeated": "换成另外一句好话"})
        client.get("/accounts/sign-in/continue/")
        assert is_in(client)
        assert not is_in(other)
    assert User.objects.get(person=person).check_password("换成另外一句好话")
    assert Message.objects.filter(kind="account.password_renewed").exists()


def test_a_disabled_account_is_not_opened_by_a_new_password(client):
    person = PersonFactory(account=True)
    users.disable_user(person.account, reason="冒用", by=SYSTEM, now=timezone.now())
    ask(client, person, to=FORGOT)
    client.post(CODE, {"code": code_sent(person.phone)})
    assert client.post(FIRST, {"new_password": NEW, "repeated": NEW}).url == COUNTER


def test_who_is_signed_in_has_nothing_to_register(client):
    person = PersonFactory(account=True)
    client.force_login(person.account)
    for url in (REGISTER, FORGOT, CODE, FIRST, COUNTER):
        assert client.get(url).url == "/"


# --- at the counter -----------------------------------------------------------------------------------
@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


def give(person, clerk, **more):
    number = more.pop("id_number", person.id_number)
    now = more.pop("now", timezone.now())
    return registration.give_password_at_counter(
        person.pk, id_number=number, by=clerk, now=now, **more
    )


def test_at_the_counter_a_person_is_given_a_first_password_and_replaces_it(client, station, clerk):
    person = PersonFactory(community=station.place, phone="")
    given = give(person, clerk)
    assert re.fullmatch(r"\d{8}", given.password)
    assert sign_in(client, person.id_number, given.password).url == "/accounts/sign-in/password/"
    assert not is_in(client)
    client.post("/accounts/sign-in/password/", {"new_password": NEW, "repeated": NEW})
    assert is_in(client)
    person.refresh_from_db()
    assert person.account_id == given.user.pk
    entry = AuditEntry.objects.get(action="account.opened_at_counter")
    assert (entry.person_id, entry.post_id) == (person.pk, clerk.post_id)


def test_the_clerk_must_hold_the_document(station, clerk):
    person = PersonFactory(community=station.place)
    for number in (PersonFactory().id_number, "", "150302"):
        with pytest.raises(Invalid):
            give(person, clerk, id_number=number)
    assert not User.objects.filter(kind=UserKind.RESIDENT).exists()


def test_a_new_password_at_the_counter_ends_the_old_sign_ins_and_tells_the_phone_on_file(
    client, station, clerk
):
    person = PersonFactory(community=station.place)
    register(client, person)
    given = give(person, clerk)
    assert not given.is_new
    assert not is_in(client)
    assert Message.objects.filter(
        kind="account.password_renewed", channel="sms", person_id=person.pk
    ).exists()


def test_another_stations_clerk_cannot_reach_the_person(station):
    person = PersonFactory(community=station.place)
    with pytest.raises(Person.DoesNotExist):
        give(person, staff(Role.WINDOW_CLERK, StationFactory(place=CommunityFactory())))


@pytest.mark.parametrize(
    "traits", [{"state": PersonState.DECEASED}, {"id_number": "", "phone": ""}]
)
def test_some_get_no_account_at_the_counter_either(station, clerk, traits):
    person = PersonFactory(community=station.place, **traits)
    with pytest.raises(NotAllowed):
        give(person, clerk, id_number=person.id_number or STRANGE_NUMBER)


@sweeps(registration.give_password_at_counter)
def test_a_child_needs_its_guardian_at_the_counter(station, clerk):
    child = PersonFactory(
        community=station.place, birth_on=timezone.localdate() - timedelta(days=4000)
    )
    with pytest.raises(Invalid):
        give(child, clerk)
    assert give(child, clerk, has_guardian=True).is_new


def test_a_first_password_that_nobody_replaced_ends_after_a_week(client, station, clerk):
    person = PersonFactory(community=station.place)
    given, now = give(person, clerk), timezone.now()
    assert registration.forget_claims(by=SYSTEM, now=now + timedelta(days=6)) == 0
    assert registration.forget_claims(by=SYSTEM, now=now + timedelta(days=8)) == 1
    assert sign_in(client, person.id_number, given.password).status_code == 422
    assert give(person, clerk).password != given.password


@sweeps(registration.forget_claims)
def test_a_replaced_password_outlives_the_week(client, station, clerk):
    person = PersonFactory(community=station.place)
    given = give(person, clerk)
    users.replace_given_password(given.user, NEW, by=SYSTEM, now=timezone.now())
    registration.forget_claims(by=SYSTEM, now=timezone.now() + timedelta(days=8))
    assert sign_in(client, person.id_number, NEW).status_code == 302


def test_the_counter_page_asks_for_the_number_and_shows_the_password_once(station):
    client = client_for(staff(Role.WINDOW_CLERK, station))
    person = PersonFactory(community=station.place)
    url = f"/persons/{person.pk}/account/"
    page = client.get(url)
    assert page.status_code == 200
    assert person.id_number not in page.content.decode()
    assert person.full_name not in page.content.decode()
    assert client.post(url, {"id_number": person.id_number}).status_code == 422  # document not seen
    typed = {"id_number": person.id_number, "has_seen": "on"}
    other = client.post(url, typed | {"id_number": STRANGE_NUMBER})
    assert other.status_code == 422
    given = client.post(url, typed)
    assert given.context["given"].password in given.content.decode()
    assert "no-store" in given["Cache-Control"]
    foreign = PersonFactory()
    assert client.get(f"/persons/{foreign.pk}/account/").status_code == 404


@sweeps(registration.ask_code)
def test_forgotten_claims_go(client):
    person = PersonFactory()
    ask(client, person)
    assert registration.forget_claims(by=SYSTEM, now=timezone.now() + timedelta(days=2)) == 1
    assert not AccountClaim.objects.exists()


def test_the_database_itself_refuses_a_sixth_try_and_a_use_without_proof():
    claim = AccountClaim.objects.create(
        purpose=ClaimPurpose.REGISTER,
        created_at=timezone.now(),
        expires_at=timezone.now(),
        keep_until=timezone.now(),
    )
    for change in ({"tries": 6}, {"used_at": timezone.now()}, {"verified_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountClaim.objects.filter(pk=claim.pk).update(**change)


def test_a_successful_sign_in_makes_the_address_known(client):
    person = PersonFactory()
    register(client, person)
    client.post("/accounts/sign-out/")
    for _try in range(3):
        sign_in(client, person.id_number, "wrong")
    sign_in(client, person.id_number, NEW)
    gate = SignInGate.objects.get()
    assert gate.failures == 0
    assert gate.known_at is not None


def test_a_phone_that_a_counter_wrote_down_lately_opens_no_account_and_the_old_one_is_told():
    load_sources()
    station = StationFactory()
    clerk = staff(Role.WINDOW_CLERK, station)
    person = PersonFactory(community=station.place, account=True)
    old, number = person.phone, person.id_number
    now = timezone.now()
    people.update_phone(person.pk, "15400009999", source="counter", by=clerk, now=now)

    def claimable(day):
        return Person.objects.claimable(
            number, person.full_name, "15400009999", has_account=True, settled_before=day
        ).exists()

    today = timezone.localdate(now)
    assert not claimable(today - timedelta(days=30))
    assert claimable(today)  # a month later
    told = Message.objects.get(kind="person.phone_changed", channel="sms")
    assert told.phone == old

"""Every address × everybody (T1, T2, T10). A new address brings its row, or the build fails."""

import re
from copy import copy
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import Template
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Session, User
from accounts.sessions import SessionStore
from common.access import Who as Door, declared_urls
from community.governance import middleware
from community.governance.scopes import Scope
from config import urls
from tests.access.knocking import knock
from tests.access.table import CHOOSE, NO_ADDRESS, SIGN_IN, TABLE
from tests.access.world import Who, undone

WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+"?(\w+)"?', re.IGNORECASE)
LOOKS = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT")
# A look may be written down and counts as use of the session.
TRACES = {"accounts_auditentry", "accounts_session", "common_ratebucket", "governance_apitoken"}
# What differs between any two answers: tokens, nonces, the address itself.
CHANGING = re.compile(
    r'(?:nonce="[^"]*"|value="\w{64}"|X-CSRFToken[^}]*|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\d{12,})'
)


pytestmark = pytest.mark.django_db


def outcome(answer: HttpResponse) -> int | str:
    where = answer.headers.get("Location", "").partition("?")[0]
    if answer.status_code == 302 and where == reverse(settings.LOGIN_URL):
        return SIGN_IN
    if answer.status_code == 302 and where == reverse("governance:choose-post"):
        return CHOOSE
    return answer.status_code


class Writes:
    """Notes the tables that are written, and takes back what was done when that was more than a look.

    A savepoint for each of seven thousand knocks, most of which write nothing, would be a third of their queries.
    """

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self.touched = False
        self.before = transaction.savepoint()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if written := WRITE.match(sql):
            self.tables.add(written[1])
        self.touched = self.touched or not sql.startswith(LOOKS)
        return execute(sql, params, many, context)

    def undo(self) -> None:
        if self.touched:
            transaction.savepoint_rollback(self.before)
        self.touched = False


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who refuses is as ever; the page around it, four thousand times the same, has tests of its own."""
    for code in (403, 404):
        refusal = partial(refused, code)
        monkeypatch.setattr(urls, f"handler{code}", refusal, raising=False)


@pytest.fixture(scope="module")
def once() -> dict[Any, Any]:
    return {}


@pytest.fixture
def known(once: dict[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes and what his post may do is read once: that does not change while the table is held against the
    doors, and would be half of all queries."""

    def scope_of(user: User, post: Any, *, today: date, ip: str, request_id: str) -> Scope:
        key = (user.pk, post, today)
        if key not in once:
            once[key] = read_scope(user, post, today=today)
        scope: Scope = once[key]
        return replace(scope, ip=ip, request_id=request_id)

    def session(store: SessionStore) -> Session | None:
        key = store.session_key
        if key in once:
            store.row = copy(once[key])
            return store.row
        found = read_session(store)
        if found is not None:
            once[key] = copy(found)
        return found

    def get_user(backend: ModelBackend, pk: Any) -> Any:
        if pk not in once:
            once[pk] = read_user(backend, pk)
        return copy(once[pk])

    read_scope = getattr(middleware, "scope_of")  # noqa: B009  it is imported there
    read_session, read_user = SessionStore._get_session_from_db, ModelBackend.get_user
    monkeypatch.setattr(middleware, "scope_of", scope_of)
    monkeypatch.setattr(SessionStore, "_get_session_from_db", session)
    monkeypatch.setattr(ModelBackend, "get_user", get_user)


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is drawn once a row. That it draws for its first and last reader alike, test_pages.py sees."""
    drawn = set()

    def render(page: Template, context: Any = None, request: Any = None) -> str:
        if page.template.name in drawn:
            return SafeString("")
        drawn.add(page.template.name)
        return draw(page, context, request)

    draw = Template.render
    monkeypatch.setattr(Template, "render", render)


def refused(code: int, request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=code)


@pytest.mark.usefixtures("bare", "known", "briefly")
@pytest.mark.parametrize("row", TABLE, ids=str)
def test_everybody_finds_the_door_as_the_table_says_and_a_look_changes_nothing(world, row):
    wrong: dict[str, list[str]] = {}
    with undone(), connection.execute_wrapper(writes := Writes()):
        for who in Who:
            found = outcome(knock(world, row, who))
            if found != row.expected[who]:
                wrong.setdefault(f"{found}, expected {row.expected[who]}", []).append(str(who))
            writes.undo()
    assert not wrong
    if row.method == "get":
        assert writes.tables <= TRACES | set(row.leaves)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("row", [row for row in TABLE if 404 in row.expected.values()], ids=str)
def test_what_is_foreign_looks_like_what_does_not_exist(world, row):
    for who in [who for who, expected in row.expected.items() if expected == 404][:2]:
        with undone():
            there = knock(world, row, who)
        with undone():
            nowhere = knock(world, row, who, at_nothing=True)
        assert nowhere.status_code == 404
        assert same(there) == same(nowhere), who


def same(answer: HttpResponse) -> str:
    return CHANGING.sub("…", answer.content.decode())


@pytest.mark.parametrize("code", [403, 404])
def test_a_refusal_is_a_page_in_order_for_everybody(world, code):
    read = []
    for who in Who:
        rows = [row for row in TABLE if row.expected[who] == code and row.method == "get"]
        for row in [row for row in rows if not row.is_api][:1]:
            with undone():
                answer = knock(world, row, who)
            assert (answer.status_code, str(who)) == (code, str(who))
            assert f'href="{reverse("home")}"' in answer.content.decode()
            read.append(who)
    assert set(read) >= set(Who) - {Who.ANONYMOUS, Who.ENDED}


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.method != "get" and not row.is_api], ids=str
)
def test_nobody_acts_without_a_token_of_the_form(world, row):
    who = next(
        (w for w, code in row.expected.items() if code not in {403, 404, SIGN_IN}), Who.CLERK
    )
    url = reverse(row.name, kwargs=row.given(world))
    with undone():
        client = world.client(who, checks_csrf=True)
        assert getattr(client, row.method)(url, row.data).status_code == 403


# --- the table itself -----------------------------------------------------------------------------


def test_every_address_has_its_row():
    names = {url.name for url in declared_urls()}
    rows = {row.name for row in TABLE}
    assert names - rows - NO_ADDRESS == set()
    assert rows - names == set()


def test_every_address_has_a_name():
    assert not [url.route for url in declared_urls() if not url.name]


def test_whoever_lacks_a_power_is_refused_somewhere():
    """A guard that was taken away, or left wide open, turns at least one cell of the table red (G2)."""
    refused = {row.name for row in TABLE if 403 in row.expected.values()}
    guarded = {
        url.name
        for url in declared_urls()
        if url.policy and url.policy.who in {Door.POWER, Door.STAFF, Door.RESIDENT}
    }
    assert guarded - refused == set()


def test_whoever_is_not_signed_in_is_sent_away_somewhere():
    closed = {row.name for row in TABLE if row.expected[Who.ANONYMOUS] in {SIGN_IN, 401}}
    guarded = {url.name for url in declared_urls() if url.policy and url.policy.who != Door.PUBLIC}
    assert guarded - closed == set()


def test_what_belongs_to_somebody_is_hidden_from_somebody(world):
    """An address with the id of a row has a cell in which that row does not exist."""
    hidden = {
        row.name
        for row in TABLE
        # Nobody sees it by address alone: a session follows one case, or nothing.
        if 404 in row.expected.values()
        or (row.method == "get" and set(row.expected.values()) == {302})
    }
    with_ids = {url.name for url in declared_urls() if "<uuid:" in url.route}
    assert with_ids - hidden == set()


def test_a_guard_that_falls_turns_the_table_red(world, monkeypatch):
    """Proof that the table sees: with the doors open, whoever was refused comes in."""
    row = next(row for row in TABLE if row.name == "servicehall:desk")
    with undone():
        assert outcome(knock(world, row, Who.MEMBER)) == 403
    monkeypatch.setattr("common.access._refusal", lambda *_args, **_kwargs: None)
    with undone():
        assert outcome(knock(world, row, Who.MEMBER)) == 200

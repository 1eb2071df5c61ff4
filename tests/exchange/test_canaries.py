"""T26: persons whose numbers and telephones must come up nowhere, sent through every path of the exchange.

Scanned afterwards: what was logged, every address, every row of the database, what went to the broker, the cache
and the disk, and every page that lists. Only the files and answers that are for somebody may name them.
"""

import logging
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from celery.app.task import Task
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import sealing
from common.logs import JsonFormatter
from community.governance.enums import Role
from dashboards.demo import numbers
from notifications import bell
from notifications.models import WebhookDelivery
from residents.base import actions as base
from residents.base.actions.doubles import refresh_doubles
from residents.base.models import ConflictTicket, Person, PersonDetail
from residents.exchange import reading
from residents.exchange.actions import deciding, receiving, reports
from residents.exchange.layouts import ANSWER
from residents.exchange.models import ImportBatch, ImportRow
from residents.rights import actions as rights
from tests.api.conftest import program as program  # noqa: PLC0414  a fixture
from tests.factories.data import load_exchange, load_rights, load_sources
from tests.factories.exchange import asked, official, requested, worked
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    StationFactory,
    resident_scope,
    staff,
)
from tests.factories.notifications import WebhookEndpointFactory
from tests.factories.residents import PersonFactory
from tests.residents import importing
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db
SERIALS = range(7, 13)
PHONES = [numbers.phone(7_000_000 + serial) for serial in SERIALS]
IDS = [importing.number(serial) for serial in SERIALS]
CARD = "6217000010001234567"
SECRETS = [*IDS, *PHONES, CARD]


class Ears(logging.Handler):
    """Every line that is logged anywhere, as it is written in production."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Browser:
    """Visits pages; remembers the addresses on the way and what lists showed."""

    def __init__(self, scope: Any) -> None:
        self.client, self.seen = client_for(scope), list[str]()

    def look(self, name: str, *args: Any, query: str = "") -> str:
        answer = self.client.get(reverse(name, args=args) + query)
        assert answer.status_code == 200, (name, answer.status_code)
        text: str = answer.content.decode()
        self.seen.append(text)
        return text

    def send(self, name: str, *args: Any, **data: Any) -> Any:
        answer = self.client.post(reverse(name, args=args), data)
        self.seen += [answer.get("Location", "") or answer.content.decode()]
        return answer


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Any:
    handler = Ears()
    root = logging.getLogger()
    names = [n for n in logging.root.manager.loggerDict if not logging.getLogger(n).propagate]
    loggers = [root, *(logging.getLogger(name) for name in names)]
    for each in loggers:
        each.addHandler(handler)
    yield handler.lines
    for each in loggers:
        each.removeHandler(handler)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have gone to the broker."""
    found: list[str] = []

    def send(self: Any, *args: Any, **options: Any) -> None:
        found.append(f"{self} {args} {options}")

    monkeypatch.setattr(Task, "apply_async", send)
    monkeypatch.setattr(bell, "publish", lambda *args: send(None, *args))
    bell.breaker.succeeded()  # a test before this one may have rung where nobody was
    return found


@pytest.fixture(autouse=True)
def ground(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path
    load_sources()
    load_exchange()
    load_rights()


@pytest.fixture
def community() -> Any:
    return CommunityFactory(name="青山社区")


@pytest.fixture
def people(community: Any) -> list[Person]:
    """Three whom the base knows, one of them with an account; the others come in files."""
    found: list[Person] = []
    for serial in range(3):
        person = PersonFactory(
            full_name="张伟民", community=community, id_number=IDS[serial], phone=PHONES[serial],
            account=serial == 0,
        )  # fmt: skip
        PersonDetail.objects.create(person=person, aid_status="1")
        found.append(person)
    return found


def rows() -> list[tuple[str, ...]]:
    return [
        ("姓名", "身份证号", "联系电话", "所属社区", "学历"),
        ("张伟民", IDS[0], PHONES[3], "青山社区", "小学"),  # another telephone: a conflict
        ("张伟明", IDS[3], PHONES[3], "青山社区", "小学"),  # new
        ("张伟民", "", PHONES[1], "青山社区", "小学"),  # who is it?
        ("张伟民", IDS[4][:-1] + "?", PHONES[4], "青山社区", CARD),  # errors
        ("张伟民", IDS[1], PHONES[4] + "x", "青山社区", PHONES[4]),
    ]


def everything_stored() -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return found


def leaks(texts: Any) -> list[str]:
    """Where a secret stands, clear or as the hexadecimal of its bytes."""
    marks = [*SECRETS, *(secret.encode().hex() for secret in SECRETS)]
    return [
        f"{text[:40].strip()} … {text[max(at - 120, 0) : at + 60]}"
        for text in texts
        for mark in marks
        if (at := text.find(mark)) >= 0
    ]


def test_what_is_sent_through_the_exchange_comes_up_nowhere(
    community, people, program, ears, sent, settings, django_capture_on_commit_callbacks
):
    office = CommunityOfficeFactory(place=community.parent.parent)
    clerk, window = (
        staff(Role.DATA_CLERK, office),
        staff(Role.WINDOW_CLERK, StationFactory(place=community)),
    )
    desk = Browser(clerk)
    WebhookEndpointFactory(
        body_key="human_resources", place_path=community.parent.parent.path,
        events=["batch.applied", "conflict.opened", "conflict.settled", "correction.accepted"],
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        _import(desk, clerk, community)
        _export(desk, clerk, official("civil_affairs"), community)
        _report(official("civil_affairs"), staff(Role.DISTRICT_OFFICE, office), window, community)
        answers = _program(program(official("human_resources")))
        _copy(people[0])
    sealing.seal(now=timezone.now())
    assert leaks([f"“{PHONES[0]}”"]), "the scanner sees"
    assert ImportRow.objects.count() >= 6
    assert ConflictTicket.objects.exists()
    assert WebhookDelivery.objects.exists()
    assert leaks(desk.seen) == []
    assert leaks(answers) == []
    assert leaks(ears) == []
    assert sent
    assert leaks(sent) == []
    assert leaks(everything_stored()) == []
    files = [path for path in Path(settings.UPLOAD_DIR).rglob("*") if path.is_file()]
    assert files
    assert leaks(path.read_bytes().decode("latin-1") for path in files) == []
    assert leaks([str(path) for path in files]) == []
    assert leaks([str(getattr(cache, "_cache", ""))]) == []


def _import(desk: Browser, clerk: Any, community: Any) -> None:
    batch = importing.checked(importing.xlsx(rows()), clerk, name=f"{IDS[0]}.xlsx")
    for name in ("import", "import-rows", "import-match"):
        desk.look(f"exchange:{name}", batch.pk)
    deciding.leave_rest(batch.pk, by=clerk, now=importing.NOW)
    receiving.apply(batch.pk, by=clerk, now=importing.NOW)
    importing.worked(batch)
    # A value of another source that clashes.
    base.say(
        [base.Statement(Person.objects.with_number(IDS[0]).get().pk, {"phone": PHONES[5]}, date(2026, 1, 1))],
        source="counter", by=clerk, now=timezone.now(),
    )  # fmt: skip
    refresh_doubles(community.pk, now=timezone.now())
    for headless in (rows()[1:], [*rows()[1:], *rows()[1:]]):
        with suppress(reading.FileRefused):
            receiving.check(
                importing.receive(importing.xlsx(headless), clerk).pk, by=clerk, now=importing.NOW
            )
    desk.look("exchange:imports")
    desk.look("exchange:import-rows", batch.pk, query="?fate=error")
    desk.look("exchange:conflicts")
    desk.look("residents:doubles")


def _export(desk: Browser, clerk: Any, civil: Any, community: Any) -> None:
    run = worked(asked(civil, community))
    theirs = Browser(civil)
    answer = theirs.client.post(reverse("exchange:export-file", args=[run.pk]))
    assert answer.content[:2] == b"PK"
    assert leaks([str(answer.headers)]) == []
    for name in ("export", "export-schema"):
        theirs.look(f"exchange:{name}", run.pk)
    theirs.look("exchange:exports")
    desk.seen += theirs.seen


def _report(civil: Any, office: Any, window: Any, community: Any) -> None:
    request = requested(civil, community)
    reports.decide_request(request.pk, approve=True, note="", by=office, now=timezone.now())
    form = request.forms.get()
    ids = list(reports.people_of(form, today=timezone.localdate()).values_list("pk", flat=True))
    typed = {pk: {f"{ANSWER}5": CARD, "phone": PHONES[5]} for pk in ids}
    reports.save_form(form.pk, typed, by=window, now=timezone.now())


def _program(system: Any) -> list[str]:
    """What is sent, and every answer but those that hand over values to whoever is entitled to them."""
    good = {"full_name": "张伟民", "id_number": IDS[2], "phone": PHONES[4], "employment": "10"}
    bad = {"full_name": "李秀英", "id_number": IDS[4][:-1] + "?", "employment": PHONES[4]}
    sent = system.post("exchange/batches", {"as_of": "2026-06-01", "rows": [good, bad]})
    assert sent.status_code == 202, sent.content
    importing.worked(ImportBatch.objects.get(pk=sent.json()["id"]))
    refused = [
        system.post("exchange/batches", body, key=key)
        for body, key in (
            ({"as_of": IDS[5], "rows": [good]}, ""),
            ({"as_of": "2026-06-01", "rows": IDS[5]}, ""),
            ({"as_of": "2026-06-01", "rows": [good]}, PHONES[5]),
        )
    ]
    # Whoever sends a number as the name of a field reads that name again, and nobody else does.
    system.post("exchange/batches", {"as_of": "2026-06-01", "rows": [good | {CARD: PHONES[5]}]})
    told = [sent, *refused, system.get("exchange/batches")]
    system.get(f"exchange/batches/{sent.json()['id']}/statements")
    sealing.seal(now=timezone.now())
    assert system.get("exchange/changes").status_code == 200
    return [f"{answer.headers} {answer.content.decode()}" for answer in told]


def _copy(person: Person) -> None:
    scope = resident_scope(person.account)  # type: ignore[arg-type]  # the first has one
    asked_for = rights.ask_copy(by=scope, language="zh-hans", now=timezone.now())
    rights.make_copy(asked_for.pk, now=timezone.now())
    copy = rights.open_copy(asked_for.pk, "json", by=scope, now=timezone.now())
    assert PHONES[0] in copy.decode()

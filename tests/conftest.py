"""What every test relies on: silence made loud, people signed in, queries counted."""

import gc
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from unittest import mock

import pytest
import yaml
from django.db import connection, transaction
from django.template import RequestContext
from django.template.base import Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from django.utils import translation
from pytest_django import DjangoDbBlocker

from common import plain
from common.frames import with_room
from config.celery import app
from tests import databases, loud, signing_in, taking_turns

# Whole files go to one process: those that take longest first, lest one process end alone with them.
LONG = (
    "browser/test_journeys.py",
    "access/test_table.py",
    "browser/test_pages.py",
    "dashboards/test_demo.py",
    "races/test_statement_fails.py",
    "browser/",
    "notifications/test_chaos.py",
    "common/test_uploads.py",
    "access/test_pages.py",
    "servicehall/",
    "residents/test_import",
    "exchange/",
    "races/",
)
NOT_A_QUERY = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Of parallel processes one reads the files of all tests and leaves them compiled; the others wait for that."""
    process = getattr(session.config, "workerinput", None)
    with taking_turns.once(process and process["testrunuid"], "collected"):
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After pytest-randomly; within a file, and among the short ones, its order stays."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix()
        return next((n for n, each in enumerate(LONG) if name.startswith(each)), len(LONG))

    items.sort(key=place)
    gc.freeze()  # what all tests share needs no looking through again and again
    gc.set_threshold(50_000, 20, 50)


# Fixtures, tests and their ends are all called from here; and every request of a browser from there.
with_room(pytest.CallInfo.from_call.__func__)  # type: ignore[attr-defined]
with_room(ThreadingMixIn.process_request_thread)


def pytest_runtest_setup() -> None:
    translation.deactivate()  # a page in English leaves its language behind


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_createdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    process = getattr(request.config, "workerinput", None)
    if process and django_db_createdb:
        with django_db_blocker.unblock():
            databases.copy_of_one(process["workerid"], process["testrunuid"])


@pytest.fixture(autouse=True, scope="module")
def a_file_leaves_no_rubble(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        databases.tidy()


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction around the tests of a file, none of which may have real ones.

    What fixtures of this scope make on it, every test finds as it was made, asked for or not (autouse): else it would
    depend on the order. A test gets copies of the objects.
    """
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # else nothing in it may be durable
    with django_db_blocker.unblock(), around:
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True, scope="session")
def a_data_file_is_parsed_once() -> Iterator[None]:
    """Every hall of the tests loads the same files; each gets values of its own."""
    parsed: dict[bytes, bytes] = {}
    parse = plain.read

    def read(path: Path) -> Any:
        content = path.read_bytes()
        if content not in parsed:
            parsed[content] = pickle.dumps(parse(path))
        return pickle.loads(parsed[content])

    with mock.patch.object(plain, "read", read):
        yield


@pytest.fixture(autouse=True, scope="session")
def tables_are_emptied_quickly() -> Iterator[None]:
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", databases.empty):
        yield


@pytest.fixture(autouse=True, scope="session")
def a_page_is_noted_once(django_test_environment: None) -> Iterator[None]:
    """`response.context` is that of the page. Noting each of its hundred parts too is a tenth of drawing it."""

    def render(self: Template, context: Any) -> Any:
        if context.template is self and isinstance(context, RequestContext):
            template_rendered.send(sender=self, template=self, context=context)
        return self.nodelist.render(context)

    with mock.patch.object(Template, "_render", render):
        yield


@pytest.fixture(autouse=True, scope="session")
def tasks_are_known() -> None:
    """All tasks are registered before the first test, by one thread: who comes first else decides what is known."""
    app.loader.import_default_modules()
    app.finalize()


@pytest.fixture(autouse=True, scope="session")
def silence_is_loud() -> Iterator[None]:
    with loud.everything():
        yield


@pytest.fixture
def client_for() -> Callable[..., Any]:
    """`client_for(scope)` or `client_for(user)`: a browser signed in as them."""
    return signing_in.client_for


def queries_of(call: Callable[[], Any]) -> int:
    """How many questions a call asks the database; the savepoints of the test itself are none."""
    asked = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call()
    return sum(not sql.startswith(NOT_A_QUERY) for sql in asked)


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """`count_queries(lambda: clerk.get(url))`."""
    return queries_of


@pytest.fixture
def figures(tmp_path: Path, settings: Any) -> Callable[..., None]:
    """`figures(files_most=3)`: this test is under other security limits than the installation."""

    def put(**changed: int) -> None:
        data = yaml.safe_load(Path(settings.SECURITY_LIMITS_FILE).read_text(encoding="utf-8"))
        for row in data["limits"]:
            row["value"] = changed.get(row["code"], row["value"])
        file = tmp_path / "-".join(f"{code}{value}" for code, value in changed.items())
        file.write_text(yaml.safe_dump(data), encoding="utf-8")
        settings.SECURITY_LIMITS_FILE = str(file)

    return put

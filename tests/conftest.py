"""What every test relies on: silence made loud, people signed in, queries counted."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests import loud, signing_in

NOT_A_QUERY = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests with real transactions empty all tables afterwards; the audit trail refuses that, rightly.

    Only here, in the test database, may it be truncated. Changing and deleting rows stays refused.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if not connection.settings_dict["NAME"].startswith("test"):
            return  # no test of this run asked for a database
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_no_truncate")


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

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from notifications import bell
from notifications.channels import sms
from tests.factories.notifications import MessageRuleFactory
from tests.notifications import kinds  # noqa: F401  registers the kinds of the tests


@pytest.fixture(autouse=True, scope="session")
def committed_rows_can_be_cleared():
    """Between tests with real commits Django empties all tables; the audit trail refuses that."""
    flush = DatabaseOperations.execute_sql_flush
    guard = "ALTER TABLE accounts_auditentry {} TRIGGER audit_no_truncate"

    def with_guard_off(self, statements):
        flush(self, [guard.format("DISABLE"), *statements, guard.format("ENABLE")])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", with_guard_off)
        yield


@pytest.fixture(autouse=True)
def breakers_closed():
    bell.breaker.succeeded()
    sms.gateway.succeeded()


@pytest.fixture
def any_hour(db):
    """No quiet hours: the test must say the same at noon and at midnight."""
    return MessageRuleFactory()

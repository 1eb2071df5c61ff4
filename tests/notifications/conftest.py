import pytest

from notifications import bell, deliveries
from notifications.channels import sms
from tests.factories.notifications import MessageRuleFactory
from tests.notifications import kinds  # noqa: F401  registers the kinds of the tests


@pytest.fixture(autouse=True)
def breakers_closed():
    bell.breaker.succeeded()
    for breaker in sms.breakers.values():
        breaker.succeeded()
    deliveries.breakers.clear()


@pytest.fixture
def any_hour(db):
    """No quiet hours: the test must say the same at noon and at midnight."""
    return MessageRuleFactory()

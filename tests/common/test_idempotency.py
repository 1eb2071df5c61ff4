import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from common import idempotency
from common.errors import Conflict, Invalid
from common.models import IdempotencyKey

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)


def file_case(key="k-1", body=b"{}", owner="user:1", result="case-1"):
    with transaction.atomic():
        found = idempotency.claim(owner, key, idempotency.fingerprint(body), now=NOW)
        if found is None:
            idempotency.settle(owner, key, result)
        return found


@pytest.mark.django_db
def test_the_second_submit_gets_the_first_result():
    assert file_case() is None
    assert file_case(result="case-2") == "case-1"
    assert file_case(owner="user:2", result="case-3") is None


@pytest.mark.django_db
def test_the_same_key_with_another_content_is_refused():
    file_case()
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        file_case(body=b"[]")


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a" * 101, "a b", "键", "a\0", "a\n"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(Invalid):
        file_case(key=key)


@pytest.mark.django_db
def test_work_that_failed_may_be_sent_again():
    class Broken(Exception):
        pass

    @transaction.atomic
    def work():
        assert idempotency.claim("user:1", "k", "f", now=NOW) is None
        raise Broken

    with pytest.raises(Broken):
        work()
    with transaction.atomic():
        assert idempotency.claim("user:1", "k", "f", now=NOW) is None


@pytest.mark.django_db(transaction=True)
def test_a_claim_outside_the_actions_transaction_is_a_mistake():
    with pytest.raises(transaction.TransactionManagementError):
        idempotency.claim("user:1", "k", "f", now=NOW)
    with pytest.raises(transaction.TransactionManagementError):
        idempotency.settle("user:1", "k", "case")


@pytest.mark.django_db(transaction=True)
def test_eight_submits_at_once_are_one_piece_of_work():
    start = threading.Barrier(8)

    def submit(number):
        start.wait()
        try:
            return file_case(result=f"case-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(submit, range(8)))
    assert found.count(None) == 1
    assert {f for f in found if f} == {f"case-{found.index(None)}"}
    assert IdempotencyKey.objects.count() == 1


def test_fingerprints_do_not_depend_on_the_order_of_fields_and_are_keyed():
    mark = idempotency.fingerprint({"b": "二", "a": 1})
    assert mark == idempotency.fingerprint({"a": 1, "b": "二"})
    assert mark != idempotency.fingerprint({"a": 1, "b": "三"})
    assert len(mark) == 64


@pytest.mark.django_db
def test_old_keys_are_forgotten():
    file_case()
    assert idempotency.forget(NOW) == 0
    assert idempotency.forget(NOW + timedelta(seconds=1)) == 1

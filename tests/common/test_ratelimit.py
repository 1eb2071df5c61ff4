from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from common.models import RateBucket
from common.ratelimit import hit, purge

NOW = datetime(2026, 9, 24, 8, 0, 30, tzinfo=UTC)


def ask(subject="13800005678", name="otp", at=NOW):
    return hit(name, subject, 3, 60, now=at)


@pytest.mark.django_db
def test_three_in_a_minute_and_no_more_until_the_next():
    assert [ask() for _ in range(5)] == [True, True, True, False, False]
    assert not ask(at=NOW + timedelta(seconds=29))
    assert ask(at=NOW + timedelta(seconds=30))


@pytest.mark.django_db
def test_subjects_and_purposes_are_counted_apart():
    assert [ask() for _ in range(4)][-1] is False
    assert ask(subject="13800005679")
    assert ask(name="login")
    assert hit("otp", "13800005678", 10, 3600, now=NOW)


@pytest.mark.django_db
def test_one_attempt_is_one_statement_and_the_subject_is_not_in_the_table(
    django_assert_num_queries,
):
    with django_assert_num_queries(1):
        ask()
    bucket = RateBucket.objects.get()
    assert len(bytes(bucket.bucket)) == 32
    assert b"138" not in bytes(bucket.bucket)
    assert (bucket.started_at, bucket.ends_at) == (
        NOW.replace(second=0),
        NOW.replace(second=0, minute=1),
    )
    assert "13800005678" not in str(bucket)


@pytest.mark.django_db(transaction=True)
def test_sixty_attempts_from_six_sides_let_three_through():
    def attempts(_):
        try:
            return [ask() for _ in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        allowed = sum(sum(results) for results in pool.map(attempts, range(6)))
    assert allowed == 3
    assert RateBucket.objects.get().count == 60


@pytest.mark.django_db
def test_windows_that_are_over_are_purged():
    ask()
    ask(at=NOW + timedelta(minutes=1))
    assert purge(NOW + timedelta(seconds=29)) == 0
    assert purge(NOW + timedelta(seconds=30)) == 1
    assert not [ask(at=NOW + timedelta(minutes=1)) for _ in range(3)][-1]

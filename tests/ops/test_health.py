from datetime import timedelta

import pytest
import redis
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import audit
from config import views
from notifications.actions import pause_outbox


@pytest.fixture(autouse=True)
def nothing_remembered():
    views._migrations_applied.cache_clear()
    yield
    views._migrations_applied.cache_clear()


@pytest.fixture
def broker_answers(monkeypatch):
    monkeypatch.setattr(redis.Redis, "ping", lambda self: True)


def test_a_live_process_asks_nobody():
    answer = Client().get("/healthz/live")  # without the db mark a query would fail

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_portal_with_all_its_parts_is_ready(broker_answers):
    answer = Client().get("/healthz/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
        "audit": "ok",
        "outbox": "ok",
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_broker_it_serves_people_all_the_same():
    answer = Client().get("/healthz/ready")  # in tests nobody listens at the broker's address

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["broker"] == "down"


@pytest.mark.django_db
def test_while_the_audit_trail_waits_for_its_seals_it_says_so_and_serves(broker_answers):
    with transaction.atomic():
        audit.record("x", by=audit.SYSTEM, now=timezone.now() - timedelta(minutes=16))

    answer = Client().get("/healthz/ready")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["audit"] == "late"


@pytest.mark.django_db
def test_while_the_outbox_is_paused_it_says_so(broker_answers):
    pause_outbox("恢复", after_restore=True, by=audit.SYSTEM, now=timezone.now())

    answer = Client().get("/healthz/ready")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["outbox"]) == ("degraded", "paused")


@pytest.mark.django_db
def test_without_its_tables_it_is_not_ready(broker_answers):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")

    answer = Client().get("/healthz/ready")

    assert answer.status_code == 503
    assert answer.json()["migrations"] == "missing"


def test_without_database_it_is_not_ready_and_says_nothing_about_it(monkeypatch, broker_answers):
    def refuse():
        raise OperationalError("connection to 10.0.0.1 refused")

    monkeypatch.setattr(connection, "cursor", refuse)

    answer = Client().get("/healthz/ready")

    assert answer.status_code == 503
    assert answer.json()["database"] == "down"
    assert b"10.0.0.1" not in answer.content


def test_the_first_no_is_not_remembered(monkeypatch):
    answers = iter([["0002"], []])

    class Executor:
        def __init__(self, connection):
            self.loader = self
            self.graph = self

        def leaf_nodes(self):
            return []

        def migration_plan(self, nodes):
            return next(answers)

    monkeypatch.setattr(views, "MigrationExecutor", Executor)

    assert not views._is_migrated()
    assert views._is_migrated()
    assert views._is_migrated()  # asks no more

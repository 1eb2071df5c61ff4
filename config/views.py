"""Pages that belong to the portal as a whole."""

import functools
import logging

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import sealing
from common.access import PUBLIC, access
from notifications.models import OutboxPause

logger = logging.getLogger(__name__)
BROKER_TIMEOUT = 0.5  # seconds


@access(PUBLIC)
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Whether this process answers at all: if not, restart it. Asks nobody else."""
    return JsonResponse({"status": "ok"})


@access(PUBLIC)
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether it can serve people: if not, send them to another. Says nothing that helps an intruder.

    Without the broker every page works and messages wait for the sweep; while the outbox is paused they wait for
    its release; and while the audit trail waits for its seals people are served all the same: `degraded`, but ready.
    """
    parts = {
        "database": _database(),
        "migrations": "unknown",
        "broker": _broker(),
        "audit": "unknown",
    }
    if parts["database"] == "ok":
        parts["migrations"] = "ok" if _is_migrated() else "missing"
    if parts["migrations"] != "ok":
        return JsonResponse({"status": "unavailable", **parts}, status=503)
    parts["audit"] = "late" if sealing.is_late(now=timezone.now()) else "ok"
    parts["outbox"] = "paused" if OutboxPause.objects.in_force().exists() else "ok"
    is_whole = parts["broker"] == parts["audit"] == parts["outbox"] == "ok"
    return JsonResponse({"status": "ok" if is_whole else "degraded", **parts})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("database: %s", type(error).__name__)
        return "down"
    return "ok"


def _is_migrated() -> bool:
    """Once they are applied they stay applied, so a yes is remembered for the life of the process."""
    try:
        return _migrations_applied()
    except _Missing:
        return False


class _Missing(Exception):
    """Raised through the cache, which must not remember a no."""


@functools.cache
def _migrations_applied() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Missing
    return True


def _broker() -> str:
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_connect_timeout=BROKER_TIMEOUT,
        socket_timeout=BROKER_TIMEOUT,
        retry=None,
    )
    try:
        client.ping()
    except redis.RedisError as error:
        logger.warning("broker: %s", type(error).__name__)
        return "down"
    finally:
        client.close()
    return "ok"

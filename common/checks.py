"""Checks of what the portal stands on. They run in `migrate` and in `check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from common import crypto

_HINT = "Create the database with ENCODING 'UTF8' and a UTF-8 LC_CTYPE, for instance initdb --locale=C.UTF-8."


@checks.register(checks.Tags.database)
def check_chinese_search(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """With LC_CTYPE 'C' PostgreSQL knows no Chinese letters, and finds no Chinese word, without an error."""
    return [_chinese_search_error(alias) for alias in databases or () if not _knows_chinese(alias)]


@checks.register(checks.Tags.database)
def check_field_keys(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Without its keys the database's personal columns cannot be read: say so before the first visitor."""
    if not databases:
        return []
    try:
        crypto.load_keys()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="common.E003")]
    return []


def _knows_chinese(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')")
        (is_installed,) = cursor.fetchone()
        # Before the first migration the extension is not there: ask what it would ask.
        cursor.execute(
            "SELECT show_trgm('张伟民') <> '{}'" if is_installed else "SELECT '张' ~ '[[:alpha:]]'"
        )
        (knows,) = cursor.fetchone()
    return bool(knows)


def _chinese_search_error(alias: str) -> checks.Error:
    return checks.Error(
        f"The database '{alias}' cannot search Chinese text.", hint=_HINT, id="common.E002"
    )

"""The figures that protect counters and files, in force on a day; they stand in data/limits.yaml with their basis."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class SecurityLimits:
    """Seconds without use and at most for a session; looks at files in a day; seconds for a proof and a seal."""

    counter_idle: int
    office_idle: int
    resident_idle: int
    visitor_idle: int
    staff_longest: int
    resident_longest: int
    reveals_unproven: int
    proof_lasts: int
    files_noticed: int
    files_most: int
    seal_late: int


def in_force(day: date) -> SecurityLimits:
    """Raises ImproperlyConfigured when the file says nothing, or two things, about a limit on that day."""
    return _in_force(Path(settings.SECURITY_LIMITS_FILE), day)


@functools.lru_cache(maxsize=16)
def _in_force(path: Path, day: date) -> SecurityLimits:
    found: dict[str, int] = {}
    for row in _rows(path):
        if row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]):
            if row["code"] in found or not row["basis"] or int(row["value"]) < 1:
                raise ImproperlyConfigured(f"{path.name}: {row['code']} on {day}")
            found[row["code"]] = int(row["value"])
    wanted = {field.name for field in fields(SecurityLimits)}
    if wanted != set(found):
        raise ImproperlyConfigured(f"{path.name} on {day}: {sorted(wanted ^ set(found))}")
    return SecurityLimits(**found)


@functools.cache
def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["limits"]
    return rows


@register("accounts")
def check_limits(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """The portal does not start without its figures."""
    try:
        in_force(timezone.localdate())
    except (
        ImproperlyConfigured,
        OSError,
        KeyError,
        TypeError,
        ValueError,
        yaml.YAMLError,
    ) as error:
        return [Error(f"SECURITY_LIMITS_FILE: {error}", id="accounts.E001")]
    return []

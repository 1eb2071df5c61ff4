"""The kinds of event that other systems may hear of. Each app registers its own in `<app>/messages.py`.

A payload says which row and what became of it: ids, codes, figures, dates. Who wants to know more asks the
API, where it is seen who asked (Standard Webhooks calls this a thin payload).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from common.identity import InvalidIdNumber, check_id_number, is_mobile

NAME = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,120}")
RUN = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15}|[0-9]{11})(?![0-9])")
LARGEST = 20_000  # bytes, as the specification advises


@dataclass(frozen=True, slots=True)
class Event:
    """`code` is hierarchical: "exchange.answered"."""

    code: str
    title: str | Promise


class UnknownEvent(KeyError):
    """Nobody registered this event."""


class BadPayload(ValueError):
    """The payload holds something else than ids and codes. Names the place, never the value."""


_events: dict[str, Event] = {}


def register(*events: Event) -> None:
    """Make events known. Raises ValueError for a name against the specification, and for a second meaning."""
    for event in events:
        if not NAME.fullmatch(event.code) or _events.setdefault(event.code, event) != event:
            raise ValueError(f"no name for an event, or taken: {event.code}")


def get(code: str) -> Event:
    try:
        return _events[code]
    except KeyError:
        raise UnknownEvent(code) from None


def title(code: str) -> str | Promise:
    """In words; the code where an older or newer release wrote it."""
    return _events[code].title if code in _events else code


def all_events() -> tuple[Event, ...]:
    return tuple(_events.values())


def check(payload: Mapping[str, Any]) -> None:
    """Raises BadPayload unless all of it may leave the house."""
    _check(payload, "payload")
    if len(json.dumps(payload)) > LARGEST:
        raise BadPayload("too large")


def _check(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _check(name, f"a key of {where}")
            _check(inner, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner, f"{where}[]")
    elif not isinstance(value, str | int | None):
        raise BadPayload(f"{where}: {type(value).__name__}")
    elif not CODE.fullmatch(str(value)) or _is_personal(str(value)):
        raise BadPayload(f"{where}: no id and no code")


def _is_personal(text: str) -> bool:
    """A number of a person or a telephone, alone or beside other signs."""
    try:
        UUID(text)
    except ValueError:
        return any(is_mobile(run) or _is_id_number(run) for run in RUN.findall(text))
    return False


def _is_id_number(text: str) -> bool:
    try:
        check_id_number(text)
    except InvalidIdNumber:
        return False
    return True

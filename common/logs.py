"""Logs as JSON lines that never carry personal data.

Django, Celery and granian format their records here; the supervisor passes through `redact` what
its other children print. Imported before Django is set up, so it imports nothing of it.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from typing_extensions import override

# What PostgreSQL adds to an error: the row or the statement, with the values in it. It lasts until
# the next line that certainly begins something else, since a value may hold line breaks.
_DATABASE_DETAIL = re.compile(
    r"(?ms)\b(DETAIL|STATEMENT|QUERY|CONTEXT|LINE \d+):.*?"
    r"(?=^(?:Traceback |The above exception|During handling|  File |\S+(?:Error|Exception|Violation)\b)|\Z)"
)
# Identity numbers (15 or 18 digits, grouped or not), bank cards (up to 19), mobile numbers.
_NUMBER = re.compile(
    r"(?<!\d)(?<!\d\.)(?:\d{15,18}[\dXx]?|\d{6}[ -]\d{8}[ -]?\d{3}[\dXx]|\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?)(?!\d)"
)
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[- ]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def redact(text: str) -> str:
    """`text` without database details and without anything that looks like a personal number."""
    text = _DATABASE_DETAIL.sub(r"\1: [removed]\n", text).rstrip("\n")
    return without_numbers(text, "[number]", "[phone]")


def without_numbers(text: str, number: str, phone: str) -> str:
    """`text` with these words for anything that looks like a personal number."""
    return _MOBILE.sub(phone, _NUMBER.sub(number, text))


def line(*, logger: str, level: str, message: str, at: datetime, **more: object) -> str:
    """One log line, without its line break. `more` must be plain JSON and must not need redaction."""
    head = {"at": at.astimezone(UTC).isoformat(timespec="milliseconds"), "level": level}
    return json.dumps(
        {**head, "logger": logger, "message": redact(message), **more}, ensure_ascii=False
    )


class JsonFormatter(logging.Formatter):
    """Formats any record as one JSON line; a traceback goes, redacted, into `error`."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return line(
            logger=record.name,
            level=record.levelname.lower(),
            message=self.text(record),
            at=datetime.fromtimestamp(record.created, UTC),
            **self.more(record),
        )

    def text(self, record: logging.LogRecord) -> str:
        return record.getMessage()

    def more(self, record: logging.LogRecord) -> dict[str, object]:
        more: dict[str, object] = {"process": record.process}
        if record.exc_info:
            more["error"] = redact(self.formatException(record.exc_info))
        return more


class AccessFormatter(JsonFormatter):
    """A request as granian reports it. Neither query string nor address: both can point at a person."""

    @override
    def text(self, record: logging.LogRecord) -> str:
        request = self._request(record)
        return f"{request.get('method')} {request.get('path')} {request.get('status')}"

    @override
    def more(self, record: logging.LogRecord) -> dict[str, object]:
        request = self._request(record)
        return {
            "method": request.get("method"),
            "path": redact(str(request.get("path", ""))),
            "status": request.get("status"),
            "milliseconds": round(request.get("dt_ms", 0.0), 1),
        }

    def _request(self, record: logging.LogRecord) -> Mapping[str, Any]:
        return record.args if isinstance(record.args, Mapping) else {}

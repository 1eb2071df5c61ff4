"""SMS through a gateway that speaks JSON over HTTP; without one, through the recording gateway.

Request: POST {"to", "text", "idempotency_key"}. Answer: any 2xx, optionally {"id": "..."}.
"""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from notifications.breaker import Breaker
from notifications.channels import recording
from notifications.channels.outcome import Letter, Outcome, Result

AT_ONCE = 8
LARGEST_ANSWER = 64 * 1024

gateway = Breaker(threshold=5, pause=30.0)


def is_available() -> bool:
    """Whether it makes sense to take SMS out of the outbox now."""
    return not settings.SMS_GATEWAY_URL or not gateway.is_open


def send(letters: Sequence[Letter], *, until: float) -> Mapping[UUID, Outcome]:
    """Send each letter; start none after `until` (monotonic seconds). Needs no transaction, and with
    a real gateway no database: slow providers hold no connection's locks."""
    if not settings.SMS_GATEWAY_URL:
        return recording.receive(letters)
    with ThreadPoolExecutor(min(AT_ONCE, len(letters))) as pool:
        outcomes = list(pool.map(partial(_send_one, settings.SMS_GATEWAY_URL, until), letters))
    return {letter.id: outcome for letter, outcome in zip(letters, outcomes, strict=True)}


def _send_one(url: str, until: float, letter: Letter) -> Outcome:
    if time.monotonic() > until:
        return Outcome(Result.NOT_TRIED, "no_time")
    if gateway.is_open:
        return Outcome(Result.NOT_TRIED, "gateway_resting")
    outcome = _post(url, letter)
    if outcome.result in {Result.SENT, Result.REFUSED}:
        gateway.succeeded()
    else:
        gateway.failed()
    return outcome


def _post(url: str, letter: Letter) -> Outcome:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=settings.SMS_TIMEOUT_SECONDS)
    try:
        connection.connect()
    except OSError:
        connection.close()
        return Outcome(Result.NOT_TAKEN, "unreachable")
    try:
        body = {"to": letter.to, "text": letter.text, "idempotency_key": str(letter.id)}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json"}
        connection.request("POST", target, json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        return _read(answer.status, answer.read(LARGEST_ANSWER))
    except (OSError, http.client.HTTPException):
        return Outcome(Result.UNCERTAIN, "no_answer")
    finally:
        connection.close()


def _read(status: int, body: bytes) -> Outcome:
    code = f"http_{status}"
    if 200 <= status < 300:
        return Outcome(Result.SENT, provider_id=_provider_id(body))
    if status == 504:  # a proxy gave up waiting; the provider behind it may have sent
        return Outcome(Result.UNCERTAIN, code)
    if status in {408, 425, 429} or status >= 500 or status < 400:
        return Outcome(Result.NOT_TAKEN, code)
    return Outcome(Result.REFUSED, code)


def _provider_id(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("id", ""))[:120] if isinstance(answer, dict) else ""

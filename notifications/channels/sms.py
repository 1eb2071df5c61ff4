"""SMS through gateways that speak JSON over HTTP; without any, through the recording gateway.

Request: POST {"to", "text", "idempotency_key"}. Answer: any 2xx, optionally {"id": "..."}.

While the first gateway is left in peace the second stands in. A letter is bound to one of them before it is
sent (claims.py), and moves on only when that one certainly did not take it (delivery.py).
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
from notifications.enums import Gateway

AT_ONCE = 8
LARGEST_ANSWER = 64 * 1024

PAUSE = 30.0  # seconds of peace for a gateway after five failures in a row
breakers = {gateway: Breaker(threshold=5, pause=PAUSE) for gateway in Gateway}


def gateways() -> dict[str, str]:
    """The addresses of the gateways that we have, in the order in which they are asked."""
    urls = {Gateway.FIRST: settings.SMS_GATEWAY_URL, Gateway.SECOND: settings.SMS_GATEWAY_URL_2}
    return {str(gateway): url for gateway, url in urls.items() if url}


def resting() -> list[str]:
    """Those that are left in peace now."""
    return [gateway for gateway in gateways() if breakers[Gateway(gateway)].is_open]


def chosen() -> str | None:
    """The gateway for a letter that is bound to none: "" where we have none, None while all rest."""
    awake = [gateway for gateway in gateways() if gateway not in resting()]
    return next(iter(awake), None) if gateways() else ""


def send(letters: Sequence[Letter], *, until: float) -> Mapping[UUID, Outcome]:
    """Send each letter; start none after `until` (monotonic seconds). Needs no transaction, and with
    a real gateway no database: slow providers hold no connection's locks."""
    urls = gateways()
    if not urls:
        return recording.receive(letters)
    with ThreadPoolExecutor(min(AT_ONCE, len(letters))) as pool:
        outcomes = list(pool.map(partial(_send_one, urls, until), letters))
    return {letter.id: outcome for letter, outcome in zip(letters, outcomes, strict=True)}


def _send_one(urls: Mapping[str, str], until: float, letter: Letter) -> Outcome:
    if letter.gateway not in urls:  # it may have the letter, and is no longer ours
        return Outcome(Result.UNCERTAIN, "gateway_gone")
    breaker = breakers[Gateway(letter.gateway)]
    if time.monotonic() > until:
        return Outcome(Result.NOT_TRIED, "no_time")
    if breaker.is_open:
        return Outcome(Result.NOT_TRIED, "gateway_resting")
    outcome = _post(urls[letter.gateway], letter)
    if outcome.result in {Result.SENT, Result.REFUSED}:
        breaker.succeeded()
    else:
        breaker.failed()
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

"""One POST to somebody else's server: to a checked address, for ten seconds at the most, without redirects."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from typing_extensions import override

from notifications.addresses import PORTS, Refused, Target, parse, resolve

LARGEST_ANSWER = 8 * 1024  # read to be polite; kept is only the status
LONGEST_WISH = 24 * 3600  # seconds of Retry-After that we respect
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. Without a code it was taken; what the server wrote is not kept."""

    code: str = ""
    status: int | None = None
    retry_after: timedelta = timedelta()
    milliseconds: int = 0

    @property
    def is_taken(self) -> bool:
        return not self.code


class _Pinned(http.client.HTTPConnection):
    """Goes to the checked addresses and to no other; the name serves TLS and the Host header."""

    def __init__(self, target: Target, addresses: list[str], timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self.default_port = PORTS[target.scheme]
        self._target, self._addresses = target, addresses

    @override
    def connect(self) -> None:
        for address in self._addresses:
            with suppress(OSError):
                self.sock = socket.create_connection((address, self.port), self.timeout)
                break
        else:
            raise ConnectionError("unreachable")
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            tls: Any = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = tls
            tls.do_handshake()

    def cut(self) -> None:
        """End it from another thread, whatever it waits for: a server may send one byte every nine seconds."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send it; never raises for what the network or the other side does."""
    began = time.monotonic()
    code, status, wish = "", None, timedelta()
    try:
        target = parse(url)
        status, wish = _exchange(target, resolve(target), headers, body)
        code = "" if 200 <= status < 300 else f"http_{status}"
    except Refused as refused:
        code = refused.code
    except socket.gaierror:
        code = "no_address"
    except ssl.SSLError:
        code = "bad_certificate"
    except (OSError, http.client.HTTPException, ValueError):
        code = "no_answer"
    return Answer(code, status, wish, round((time.monotonic() - began) * 1000))


def _exchange(
    target: Target, addresses: list[str], headers: Mapping[str, str], body: bytes
) -> tuple[int, timedelta]:
    seconds = settings.WEBHOOK_TIMEOUT_SECONDS
    connection = _Pinned(target, addresses[:2], seconds)
    end = threading.Timer(seconds, connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(LARGEST_ANSWER)
        return answer.status, _wish(answer.headers.get("Retry-After", ""))
    finally:
        end.cancel()
        connection.close()


def _wish(text: str) -> timedelta:
    """How long the server asks to be left in peace, in seconds; its other form, a date, is not read."""
    is_figure = text.isascii() and text.isdigit() and len(text) < 9
    return timedelta(seconds=min(int(text), LONGEST_WISH) if is_figure else 0)

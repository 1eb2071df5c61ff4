"""Somebody else's server: keeps what it is sent, and answers as a test asks."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from ssl import SSLContext

from tests.notifications.gateway import Server


@dataclass
class Got:
    headers: dict[str, str]
    body: bytes


class Receiver:
    def __init__(self) -> None:
        self.got: list[Got] = []
        self.connections = 0
        self.status: Callable[[], int] = lambda: 200
        self.answers: dict[str, str] = {}
        self.seconds_between_bytes = 0.0
        self.url = ""

    def ids(self) -> list[str]:
        return [got.headers["webhook-id"] for got in self.got]


class _Server(Server):
    receiver: Receiver

    def get_request(self):
        request = super().get_request()
        self.receiver.connections += 1
        return request

    def handle_error(self, request, client_address):
        """A caller that does not trust us hangs up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self):
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.got.append(Got({k.lower(): v for k, v in self.headers.items()}, body))
        if receiver.seconds_between_bytes:
            self.drip(receiver.seconds_between_bytes)
            return
        self.send_response(receiver.status())
        for name, value in receiver.answers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self, seconds):
        try:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
                self.wfile.write(bytes([byte]))
                time.sleep(seconds)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        pass


@contextmanager
def running(tls: SSLContext | None = None) -> Iterator[Receiver]:
    server = _Server(("127.0.0.1", 0), _Handler)
    receiver = server.receiver = Receiver()
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/hooks?from=yizhan"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""An SMS provider on this machine: HTTP and JSON, idempotent by key, and as ill-behaved as a test asks."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Gateway:
    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.texts: dict[str, str] = {}  # what the provider really sent on, by key
        self.behave: Callable[[str, str], int] = lambda to, text: 200
        self._lock = threading.Lock()
        self.url = ""

    def receive(self, body: dict[str, str]) -> int:
        status = self.behave(body["to"], body["text"])
        with self._lock:
            self.calls[body["idempotency_key"]] += 1
            if status == 200:
                self.texts.setdefault(body["idempotency_key"], body["text"])
        return status

    @property
    def repeats(self) -> int:
        return sum(self.calls.values()) - len(self.calls)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # the usual five refuse a burst of senders


@contextmanager
def running(*, seconds: float = 0.0) -> Iterator[Gateway]:
    """A gateway that takes `seconds` for every answer."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = gateway.receive(body)
            time.sleep(seconds)
            if status == 0:  # took it and never answered
                self.close_connection = True
                return
            answer = json.dumps({"id": "p-" + body["idempotency_key"][-6:]}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except ConnectionError:  # the worker was killed while it waited
                self.close_connection = True

        def log_message(self, *args):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

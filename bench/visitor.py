"""Somebody at a browser, straight through WSGI: what the server itself adds is left out on both sides."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone

from accounts import sessions, step_up
from accounts.models import User
from accounts.sessions import SessionStore
from bench.harness import Wrong
from community.governance.middleware import ACTING_POST

BARE = "/healthz/live"
# What a browser fetches for a page: scripts, style sheets, the icon, the sprite of the icons.
FETCHED = re.compile(r'<(?:script|link|use|img)\b[^>]*?(?:src|href)="(/static/[^"#]+)')
application = cache(get_wsgi_application)


@dataclass(frozen=True)
class Page:
    status: int
    body: bytes


@dataclass(frozen=True)
class Visitor:
    cookie: str = ""

    def get(self, path: str, *, encoding: str = "") -> Page:
        """The page as it goes over the line."""
        path, _mark, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookie,
            "HTTP_ACCEPT_ENCODING": encoding,
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
        }
        status: list[str] = []

        def start(
            line: str, _headers: object, _fault: object = None, /
        ) -> Callable[[bytes], object]:
            status.append(line)
            return bytearray().extend  # the old way to write, which nobody uses

        answer = application()(environ, start)
        body = b"".join(answer)
        answer.close()
        return Page(int(status[0].split()[0]), body)

    def sees(self, path: str, *words: str) -> str:
        """The text of a page. Raises Wrong when it is not the page that it should be."""
        page = self.get(path)
        text = page.body.decode()
        missing = [word for word in words if word not in text]
        if page.status != HTTPStatus.OK or missing:
            raise Wrong(f"{path} answers {page.status}, without {missing}")
        return text

    def queries(self, path: str) -> int:
        asked = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            self.get(path)
        return asked

    def weight(self, path: str) -> int:
        """Bytes of a page alone, compressed as this server compresses it."""
        return len(self.get(path, encoding="gzip").body)

    def first_visit(self, path: str) -> int:
        """Bytes of a page and of all that it fetches."""
        found = {urljoin(path, each) for each in FETCHED.findall(self.get(path).body.decode())}
        return self.weight(path) + sum(self.weight(each) for each in found)


def signed_in(user: User, post_id: object) -> Visitor:
    """A session of a post, opened as the sign-in does."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    sessions.sit(store, sessions.Seat.OFFICE)
    store[step_up.VERIFIED_AT] = timezone.now().timestamp()
    store[ACTING_POST] = str(post_id)
    store.create()
    return Visitor(f"{settings.SESSION_COOKIE_NAME}={store.session_key}")

"""Programs that call the API, and the hall in which they do."""

import json
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from community.governance import actions
from community.governance.enums import ApiScope
from community.governance.scopes import Scope
from dashboards.demo.answers import answers_for
from tests.factories.servicehall import JOBLESS, Hall, hall

ALL = tuple(ApiScope)


def token_for(
    scope: Scope, scopes: Sequence[str] = ALL, *, networks: Sequence[str] = ()
) -> actions.MadeToken:
    now = timezone.now()
    return actions.make_token(
        name="自助机",
        scopes=scopes,
        last_day=timezone.localdate(now) + timedelta(days=30),
        networks=networks,
        key=str(uuid.uuid4()),
        by=scope,
        now=now,
    )


@dataclass
class Program:
    """A client with a token (or none). Bodies are JSON; an unsafe call gets a fresh key unless one is given."""

    secret: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers=self._headers(headers),
        )

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return {**bearer, **self.headers, **(more or {})}


@pytest.fixture
def program() -> Callable[..., Program]:
    """`program(scope)`: with a token of every scope; `program()`: without any."""

    def make(scope: Scope | None = None, scopes: Sequence[str] = ALL) -> Program:
        return Program(token_for(scope, scopes).secret if scope else "")

    return make


@pytest.fixture
def registration(db: None) -> Hall:
    """失业登记: no files, so that a resident can file it by a program."""
    return hall(JOBLESS)


@pytest.fixture
def dibao(db: None) -> Hall:
    return hall()


def filing(h: Hall, **more: Any) -> dict[str, Any]:
    """A complete body for the item of a hall."""
    today = timezone.localdate(h.now)
    answers = dict(answers_for(h.version, h.applicant, rng=random.Random(1), today=today))
    answers.pop("contact_phone", None)
    return {"item": h.version.item_id, "answers": answers, **more}


def by_station(h: Hall, **more: Any) -> dict[str, Any]:
    return filing(h, applicant={"id_number": h.applicant.id_number}, **more)

"""The description against the machine: whatever is sent, it answers as it says, and never with a 5xx."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests

from config.api.schema import description
from tests.api.conftest import filing, token_for
from tests.factories.exchange import official
from tests.factories.governance import CommunityFactory
from tests.factories.servicehall import JOBLESS, hall
from tests.residents import importing

EXAMPLES = 15  # drawn for each operation, besides every boundary that its description names
CHECKS: list[Any] = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class World:
    """Somebody else for each call: a clerk, a resident, nobody, a department; every second time something that
    exists, and now and then, as the resident or the department, a call that is right."""

    tokens: list[str]
    known: dict[str, list[str]]
    right: dict[str, Any]
    turns: Iterator[int]

    def ask(self, case: Any) -> None:
        turn = next(self.turns)
        secret = self.tokens[turn % len(self.tokens)]
        for name, values in self.known.items():
            if turn % 2 and name in (case.path_parameters or {}):
                case.path_parameters[name] = values[turn // 2 % len(values)]
        if turn % 6 == 1 and case.operation.label in self.right:
            case.body = self.right[case.operation.label]
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        case.call_and_validate(checks=CHECKS, headers=headers)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The application runs inside the transaction of the test, as under Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(db: None, one_connection: None, settings: Any, tmp_path: Path) -> World:
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (10**6, 60))
    settings.UPLOAD_DIR = tmp_path
    registration = hall(JOBLESS)
    cases = [registration.filed(), registration.filed()]
    department = official("human_resources")
    rows = {"as_of": "2026-06-01", "rows": [{"full_name": "张伟民", "employment": "10"}]}
    return World(
        tokens=[
            token_for(registration.clerk).secret,
            token_for(registration.resident).secret,
            "",
            token_for(department).secret,
        ],
        known={
            "number": [case.number for case in cases],
            "code": [JOBLESS, CommunityFactory().code],
            "batch_id": [str(importing.pushed(registration.applicant, department).pk)],
        },
        right={
            "POST /api/v1/cases": filing(registration),
            "POST /api/v1/exchange/batches": rows,
            "POST /api/v1/track": {"number": cases[0].number, "query_code": cases[0].query_code},
        },
        turns=count(),
    )


def play(case: Any, world: World) -> None:
    world.ask(case)


def test_it_answers_as_described(world: World, subtests: pytest.Subtests) -> None:
    """One test: schemathesis would make one of each operation while tests are collected, in every process."""
    schema = schemathesis.openapi.from_dict(description())
    schema.app = get_wsgi_application()
    made = get_all_tests(schema=schema, test_func=play, settings=SETTINGS, given_kwargs={})
    for each in made:
        assert isinstance(each, Ok), each
        operation, ask = each.ok()
        with subtests.test(operation.label):
            ask(world=world)

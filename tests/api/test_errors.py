"""One shape for everything that goes wrong, and nothing in it that helps an intruder."""

import json
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import RequestDataTooBig

from common.access import PUBLIC, RESIDENT, STAFF, Policy, Who, power
from common.api import ApiView
from community.governance.enums import Power
from community.governance.scopes import NOBODY
from config.api.permissions import ByPolicy, admits
from servicehall.cases.api import cases
from tests.api.conftest import Program
from tests.factories.servicehall import Hall


def check(response, status: int, code: str = "") -> dict[str, Any]:
    """The response is a problem document of this status."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store, private"
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    if code:
        assert body["code"] == code
    return body


def raw(program: Program, body: bytes | str, kind: str = "application/json"):
    headers = {**program._headers(), "Idempotency-Key": "k"}
    return program.client.post("/api/v1/cases", body, content_type=kind, headers=headers)


NO_JSON = [
    b"{",
    b"\xff\xfe",
    b'{"item": NaN}',
    b'{"item": 1e999}',
    b'{"item": "\\ud800"}',
    b"[" * 100_000,
    b'{"item": ' + b"9" * 5000 + b"}",
]


def test_what_is_no_json_is_a_400(registration: Hall, program):
    caller = program(registration.resident)
    for body in NO_JSON:
        check(raw(caller, body), 400, "parse_error")


def test_json_of_another_shape_is_a_422(registration: Hall, program):
    caller = program(registration.resident)
    for body in ("", "[]", "1", '"x"', "null", "{}", '{"item": null}'):
        assert check(raw(caller, body), 422, "invalid")["errors"]


def test_401_says_how_to_sign_in(db: None, program):
    response = program().get("cases")
    check(response, 401, "token_missing")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_403_for_a_token_without_the_scope(registration: Hall, program):
    check(program(registration.clerk, ["items:read"]).get("cases"), 403, "scope_missing")


def test_404_for_an_unknown_address_whatever_the_method(db: None, program, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "anonymous": (1000, 60)}
    client = program().client
    for path in ("", "v1/", "v1/nothing", "v1/items/", "v2/items", "v1/cases/1%00"):
        for method in ("get", "post", "put", "patch", "delete", "options", "trace"):
            check(getattr(client, method)(f"/api/{path}"), 404, "not_found")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_405_names_what_is_allowed(db: None, program, method: str):
    response = getattr(program().client, method)("/api/v1/items")
    check(response, 405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_client_that_asks_for_something_else_gets_json_all_the_same(db: None, program):
    response = program().get("items", {"Accept": "text/html"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert program().get("items?format=xml").status_code == 422


def test_413_for_a_body_without_end(registration: Hall, program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = json.dumps({"item": "x" * 200})
    check(raw(program(registration.resident), body), 413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml"])
def test_415_for_what_is_not_json(registration: Hall, program, kind: str):
    check(raw(program(registration.resident), "a=b", kind), 415, "unsupported_media_type")


def test_429_says_when_to_come_back(db: None, program, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "anonymous": (2, 60)}
    answers = [program().get("places") for _n in range(5)]
    assert answers[0].status_code == 200
    check(answers[-1], 429, "throttled")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_each_token_is_counted_for_itself(registration: Hall, program, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "token": (2, 3600)}
    one, other = program(registration.clerk), program(registration.clerk)
    assert [one.get("cases").status_code for _n in range(3)] == [200, 200, 429]
    assert other.get("cases").status_code == 200


def test_all_tokens_of_an_address_together_are_limited_too(registration: Hall, program, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "address": (3, 3600)}
    callers = [program(registration.clerk) for _n in range(4)]
    assert [c.get("cases").status_code for c in callers] == [200, 200, 200, 429]


def test_500_tells_nothing_but_is_logged(registration: Hall, program, caplog):
    boom = mock.patch.object(cases.Cases, "get", side_effect=RuntimeError("id 150302194403080021"))
    with boom:
        response = program(registration.clerk).get("cases")
    body = check(response, 500, "internal")
    assert "1503" not in json.dumps(body)
    assert "RuntimeError" not in response.content.decode()
    assert next(r.name for r in caplog.records if r.levelname == "ERROR") == "config.api.errors"


def test_errors_speak_the_language_of_the_reader(db: None, program):
    response = program().get("cases", {"Accept-Language": "zh-hans"})
    assert response.json()["title"] == "需要令牌"
    assert response["Content-Language"] == "zh-hans"


def test_bad_request_of_other_kinds(db: None, program):
    with mock.patch.object(cases.Cases, "initial", side_effect=RequestDataTooBig):
        check(program().get("cases"), 413, "too_large")


# --- the doors ----------------------------------------------------------------------------------------


class Undeclared(ApiView):
    pass


def test_a_view_without_a_policy_opens_for_nobody(rf):
    request = rf.get("/")
    request.scope = NOBODY
    assert ByPolicy().has_permission(request, Undeclared()) is False


def test_the_policies_open_for_whom_they_name(registration: Hall):
    people = {
        "nobody": NOBODY,
        "resident": registration.resident,
        "clerk": registration.clerk,
        "official": registration.official,
    }
    opened = {
        policy.name: {who for who, scope in people.items() if admits(policy, scope)}
        for policy in (
            PUBLIC,
            Policy("signed_in", "", Who.SIGNED_IN),
            RESIDENT,
            STAFF,
            power(Power.ACCEPT_CASES),
        )
    }
    assert opened == {
        "public": set(people),
        "signed_in": {"resident", "clerk", "official"},
        "resident": {"resident"},
        "staff": {"clerk", "official"},
        "power:accept_cases": {"clerk"},
    }


def test_nothing_of_a_session_is_read_or_written(registration: Hall, program, count_queries):
    caller = program(registration.clerk)
    caller.get("cases")
    assert count_queries(lambda: caller.get("cases")) <= 5
    assert not caller.client.cookies

"""What the API says of itself: complete, valid, in two languages, on a page without foreign scripts."""

import io
import re
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command

from common.access import declared_urls
from config.api.schema import description

POLICIES = {
    "list_items": "public",
    "get_item": "public",
    "list_places": "public",
    "get_place": "public",
    "list_stations": "public",
    "list_cases": "signed_in",
    "file_case": "signed_in",
    "get_case": "public",
    "withdraw_case": "signed_in",
    "track_case": "public",
    "list_batches": "power:exchange_data",
    "push_batch": "power:exchange_data",
    "get_batch": "power:exchange_data",
    "list_rows": "power:exchange_data",
    "list_statements": "power:exchange_data",
    "list_changes": "power:exchange_data",
}


def operations() -> Iterator[dict[str, Any]]:
    for methods in description()["paths"].values():
        yield from methods.values()


def media(holder: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any]
    (content,) = holder["content"].values()
    return content


def test_the_schema_is_valid_and_written_without_a_warning():
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def test_every_operation_names_its_policy():
    assert {op["operationId"]: op["x-policy"] for op in operations()} == POLICIES


def test_the_schema_speaks_of_every_address_and_of_no_other():
    routes = {re.sub(r"<(\w+:)?(\w+)>", r"{\2}", u.route) for u in declared_urls()}
    ours = {f"/{r}" for r in routes if r.startswith("api/v1/")}
    assert ours == set(description()["paths"])


@pytest.mark.parametrize("operation", list(operations()), ids=lambda op: op["operationId"])
def test_every_operation_has_examples_that_fit_its_schema(operation: dict[str, Any]):
    components = description()["components"]
    holders = list(operation["responses"].values())
    if "requestBody" in operation:
        holders.append(operation["requestBody"])
    for holder in holders:
        content = media(holder)
        assert content["examples"]
        schema = {**content["schema"], "components": components}
        for example in content["examples"].values():
            jsonschema.validate(example["value"], schema)


@pytest.mark.parametrize("operation", list(operations()), ids=lambda op: op["operationId"])
def test_every_operation_says_what_can_go_wrong(operation: dict[str, Any]):
    assert {"401", "403", "429", "500"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        assert response["description"]
        if not status.startswith("2"):
            assert list(response["content"]) == ["application/problem+json"]
    assert operation["summary"]
    assert operation["description"]


def test_unsafe_calls_require_a_key():
    keyed = {
        op["operationId"]: any(
            p["name"] == "Idempotency-Key" and p["required"] for p in op.get("parameters", [])
        )
        for op in operations()
        if "requestBody" in op
    }
    assert keyed == {
        "file_case": True,
        "withdraw_case": True,
        "track_case": False,
        "push_batch": True,
    }


def test_anybody_may_read_the_schema(db: None, client):
    response = client.get("/api/schema/")
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "一站 API"


def test_the_page_shows_every_operation(db: None, client):
    response = client.get("/api/docs/")
    page = response.content.decode()
    for operation in operations():
        assert f'id="{operation["operationId"]}"' in page
        assert operation["x-policy"] in page
    assert "Idempotency-Key" in page


def test_the_page_loads_nothing_from_elsewhere(db: None, client):
    response = client.get("/api/docs/")
    page = response.content.decode()
    assert "unsafe" not in response["Content-Security-Policy"]
    sources = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith(("/", "data:")) for source in sources)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert " style=" not in page

"""The description of the API, for programs and for people."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.access import PUBLIC, access
from common.api import ApiView
from config.api.schema import description

Json = Mapping[str, Any]


@extend_schema(exclude=True)
class Schema(ApiView):
    access_policy = PUBLIC
    max_age = 300

    def get(self, request: Request) -> Response:
        return Response(description())


@extend_schema(exclude=True)
class Unknown(ApiView):
    """Every other address below /api/: a 404 that programs can read, whatever the method."""

    access_policy = PUBLIC
    http_method_names = [*ApiView.http_method_names, "options", "trace"]

    def _nothing(self, request: Request) -> Response:
        raise Http404

    get = post = put = patch = delete = trace = _nothing
    options = _nothing  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a parameter, or a field of a body."""

    name: str
    kind: str
    text: str
    is_required: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """An example of a body, and what it is an example of."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    title: str
    text: str
    policy: str
    policy_text: str
    scope: str
    scope_text: str
    parameters: list[Row]
    body: list[Row]
    samples: list[Sample]
    fields: list[Row]
    answers: list[Sample]


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns the schema into rows."""

    schema: Json

    def calls(self) -> Iterator[Call]:
        for path, operations in self.schema["paths"].items():
            for method, operation in operations.items():
                yield self._call(method.upper(), path, operation)

    def _call(self, method: str, path: str, operation: Json) -> Call:
        sent = _json_of(operation.get("requestBody", {}))
        answers = sorted(operation["responses"].items())
        told = _json_of(answers[0][1])
        return Call(
            id=operation["operationId"],
            method=method,
            path=path,
            title=operation["summary"],
            text=operation["description"],
            policy=operation["x-policy"],
            policy_text=operation["x-policy-description"],
            scope=operation.get("x-scope", ""),
            scope_text=operation.get("x-scope-description", ""),
            parameters=[self._parameter(row) for row in operation.get("parameters", [])],
            body=list(self._fields(sent.get("schema", {}))),
            samples=_samples(sent),
            fields=list(self._fields(told.get("schema", {}))),
            answers=[
                Sample(f"{status} {answer['description']}", sample.text)
                for status, answer in answers
                for sample in _samples(_json_of(answer))
            ],
        )

    def _parameter(self, row: Json) -> Row:
        return Row(
            row["name"],
            self._kind(row["schema"]),
            row.get("description", ""),
            row.get("required", False),
            row["in"],
        )

    def _fields(self, schema: Json, path: str = "", depth: int = 0) -> Iterator[Row]:
        """The fields of an object and of the objects in it, by their path ("items[].window.code")."""
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            yield from self._fields(schema["items"], path + "[]", depth)
            return
        required = schema.get("required", [])
        for name, inner in schema.get("properties", {}).items():
            here = f"{path}.{name}" if path else name
            full = self._resolved(inner)
            text = inner.get("description") or full.get("description", "")
            if full.get("properties") and not inner.get("description"):
                text = ""
            yield Row(here, self._kind(inner), text, name in required)
            if depth < 3:
                yield from self._fields(inner, here, depth + 1)

    def _resolved(self, schema: Json) -> Json:
        while True:
            if "$ref" in schema:
                schema = self.schema["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            elif "allOf" in schema:
                schema = schema["allOf"][0]
            elif "oneOf" in schema and any("$ref" in choice for choice in schema["oneOf"]):
                schema = next(choice for choice in schema["oneOf"] if "$ref" in choice)
            else:
                return schema

    def _kind(self, schema: Json) -> str:
        schema = self._resolved(schema)
        if "enum" in schema:
            return " | ".join(str(value) for value in schema["enum"] if value is not None)
        if "oneOf" in schema:
            return " | ".join(self._kind(choice) for choice in schema["oneOf"])
        kind = schema.get("type", "any")
        kinds = [kind] if isinstance(kind, str) else kind
        if kinds[0] == "array":
            return f"{self._kind(schema.get('items', {}))}[]"
        return " | ".join([schema.get("format", kinds[0]), *kinds[1:]])


def _json_of(holder: Json) -> Json:
    content: Json = holder.get("content", {})
    return next(iter(content.values()), {})


def _samples(media: Json) -> list[Sample]:
    return [
        Sample(
            example.get("summary", ""), json.dumps(example["value"], ensure_ascii=False, indent=2)
        )
        for example in media.get("examples", {}).values()
    ]


@access(PUBLIC)
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    schema = description()
    context = {
        "info": schema["info"],
        "calls": list(Reader(schema).calls()),
        "base": request.build_absolute_uri("/api/v1").removesuffix("/api/v1"),
    }
    return TemplateResponse(request, "api/docs.html", context)

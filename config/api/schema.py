"""The description of the API (OpenAPI 3.1): written from the views, completed with what is true of every call."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

from django.utils.translation import get_language, gettext as _, override as language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import normalize_result_object
from rest_framework import serializers
from typing_extensions import override

from common.access import PUBLIC
from common.api import IDEMPOTENCY_KEY, ApiView, StrictSerializer
from community.governance.enums import ApiScope
from config.api.errors import MEDIA_TYPE, TITLES

Json = dict[str, Any]
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# What may go wrong: with any call, with one that names something, with one that carries a body or filters.
ANY_CALL = (401, 403, 429, 500)
CODES: Mapping[int, str] = {
    400: "parse_error",
    401: "token_expired",
    403: "scope_missing",
    404: "not_found",
    409: "state_moved_on",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "throttled",
    500: "internal",
}


class Operation(AutoSchema):
    """Adds the policy, the scope, the key of unsafe calls, and refuses what input does not name."""

    @override
    def get_extensions(self) -> Json:
        view = cast(ApiView, self.view)
        policy = view.access_policy
        extensions: Json = {
            "x-policy": policy.name,
            "x-policy-description": policy.description,
        }
        if scope := view.scopes.get(self.method):
            extensions["x-scope"] = str(scope)
            extensions["x-scope-description"] = ApiScope(scope).label
        return extensions

    @override
    def get_auth(self) -> list[Json]:
        is_open = cast(ApiView, self.view).access_policy is PUBLIC
        return [{"token": []}, {}] if is_open else [{"token": []}]

    @override
    def _get_parameters(self) -> list[Json]:
        parameters: list[Json] = super()._get_parameters()
        if self.method in UNSAFE and cast(ApiView, self.view).is_keyed:
            parameters.append(
                {
                    "in": "header",
                    "name": IDEMPOTENCY_KEY,
                    "required": True,
                    "description": _(
                        "这次请求的编号，由调用方生成，例如 UUID。重试时用同一个：只办一次，返回同样的结果；"
                        "同一编号不能用于不同内容。"
                    ),
                    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,100}$"},
                    "example": "0197d2a4-6a52-7c31-b0a5-3f7f1a2b9c01",
                }
            )
        return parameters

    @override
    def _map_basic_serializer(
        self, serializer: serializers.Serializer[Any], direction: str
    ) -> Json:
        schema: Json = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema


Endpoint = tuple[str, str, str, Callable[..., Any]]


def only_version_one(endpoints: list[Endpoint]) -> list[Endpoint]:
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def complete(result: Json, generator: SchemaGenerator, **kwargs: Any) -> Json:
    """The one shape of errors, for every operation that can answer with them."""
    result["info"]["description"] = _(
        "一站的接口：事项、地点、提交和查看办件。时间为 ISO 8601，语言随 Accept-Language（zh-hans、en）。"
        "列表用 next 翻页。只接受接口令牌，不接受网页登录的 Cookie。"
    )
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _problem_schema()
    for operations in result["paths"].values():
        for operation in operations.values():
            for status in _statuses(operation):
                operation["responses"].setdefault(str(status), _problem_response(status))
            for status, response in operation["responses"].items():
                response["description"] = response.get("description") or _good(status)
            operation["responses"] = dict(sorted(operation["responses"].items()))
    _drop(result, "x-spec-enum-id")
    return result


def _good(status: str) -> str:
    return _("已提交") if status == "201" else _("成功")


def _drop(node: Any, key: str) -> None:
    """Remove what the generator left behind for itself."""
    if isinstance(node, dict):
        node.pop(key, None)
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        _drop(inner, key)


def _statuses(operation: Json) -> tuple[int, ...]:
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    statuses = list(ANY_CALL)
    if "path" in places or operation["operationId"] == "track_case":
        statuses.append(404)
    if "query" in places:
        statuses.append(422)
    if "requestBody" in operation:
        statuses += [400, 413, 415, 422]
    if operation["x-policy"] != PUBLIC.name and "requestBody" in operation:
        statuses.append(409)
    return tuple(sorted(statuses))


def _problem_schema() -> Json:
    return {
        "type": "object",
        "description": _("出错时的统一格式（RFC 9457）。"),
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string", "description": _("给人看的标题。")},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": _("给程序看的代码，不随语言变化。")},
            "detail": {"type": "string", "description": _("出了什么问题，怎么办。")},
            "errors": {
                "type": "object",
                "description": _("按字段列出的错误。"),
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    }


def _problem_response(status: int) -> Json:
    title = str(TITLES[status])
    body: Json = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": CODES[status],
        "detail": title,
    }
    if status == 422:
        body["errors"] = {"size": [_("请确保该值小于或者等于 100。")]}
    response: Json = {
        "description": title,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {CODES[status]: {"value": body}},
            }
        },
    }
    if status == 429:
        response["headers"] = {
            "Retry-After": {
                "description": _("多少秒后再试。"),
                "schema": {"type": "integer"},
                "required": True,
            }
        }
    return response


def description() -> Json:
    """The whole schema in the language of the reader; made once per language and process."""
    return _description(get_language() or "zh-hans")


@lru_cache(maxsize=4)
def _description(code: str) -> Json:
    with language(code):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        plain: Json = normalize_result_object(schema)  # type: ignore[no-untyped-call]
    return plain

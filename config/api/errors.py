"""One shape for everything that goes wrong: a problem document (RFC 9457) with a stable `code`."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import Conflict, Invalid, NotAllowed

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, str | Promise] = {
    400: gettext_lazy("请求无法理解"),
    401: gettext_lazy("需要令牌"),
    403: gettext_lazy("不允许"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("不支持的请求方法"),
    409: gettext_lazy("情况已经变化"),
    413: gettext_lazy("请求内容太大"),
    415: gettext_lazy("请求内容须为 JSON"),
    422: gettext_lazy("内容有误"),
    429: gettext_lazy("请求太频繁"),
    500: gettext_lazy("系统出错"),
}
# What an action refuses with these codes is the fault of the request, not of the state of things.
STATUS_OF_CODE = {
    "idempotency_key_missing": 400,
    "idempotency_key": 400,
    "idempotency_key_reused": 422,
}


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to whatever a view raised. Nothing of an unexpected error is told to the caller."""
    set_rollback()
    if isinstance(error, NotAllowed):
        return _refusal(error)
    if isinstance(error, exceptions.APIException):
        return _api_exception(error)
    if isinstance(error, Http404):
        return problem(404, "not_found", _("没有找到，或者您不能查看。"))
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", _("您的身份或岗位不能使用这个接口。"))
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("请求内容太大。"))
    if isinstance(error, SuspiciousOperation):
        return problem(400, "bad_request", _("请求无法理解。"))
    logger.error("%s failed", type(context["view"]).__name__, exc_info=error)
    return problem(500, "internal", _("系统出错，请稍后用同一幂等键重试。"))


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(TITLES.get(status) or HTTPStatus(status).phrase),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=dict(headers or {}), content_type=MEDIA_TYPE)


def _refusal(error: NotAllowed) -> Response:
    if error.code in STATUS_OF_CODE:
        status = STATUS_OF_CODE[error.code]
    elif isinstance(error, Invalid):
        status = 422
    else:
        status = 409 if isinstance(error, Conflict) else 403
    fields = error.fields if isinstance(error, Invalid) else {}
    errors = {name: [str(text)] for name, text in fields.items()}
    return problem(status, error.code, str(error.message), errors=errors)


def _api_exception(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        errors: dict[str, list[str]] = {}
        for path, text in _flat(error.detail):
            errors.setdefault(path, []).append(text)
        return problem(422, "invalid", _("有内容没有填对，见 errors。"), errors=errors)
    headers = {}
    if isinstance(error, exceptions.Throttled):
        seconds = getattr(error, "wait", None) or 1
        headers["Retry-After"] = str(max(1, math.ceil(seconds)))
        return problem(429, "throttled", _("请求太频繁，请稍后再试。"), headers=headers)
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    code = error.get_codes() if isinstance(error.detail, str) else error.default_code
    return problem(error.status_code, str(code), str(error.detail), headers=headers)


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Errors by the path of their field: ("applicant.id_number", "…")."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            is_whole = name == "non_field_errors"
            yield from _flat(inner, path if is_whole else f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            if isinstance(inner, str):
                yield path, str(inner)
            elif inner:
                yield from _flat(inner, f"{path}[{position}]")
    else:
        yield path, str(detail)

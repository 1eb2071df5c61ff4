"""What the views of the API share. The doors in front of them (who calls, may he, how often) are in config.api."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponseBase, HttpResponseNotModified
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from common.access import Policy
from common.errors import Invalid
from common.idempotency import fingerprint
from common.paging import MAX_SIZE, Page, keyset_page

PAGE_SIZE = 20
IDEMPOTENCY_KEY = "Idempotency-Key"

_Row = TypeVar("_Row", bound=Model)


class StrictSerializer(serializers.Serializer[Any]):
    """Input that takes the named fields and nothing else: a field that nobody asked for is an error."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(dict.fromkeys(unknown, _("没有这个字段。")))
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """Which part of a list."""

    after = serializers.CharField(
        required=False, max_length=1000, help_text=_("上一页返回的 next；不填从头开始。")
    )
    size = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_SIZE,
        default=PAGE_SIZE,
        help_text=_("每页条数，最多 100。"),
    )


class CodeAndName(serializers.Serializer[Any]):
    """Something with a code for machines and a name in the language of the reader."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")


def page_of(child: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The serializer of a page: some rows, and where the next page begins."""
    name = child.__name__.removesuffix("Serializer") + "Page"
    return type(
        name,
        (serializers.Serializer,),
        {
            "items": child(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text=_("下一页的位置；最后一页为 null。")
            ),
        },
    )


class ApiView(APIView):
    """A view of the API.

    `access_policy` says who may call, `scopes` which scope a token needs for which method, `is_keyed` that its
    unsafe calls take an idempotency key, `max_age` for how many seconds anybody may keep the answer (0: nobody
    may keep it, since it is personal).
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    access_policy: ClassVar[Policy]
    scopes: ClassVar[Mapping[str, str]] = {}
    is_keyed: ClassVar[bool] = True
    max_age: ClassVar[int] = 0

    def query(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The checked query parameters. Each may stand once."""
        given = self.request.query_params
        twice = [name for name in given if len(given.getlist(name)) > 1]
        if twice:
            raise serializers.ValidationError(dict.fromkeys(twice, _("这个参数只能出现一次。")))
        checked = serializer(data=given.dict())
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def body(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def once(self, data: Mapping[str, Any]) -> tuple[str, str]:
        """The idempotency key of this call and the fingerprint of what it asks for."""
        key = self.request.headers.get(IDEMPOTENCY_KEY, "")
        if not key:
            raise Invalid("idempotency_key_missing", _("请在请求头 Idempotency-Key 中给出幂等键。"))
        return key, fingerprint({"path": self.request.path, "data": data})

    def page(
        self,
        rows: "QuerySet[_Row]",
        serializer: type[serializers.Serializer[Any]],
        *,
        order: tuple[str, ...],
        query: Mapping[str, Any],
        **context: Any,
    ) -> Response:
        """One page of `rows`, whatever their number."""
        page: Page[_Row] = keyset_page(
            rows, order=order, after=query.get("after"), size=query["size"]
        )
        return Response(
            {
                "items": serializer(page.items, many=True, context=context).data,
                "next": page.next,
            }
        )

    @override
    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.max_age and final.status_code == 200:
            final["Cache-Control"] = f"public, max-age={self.max_age}"
            final.add_post_render_callback(lambda rendered: _unless_known(request, rendered))
        else:
            final["Cache-Control"] = "no-store, private"
        return final


def _unless_known(request: Request, response: Response) -> HttpResponseBase:
    """304 to a reader who has this very answer already."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    if etag not in request.headers.get("If-None-Match", ""):
        return response
    kept = {name: response[name] for name in ("ETag", "Cache-Control", "Vary") if name in response}
    return HttpResponseNotModified(headers=kept)

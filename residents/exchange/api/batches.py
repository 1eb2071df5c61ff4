"""Batches of a department's system: send one, follow it, see what became of each row and why."""

import uuid

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from common.access import power
from common.api import ApiView, PageQuery, page_of
from common.api_limits import limit
from common.paging import keyset_page
from community.governance.api_request import ApiRequest
from community.governance.enums import ApiScope, Power
from residents.exchange.actions.pushing import push
from residents.exchange.api import examples, shapes
from residents.exchange.enums import BatchState
from residents.exchange.models import FieldEntitlement, ImportBatch, ImportRow
from residents.exchange.person_key import person_key
from residents.exchange.statements import words_of


class Batches(ApiView):
    access_policy = power(Power.EXCHANGE_DATA)
    scopes = {"GET": ApiScope.DATA_PUSH, "POST": ApiScope.DATA_PUSH}

    @extend_schema(
        examples=examples.LIST_BATCHES,
        operation_id="list_batches",
        summary=_("本部门的批次"),
        description=_("本部门报送的批次，新的在前。"),
        tags=["exchange"],
        parameters=[PageQuery],
        responses=page_of(shapes.BatchSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        query = self.query(PageQuery)
        rows = ImportBatch.objects.sent_by(request.scope).defer("head")
        return self.page(rows, shapes.BatchSerializer, order=("-received_at", "-id"), query=query)

    @extend_schema(
        examples=examples.PUSH,
        operation_id="push_batch",
        summary=_("报送一批数据"),
        description=_(
            "以本部门的数据来源报送。先逐行核对，没有待认定的人时自动导入；一批要么全部导入，要么都不导入，"
            "有错误的行除外。空的内容不会清除已有内容。同样的内容再次报送返回 409 batch_known。"
        ),
        tags=["exchange"],
        request=shapes.PushSerializer,
        responses={202: shapes.BatchSerializer},
    )
    def post(self, request: ApiRequest) -> Response:
        limit("push", str(request.scope.body_id))
        data = self.body(shapes.PushSerializer)
        key, fingerprint = self.once(data)
        batch = push(
            data["rows"],
            as_of=data["as_of"],
            key=key,
            fingerprint=fingerprint,
            by=request.scope,
            now=timezone.now(),
        )
        place = reverse("api:batch", args=[batch.pk])
        told = shapes.BatchSerializer(batch).data
        return Response(told, status=202, headers={"Location": place})


class OneBatch(ApiView):
    access_policy = power(Power.EXCHANGE_DATA)
    scopes = {"GET": ApiScope.DATA_PUSH}

    @extend_schema(
        examples=examples.GET_BATCH,
        operation_id="get_batch",
        summary=_("一批数据到了哪一步"),
        description=_("状态和各种结果的行数。"),
        tags=["exchange"],
        responses=shapes.BatchSerializer,
    )
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        return Response(shapes.BatchSerializer(_own(request, batch_id)).data)


class Rows(ApiView):
    access_policy = power(Power.EXCHANGE_DATA)
    scopes = {"GET": ApiScope.DATA_PUSH}

    @extend_schema(
        examples=examples.LIST_ROWS,
        operation_id="list_rows",
        summary=_("每一行的结果"),
        description=_("每一行怎么样了，有什么错误，要做什么。不重复报送的内容。"),
        tags=["exchange"],
        parameters=[shapes.RowQuery],
        responses=page_of(shapes.RowSerializer),
    )
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        query = self.query(shapes.RowQuery)
        batch = _own(request, batch_id)
        rows = ImportRow.objects.of(batch.pk).with_fate(query.get("fate", ""))
        return self.page(
            rows.defer("said", "before"),
            shapes.RowSerializer,
            order=("number", "id"),
            query=query,
            batch=batch,
            body_key=request.scope.body_key,
        )


class Statements(ApiView):
    access_policy = power(Power.EXCHANGE_DATA)
    scopes = {"GET": ApiScope.DATA_PUSH}

    @extend_schema(
        examples=examples.STATEMENTS,
        operation_id="list_statements",
        summary=_("报了什么、留了什么、为什么"),
        description=_(
            "逐行逐项：您报送的内容是否是现在保留的内容，原因，冲突单和裁定依据。按现在的情况计算；"
            "不给出其他来源的内容。没有导入的行没有逐项说明。"
        ),
        tags=["exchange"],
        parameters=[shapes.RowQuery],
        responses=page_of(shapes.StatementSerializer),
    )
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        query, scope = self.query(shapes.RowQuery), request.scope
        batch = _own(request, batch_id)
        rows = ImportRow.objects.of(batch.pk).with_fate(query.get("fate", ""))
        page = keyset_page(
            rows.defer("before"),
            order=("number", "id"),
            after=query.get("after"),
            size=query["size"],
        )
        entitled = FieldEntitlement.objects.of_body(scope.body_key, timezone.localdate())
        is_in = batch.state == BatchState.APPLIED
        items = [
            {
                "row": row.number,
                "fate": row.fate,
                "person": person_key(scope.body_key, row.person_id)
                if row.person_id and is_in
                else None,
                "attributes": words,
            }
            for row, words in words_of(batch, page.items, noted=entitled)
        ]
        told = shapes.StatementSerializer(items, many=True).data
        return Response({"items": told, "next": page.next})


def _own(request: ApiRequest, batch_id: uuid.UUID) -> ImportBatch:
    batch = ImportBatch.objects.sent_by(request.scope).filter(pk=batch_id).first()
    if batch is None:
        raise Http404
    return batch

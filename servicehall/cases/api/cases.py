"""Cases for programs: file, list, follow, withdraw. Reads are scoped, writes are the actions of the pages."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from common.access import PUBLIC, SIGNED_IN
from common.api import ApiView, page_of
from common.errors import Invalid, NotAllowed
from community.governance.api_request import ApiRequest
from community.governance.enums import ApiScope, Power
from community.governance.scopes import NOBODY, Scope
from residents.base.models import Person
from servicehall.cases import actions, tracking
from servicehall.cases.api import examples, shapes
from servicehall.cases.models import Case
from servicehall.catalogue.models import ItemVersion

QUERY_CODE = "X-Query-Code"
NUMBER = OpenApiParameter(
    "number",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description=_("办件编号。"),
    pattern=r"^[0-9]{8,32}$",
)
_T = TypeVar("_T")


class Cases(ApiView):
    access_policy = SIGNED_IN
    scopes = {"GET": ApiScope.CASES_READ, "POST": ApiScope.CASES_FILE}

    @extend_schema(
        examples=examples.LIST_CASES,
        operation_id="list_cases",
        summary=_("办件清单"),
        description=_("居民看到本人的办件，工作人员看到岗位可见的办件；姓名脱敏，新的在前。"),
        tags=["cases"],
        parameters=[shapes.CaseQuery],
        responses=page_of(shapes.CaseSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        query = self.query(shapes.CaseQuery)
        rows = Case.objects.listed_for(request.scope).for_lists()
        columns = {
            "state": "state",
            "window": "window_id",
            "filed_from": "filed_on__gte",
            "filed_to": "filed_on__lte",
        }
        wanted = {column: query[name] for name, column in columns.items() if name in query}
        return self.page(rows.filter(**wanted), shapes.CaseSerializer, order=("-id",), query=query)

    @extend_schema(
        examples=examples.FILE_CASE,
        operation_id="file_case",
        summary=_("提交申请"),
        description=_(
            "居民为本人提交；服务站岗位为到场的居民提交，居民以请求内容中的身份证号确定。"
            "需要上传材料的事项，居民请在网页提交；服务站核对原件后提交。"
        ),
        tags=["cases"],
        request=shapes.FilingSerializer,
        responses={201: shapes.ReceiptSerializer},
    )
    def post(self, request: ApiRequest) -> Response:
        data = self.body(shapes.FilingSerializer)
        key, fingerprint = self.once(data)
        version = _version(data["item"])
        answers = dict(data["answers"])
        if "contact_phone" in data:
            answers["contact_phone"] = data["contact_phone"]
        case = _under_answers(
            lambda: actions.file_once(
                version,
                answers,
                applicant=_applicant(data, by=request.scope),
                key=key,
                fingerprint=fingerprint,
                by=request.scope,
                now=timezone.now(),
            )
        )
        place = reverse("api:case", args=[case.number])
        receipt = shapes.ReceiptSerializer(case).data
        return Response(receipt, status=201, headers={"Location": place})


class OneCase(ApiView):
    access_policy = PUBLIC
    scopes = {"GET": ApiScope.CASES_READ}

    @extend_schema(
        examples=examples.GET_CASE,
        operation_id="get_case",
        summary=_("一个办件的进展"),
        description=_("本人和经办岗位凭令牌查看，查看会留下记录；其他人凭请求头中的查询码查看。"),
        tags=["cases"],
        parameters=[
            NUMBER,
            OpenApiParameter(
                QUERY_CODE,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description=_("查询码；凭令牌可见的办件不需要。"),
                pattern="^[0-9]{6}$",
            ),
        ],
        responses=shapes.CaseDetailSerializer,
    )
    def get(self, request: ApiRequest, number: str) -> Response:
        mine = Case.objects.visible_to(request.scope).with_number(number)
        found = mine.values_list("pk", flat=True).first()
        if found is None:
            code = request.headers.get(QUERY_CODE, "")
            return _tracked(request, number, code)
        case = actions.open_case(found, page="api", by=request.scope, now=timezone.now())
        return _detail(case, by=request.scope, is_personal=True)


class Withdrawal(ApiView):
    access_policy = SIGNED_IN
    scopes = {"POST": ApiScope.CASES_FILE}

    @extend_schema(
        examples=examples.WITHDRAW,
        operation_id="withdraw_case",
        summary=_("撤回申请"),
        description=_("作出决定之前，申请人本人或受理的服务站可以撤回。"),
        tags=["cases"],
        parameters=[NUMBER],
        request=shapes.WithdrawalSerializer,
        responses=shapes.WithdrawnSerializer,
    )
    def post(self, request: ApiRequest, number: str) -> Response:
        data = self.body(shapes.WithdrawalSerializer)
        key, fingerprint = self.once(data)
        mine = Case.objects.visible_to(request.scope).with_number(number)
        found = mine.values_list("pk", flat=True).first()
        if found is None:
            raise Http404
        case = actions.withdraw_once(
            found,
            reason=data["reason"],
            key=key,
            fingerprint=fingerprint,
            by=request.scope,
            now=timezone.now(),
        )
        return Response(shapes.WithdrawnSerializer(case).data)


class Tracking(ApiView):
    """A POST because number and code must not stand in an address. It changes nothing, so it needs no key."""

    access_policy = PUBLIC
    scopes = {"POST": ApiScope.CASES_READ}
    is_keyed = False

    @extend_schema(
        examples=examples.TRACK,
        operation_id="track_case",
        summary=_("凭编号和查询码查进度"),
        description=_("不需要令牌，次数有限。不显示姓名、说明和理由。"),
        tags=["cases"],
        request=shapes.TrackingSerializer,
        responses={200: shapes.CaseDetailSerializer},
    )
    def post(self, request: ApiRequest) -> Response:
        data = self.body(shapes.TrackingSerializer)
        return _tracked(request, data["number"], data["query_code"])


def _tracked(request: ApiRequest, number: str, code: str) -> Response:
    """By number and code; tries are counted, here and on the page."""
    if not code:
        raise Http404
    try:
        case = tracking.look_up(number, code, ip=request.client_ip, now=timezone.now())
    except tracking.TooManyTries as refusal:
        raise Throttled(wait=refusal.seconds) from None
    if case is None:
        raise Http404
    return _detail(case, by=NOBODY, is_personal=False)


def _detail(case: Case, *, by: Scope, is_personal: bool) -> Response:
    context = {"by": by, "is_personal": is_personal}
    return Response(shapes.CaseDetailSerializer(case, context=context).data)


def _version(code: str) -> ItemVersion:
    version = ItemVersion.objects.public(timezone.localdate()).filter(item_id=code).first()
    if version is None:
        raise serializers.ValidationError({"item": _("没有这个事项，或今天不可办理。")})
    return version


def _applicant(data: Mapping[str, Any], *, by: Scope) -> Person:
    """The resident himself, or whom a station finds by the number in the body, where it may look."""
    named = data.get("applicant")
    if by.is_resident:
        if named:
            raise serializers.ValidationError({"applicant": _("只能为本人申请。")})
        person = Person.objects.of_account(by.user_id).select_related("community").first()
        if person is None:
            raise NotAllowed("no_person", _("您的账号没有关联居民信息，请到服务站办理。"))
        return person
    if not named:
        raise serializers.ValidationError({"applicant": _("请给出申请人的身份证号。")})
    people = Person.objects.visible_to(by, Power.FIND_PERSONS).with_number(named["id_number"])
    person = people.select_related("community").first()
    if person is None:
        raise serializers.ValidationError(
            {"applicant": {"id_number": _("没有找到这位居民，请核对，或先登记。")}}
        )
    return person


def _under_answers(act: Callable[[], _T]) -> _T:
    """The action speaks of answers by their keys; in the body these lie below "answers"."""
    try:
        return act()
    except Invalid as refusal:
        if not refusal.code.startswith("answers_"):
            raise
        fields = {
            name if name == "contact_phone" else f"answers.{name}": text
            for name, text in refusal.fields.items()
        }
        raise Invalid(refusal.code, refusal.message, fields) from None

"""What the hall offers: the guides that anybody may read, in the language of the reader."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.access import PUBLIC
from common.api import ApiView, CodeAndName, PageQuery, page_of
from community.governance.enums import ApiScope
from servicehall.catalogue import finding
from servicehall.catalogue.enums import ItemKind
from servicehall.catalogue.models import ItemVersion, in_language

FIVE_MINUTES = 300
MOST_FOUND = 20


@extend_schema_field(OpenApiTypes.STR)
class Text(serializers.Field[Any, Any, str, Any]):
    """One language of a {"zh": …, "en": …} pair; "" where there is none."""

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) or {}

    def to_representation(self, value: Any) -> str:
        return in_language(value)


class ItemQuery(PageQuery):
    q = serializers.CharField(
        required=False,
        max_length=finding.MAX_QUERY,
        help_text=_(
            "日常说法、拼音或首字母，如“没钱看病”“dibao”“db”。最多返回 20 条，最贴切的在前。"
        ),
    )
    window = serializers.SlugField(
        required=False, max_length=20, help_text=_("只要这个窗口的事项。")
    )


class LimitSerializer(serializers.Serializer[Any]):
    """A length of time: workdays, calendar days or hours."""

    amount = serializers.IntegerField()
    unit = serializers.CharField(help_text=_("workdays 工作日、days 自然日、hours 小时。"))


class ItemSerializer(serializers.Serializer[Any]):
    """An item as a list shows it."""

    code = serializers.CharField(source="item_id")
    name = serializers.CharField(source="label")
    summary = Text(source="content.short")
    window = CodeAndName(source="item.window")
    kind = serializers.ChoiceField(choices=ItemKind.choices)
    any_station = serializers.BooleanField(help_text=_("任何服务站都可受理。"))


@extend_schema_field(OpenApiTypes.OBJECT)
class Condition(serializers.Field[Any, Any, Any, Any]):
    """When it is asked for, as the catalogue has it: {situation, values}, a test {field, op, value}, or a tree of
    all, any and not. What is asked always has none."""

    def to_representation(self, value: Any) -> Any:
        return value


class MaterialSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = Text()
    note = Text()
    is_required = serializers.BooleanField(source="required")
    originals = serializers.IntegerField(source="original_copies")
    copies = serializers.IntegerField()
    is_shared = serializers.BooleanField(source="shared", help_text=_("政府已掌握的，不必提供。"))
    condition = Condition(allow_null=True, default=None)


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = Text()  # type: ignore[assignment]  # DRF keeps declared fields elsewhere


class QuestionSerializer(serializers.Serializer[Any]):
    """A question of the form; its key is the key of the answer when a case is filed."""

    key = serializers.CharField()
    label = Text()  # type: ignore[assignment]  # DRF keeps declared fields elsewhere
    hint = Text(default=dict)
    type = serializers.CharField(
        help_text=_(
            "text、longtext、number、money、date（YYYY-MM-DD）、choice、yesno（yes 或 no）、"
            "person、household_member（人员编号）、address、file。"
        )
    )
    is_required = serializers.BooleanField(source="required")
    options = OptionSerializer(many=True, default=list)
    min = serializers.IntegerField(allow_null=True, default=None)
    max = serializers.IntegerField(allow_null=True, default=None)
    must_be = serializers.CharField(allow_null=True, default=None)
    condition = Condition(allow_null=True, default=None)


class LevelSerializer(serializers.Serializer[Any]):
    level = serializers.CharField()
    limit_days = serializers.IntegerField()
    appraisal = serializers.BooleanField(
        default=False, help_text=_("这一环节可能要先民主评议，才能转下一环节。")
    )


class BasisSerializer(serializers.Serializer[Any]):
    title = serializers.SerializerMethodField()
    number = serializers.CharField(allow_null=True)
    article = serializers.SerializerMethodField()

    def get_title(self, law: Mapping[str, str]) -> str:
        return in_language({"zh": law["title"], "en": law.get("title_en", "")})

    def get_article(self, law: Mapping[str, str]) -> str | None:
        return in_language({"zh": law["article"] or "", "en": law.get("article_en") or ""}) or None


class ItemDetailSerializer(ItemSerializer):
    """The whole guide of an item."""

    version = serializers.IntegerField(source="number")
    valid_from = serializers.DateField()
    is_demo = serializers.BooleanField(
        source="content.demo", default=False, help_text=_("尚未经本地核定，以本地办事指南为准。")
    )
    eligible = Text(source="content.eligible")
    statutory = serializers.SerializerMethodField()
    promised = serializers.SerializerMethodField()
    fee = serializers.FloatField(source="content.fee.amount", help_text=_("元。"))
    fee_note = Text(source="content.fee.note")
    result = Text(source="content.result.name")
    contact = Text(source="content.contact")
    levels = LevelSerializer(source="content.levels", many=True)
    basis = BasisSerializer(source="content.basis", many=True)
    materials = MaterialSerializer(many=True)
    questions = QuestionSerializer(many=True)

    @extend_schema_field(LimitSerializer)
    def get_statutory(self, version: ItemVersion) -> dict[str, Any]:
        return {"amount": version.statutory_amount, "unit": version.statutory_unit}

    @extend_schema_field(LimitSerializer)
    def get_promised(self, version: ItemVersion) -> dict[str, Any]:
        return {"amount": version.promised_amount, "unit": version.promised_unit}


ITEM = {
    "code": "W4-04",
    "name": "高龄津贴",
    "summary": "年满80周岁的老人，每月领取津贴。",
    "window": {"code": "W4_CARE", "name": "助老助残"},
    "kind": "promise",
    "any_station": True,
}
ITEM_DETAIL = {
    **ITEM,
    "version": 1,
    "valid_from": "2026-03-01",
    "is_demo": True,
    "eligible": "本地户籍、年满80周岁的老人。",
    "statutory": {"amount": 20, "unit": "workdays"},
    "promised": {"amount": 10, "unit": "workdays"},
    "fee": 0,
    "fee_note": "不收费",
    "result": "高龄津贴发放通知",
    "contact": "先问就近的社区服务站。",
    "levels": [{"level": "community", "limit_days": 3}],
    "basis": [{"title": "中华人民共和国老年人权益保障法", "number": None, "article": "第三十三条"}],
    "materials": [
        {
            "code": "id_card",
            "name": "居民身份证",
            "note": "系统里有就不用带",
            "is_required": True,
            "originals": 1,
            "copies": 0,
            "is_shared": True,
            "condition": None,
        }
    ],
    "questions": [
        {
            "key": "bank_account",
            "label": "领款银行卡号",
            "hint": "必须是本人的卡",
            "type": "text",
            "is_required": True,
            "options": [],
            "min": 12,
            "max": 19,
            "must_be": None,
            "condition": None,
        }
    ],
}


class Items(ApiView):
    access_policy = PUBLIC
    scopes = {"GET": ApiScope.ITEMS_READ}
    max_age = FIVE_MINUTES

    @extend_schema(
        operation_id="list_items",
        summary=_("事项"),
        description=_("今天可办的事项。用 q 搜索时最贴切的在前，不分页。"),
        tags=["items"],
        parameters=[ItemQuery],
        responses=page_of(ItemSerializer),
        examples=[OpenApiExample("items", {"items": [ITEM], "next": None}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        query = self.query(ItemQuery)
        rows = ItemVersion.objects.public(timezone.localdate())
        if "window" in query:
            rows = rows.filter(item__window_id=query["window"])
        if "q" not in query:
            return self.page(rows, ItemSerializer, order=("item_id", "id"), query=query)
        codes = finding.rank(query["q"], rows.values_list("item_id", "search_text"))[:MOST_FOUND]
        found = {version.item_id: version for version in rows.filter(item_id__in=codes)}
        ranked = [found[code] for code in codes]
        return Response({"items": ItemSerializer(ranked, many=True).data, "next": None})


class OneItem(ApiView):
    access_policy = PUBLIC
    scopes = {"GET": ApiScope.ITEMS_READ}
    max_age = FIVE_MINUTES

    @extend_schema(
        operation_id="get_item",
        summary=_("一个事项的办事指南"),
        description=_("条件、材料、时限、收费、依据，以及提交时要回答的问题。"),
        tags=["items"],
        responses=ItemDetailSerializer,
        examples=[OpenApiExample("item", ITEM_DETAIL, response_only=True)],
    )
    def get(self, request: Request, code: str) -> Response:
        version = ItemVersion.objects.public(timezone.localdate()).filter(item_id=code).first()
        if version is None:
            raise Http404
        return Response(ItemDetailSerializer(version).data)

"""Places and stations: public knowledge, for maps, kiosks and neighbouring systems."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.access import PUBLIC
from common.api import ApiView, CodeAndName, PageQuery, page_of
from community.governance.enums import ApiScope, BodyKind, PlaceLevel
from community.governance.models import Body, Place, StationCoverage

SHOWN_LEVELS = [
    PlaceLevel.CITY,
    PlaceLevel.DISTRICT,
    PlaceLevel.STREET,
    PlaceLevel.COMMUNITY,
]
FIVE_MINUTES = 300
CODE = {"regex": r"^[0-9A-Za-z-]{1,24}\Z"}


class PlaceQuery(PageQuery):
    level = serializers.ChoiceField(
        choices=[(level.value, level.label) for level in SHOWN_LEVELS],
        required=False,
        help_text=_("只要这一层级的地点。"),
    )
    under = serializers.RegexField(
        CODE["regex"], required=False, help_text=_("只要这个代码的地点之下的地点。")
    )


class PlaceSerializer(serializers.Serializer[Any]):
    """A node of the tree, down to the community."""

    code = serializers.CharField(help_text=_("GB/T 2260、GB/T 10114 代码。"))
    name = serializers.CharField(source="label")
    level = serializers.ChoiceField(choices=[(x.value, x.label) for x in SHOWN_LEVELS])
    parent = serializers.CharField(  # type: ignore[assignment]  # DRF keeps declared fields elsewhere
        source="parent.code", default=None, allow_null=True, help_text=_("上级地点的代码。")
    )
    is_provisional = serializers.BooleanField(help_text=_("名称或归属尚待核实。"))


PLACE = {
    "code": "150302002001",
    "name": "新桥社区",
    "level": "community",
    "parent": "150302002",
    "is_provisional": False,
}


class Places(ApiView):
    access_policy = PUBLIC
    scopes = {"GET": ApiScope.PLACES_READ}
    max_age = FIVE_MINUTES

    @extend_schema(
        operation_id="list_places",
        summary=_("地点"),
        description=_("市、区、街道(镇)、社区。按树的次序，上级在前。"),
        tags=["places"],
        parameters=[PlaceQuery],
        responses=page_of(PlaceSerializer),
        examples=[OpenApiExample("places", {"items": [PLACE], "next": None}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        query = self.query(PlaceQuery)
        rows = Place.objects.public().on(timezone.localdate()).select_related("parent")
        if "level" in query:
            rows = rows.filter(level=query["level"])
        if "under" in query:
            rows = rows.filter(path__startswith=self._path(query["under"]))
            rows = rows.exclude(code=query["under"])
        return self.page(rows, PlaceSerializer, order=("path",), query=query)

    def _path(self, code: str) -> str:
        """A place that is not known has nothing below it."""
        paths = Place.objects.public().filter(code=code).values_list("path", flat=True)
        return next(iter(paths), "-")


class OnePlace(ApiView):
    access_policy = PUBLIC
    scopes = {"GET": ApiScope.PLACES_READ}
    max_age = FIVE_MINUTES

    @extend_schema(
        operation_id="get_place",
        summary=_("一个地点"),
        description=_("已撤销的地点不再返回。"),
        tags=["places"],
        responses=PlaceSerializer,
        examples=[OpenApiExample("place", PLACE, response_only=True)],
    )
    def get(self, request: Request, code: str) -> Response:
        rows = Place.objects.public().on(timezone.localdate()).select_related("parent")
        place = rows.filter(code=code).first()
        if place is None:
            raise Http404
        return Response(PlaceSerializer(place).data)


class HoursSerializer(serializers.Serializer[Any]):
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), help_text=_("1 是星期一。")
    )
    opens = serializers.CharField(source="from")
    closes = serializers.CharField(source="to")


class StationQuery(PageQuery):
    community = serializers.RegexField(
        CODE["regex"], required=False, help_text=_("只要服务这个社区的服务站。")
    )


class StationSerializer(serializers.Serializer[Any]):
    """A service station with the communities that it serves today."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")
    phone = serializers.CharField()
    address = serializers.CharField(source="address_label")
    hours = HoursSerializer(many=True)
    hours_text = serializers.CharField(source="hours_label")
    communities = serializers.SerializerMethodField()

    @extend_schema_field(CodeAndName(many=True))
    def get_communities(self, station: Body) -> list[dict[str, str]]:
        covered: list[StationCoverage] = station.covers_today  # type: ignore[attr-defined]
        return [{"code": c.community.code, "name": c.community.label} for c in covered]


STATION = {
    "code": "150302002001-station",
    "name": "新桥社区服务站",
    "phone": "0473-2010001",
    "address": "新桥社区综合服务楼一层",
    "hours": [{"days": [1, 2, 3, 4, 5], "opens": "08:30", "closes": "12:00"}],
    "hours_text": "周一至周五 08:30–12:00",
    "communities": [{"code": "150302002001", "name": "新桥社区"}],
}


class Stations(ApiView):
    access_policy = PUBLIC
    scopes = {"GET": ApiScope.PLACES_READ}
    max_age = FIVE_MINUTES

    @extend_schema(
        operation_id="list_stations",
        summary=_("服务站"),
        description=_("社区服务站的电话、地址、服务时间和所服务的社区。"),
        tags=["places"],
        parameters=[StationQuery],
        responses=page_of(StationSerializer),
        examples=[
            OpenApiExample("stations", {"items": [STATION], "next": None}, response_only=True)
        ],
    )
    def get(self, request: Request) -> Response:
        query, today = self.query(StationQuery), timezone.localdate()
        today_s = StationCoverage.objects.public().on(today)
        rows = Body.objects.public().on(today).filter(kind=BodyKind.SERVICE_STATION)
        if "community" in query:
            serving = today_s.filter(community__code=query["community"])
            rows = rows.filter(pk__in=serving.values("station_id"))
        covers = today_s.select_related("community").order_by("community__path")
        rows = rows.prefetch_related(Prefetch("coverages", covers, to_attr="covers_today"))
        return self.page(rows, StationSerializer, order=("code",), query=query)

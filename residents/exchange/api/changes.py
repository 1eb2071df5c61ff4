"""What has changed of the persons whom a department knows."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from common.access import power
from common.api import ApiView
from common.paging import number_at, position
from community.governance.api_request import ApiRequest
from community.governance.enums import ApiScope, Power
from residents.exchange.actions.pulling import changes_since
from residents.exchange.api import examples, shapes

LIST = "changes"


class Changes(ApiView):
    access_policy = power(Power.EXCHANGE_DATA)
    scopes = {"GET": ApiScope.DATA_PULL}

    @extend_schema(
        examples=examples.CHANGES,
        operation_id="list_changes",
        summary=_("自某个位置以来的变更"),
        description=_(
            "本部门报送过的人，在本部门依法可取得的属性上的变更，先变的在前，一条不漏；变更后约十秒可取到。"
            "每次提供都记入当事人的“谁看过我的信息”。"
        ),
        tags=["exchange"],
        parameters=[shapes.ChangesQuery],
        responses=shapes.ChangesSerializer,
    )
    def get(self, request: ApiRequest) -> Response:
        query = self.query(shapes.ChangesQuery)
        since = query.get("since")
        found = changes_since(
            number_at(LIST, since) if since else 0,
            size=query["size"],
            by=request.scope,
            now=timezone.now(),
        )
        told = {"items": found.items, "next": position(LIST, found.last), "more": found.more}
        return Response(shapes.ChangesSerializer(told).data)

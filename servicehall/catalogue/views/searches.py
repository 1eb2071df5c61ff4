"""没找到的事: what people searched for in vain, for those who look after stations and catalogue."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.access import STAFF, access
from community.governance.enums import BodyKind, Power
from community.governance.scopes import PortalRequest
from servicehall.catalogue.models import EmptySearch

DAYS, SHOWN = 30, 50


@access(STAFF)
@require_safe
def empty_searches(request: PortalRequest) -> HttpResponse:
    """The texts searched most in vain in the last 30 days; words only, so no place narrows them."""
    scope = request.scope
    if not (
        scope.has(Power.SETUP) or (scope.has(Power.READ_FACTS) and scope.has(Power.LIST_CASES))
    ):
        raise PermissionDenied
    since = timezone.localdate() - timedelta(days=DAYS)
    is_station = scope.body_kind == BodyKind.SERVICE_STATION
    context = {
        "layout": "counter.html" if is_station else "official.html",
        "rows": EmptySearch.objects.public().most_asked(since)[:SHOWN],
        "days": DAYS,
    }
    return TemplateResponse(request, "catalogue/searches.html", context)

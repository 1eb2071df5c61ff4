"""待送达: results that lie at the station, the overdue first."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.access import access, power
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case

SIZE = 50


@access(power(Power.ACCEPT_CASES))
@require_safe
def desk(request: PortalRequest) -> HttpResponse:
    rows = Case.objects.visible_to(request.scope).filter(
        state=CaseState.COMPLETED, station_id=request.scope.body_id, deliver_by_on__isnull=False
    )
    today = timezone.localdate()
    try:
        page = keyset_page(
            rows.for_lists(), order=("deliver_by_on", "id"), after=request.GET.get("after"), size=SIZE
        )  # fmt: skip
    except BadCursor:
        return redirect("aftercare:deliveries")
    context = {
        "page": page,
        "lines": [
            (case, mask_name(case.applicant.full_name), bool(case.deliver_by_on and case.deliver_by_on < today))
            for case in page.items
        ],
        "overdue": rows.filter(deliver_by_on__lt=today).count(),
    }  # fmt: skip
    return TemplateResponse(request, "aftercare/deliveries.html", context)

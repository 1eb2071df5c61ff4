"""What is handed over at once: the receipt, on A4 or an 80 mm roll. Notices and decisions are letters of their own."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.access import access, power
from common.masking import mask_id
from common.templatetags.ui_chrome import HOTLINE
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.casefile import CaseFile
from servicehall.cases.forms_staff import ChecklistForm
from servicehall.cases.models import Case, CaseFamily
from servicehall.cases.templatetags.hall import grouped

ROLL, A4 = "80", "a4"


@access(power(Power.READ_CASES))
@require_safe
def slip(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """收件凭证, with what was ticked on the checklist; without ticks, what was filed with the case."""
    file = _opened(request, case_id)
    sheets = [_sheet(request, file, ChecklistForm(file, request.GET))]
    url = reverse("servicehall:case", args=[case_id])
    return _printed(request, sheets, label=file.case.number, url=url)


@access(power(Power.READ_CASES))
@require_safe
def of_family(request: PortalRequest, family_id: uuid.UUID) -> HttpResponse:
    """一件事: the receipts of all cases of one form, one after the other."""
    families = CaseFamily.objects.visible_to(request.scope).filter(filed_at__isnull=False)
    family = get_object_or_404(families.select_related("version"), pk=family_id)
    cases = Case.objects.visible_to(request.scope).filter(family=family)
    files = [
        _opened(request, pk)
        for pk in cases.order_by("version__item_id", "pk").values_list("pk", flat=True)
    ]
    sheets = [
        _sheet(request, file, ChecklistForm(file, request.GET, prefix=str(file.case.pk)))
        for file in files
    ]
    url = reverse("servicehall:family", args=[family_id])
    return _printed(request, sheets, label=family.version.label, url=url)


def _printed(
    request: PortalRequest, sheets: list[dict[str, Any]], *, label: str, url: str
) -> HttpResponse:
    context = {
        "sheets": sheets,
        "back_label": label,
        "back_url": url,
        "is_roll": request.GET.get("paper") != A4,
        "a4_url": _with_paper(request, A4),
        "roll_url": _with_paper(request, ROLL),
    }
    return TemplateResponse(request, "servicehall/slip/slip.html", context)


def _with_paper(request: PortalRequest, paper: str) -> str:
    query = request.GET.copy()
    query["paper"] = paper
    return "?" + query.urlencode()


def _opened(request: PortalRequest, case_id: uuid.UUID) -> CaseFile:
    try:
        case = actions.open_case(case_id, page="slip", by=request.scope, now=timezone.now())
    except Case.DoesNotExist:
        raise Http404 from None
    return CaseFile(case, request.scope, timezone.localdate())


def _sheet(request: PortalRequest, file: CaseFile, checklist: ChecklistForm) -> dict[str, Any]:
    ticked = set(checklist.cleaned_data["m"] if checklist.is_valid() else [])
    station = file.case.station
    contact = (
        (_("咨询电话"), station.phone),
        (_("投诉电话"), HOTLINE),
        (_("地址"), station.address_label),
        (_("服务时间"), station.hours_label if station.hours else ""),
    )
    return {
        "case": file.case,
        "track_url": _track_url(request, file.case),
        "head": _head(file, mask_id(file.case.applicant.id_number or "")),
        "contact": [(label, value) for label, value in contact if value],
        "handed_in": [
            paper
            for paper in file.materials
            if paper.code in ticked or (not ticked and paper.state in {"uploaded", "answered"})
        ],
    }


def _head(file: CaseFile, id_number: str) -> list[tuple[str | Promise, str]]:
    case = file.case
    filed = formats.date_format(timezone.localtime(case.filed_at), "DATETIME_FORMAT")
    return [
        (_("办件编号"), grouped(case.number)),
        (_("查询码"), case.query_code),
        (_("事项"), case.version.label),
        (_("申请人"), f"{case.applicant.full_name} {id_number}"),
        (_("收件时间"), filed),
        (_("窗口"), case.window.label),
    ]


def _track_url(request: PortalRequest, case: Case) -> str:
    """Where the QR code leads: with the number only, so that a lost slip opens nothing without its code."""
    try:
        path = reverse("servicehall:track")
    except NoReverseMatch:
        path = "/"
    return request.build_absolute_uri(f"{path}?number={case.number}")

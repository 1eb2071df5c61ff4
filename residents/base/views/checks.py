"""数据核查: how much of what is out of order, the list, and the button that mends it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from common.refusals import refuse
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from residents.base.actions import mending
from residents.base.checking import CHECKS, Check
from residents.base.forms_tidy import WaiverForm
from residents.base.models import DataFinding, HouseholdMember

PAGE_SIZE = 30
REFUSED = 422
TONES = {"high": "danger", "medium": "warning", "low": "neutral"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding as the list shows it: masked, with the file in which to look."""

    finding: DataFinding
    name: str
    person_id: uuid.UUID | None


@access(power(Power.MEND_DATA))
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """Every check with the number of what it found: the length of its list."""
    today = timezone.localdate()
    counts: dict[str, int] = dict(
        DataFinding.objects.visible_to(request.scope)
        .listed(today)
        .order_by()
        .values_list("code")
        .annotate(n=Count("pk"))
    )
    places = (
        Place.objects.visible_to(request.scope, Power.MEND_DATA)
        .on(today)
        .filter(level=PlaceLevel.COMMUNITY)
        .order_by("path")
    )
    checks = sorted(CHECKS.values(), key=lambda each: (not counts.get(each.code), _harm(each)))
    context = {
        "rows": [(check, TONES[check.severity], counts.get(check.code, 0)) for check in checks],
        "places": list(places),
    }
    return TemplateResponse(request, "residents/tidy/checks.html", context)


def _harm(check: Check) -> int:
    """What does most harm first."""
    return list(TONES).index(check.severity)


@access(power(Power.MEND_DATA))
@require_POST
def run(request: PortalRequest) -> HttpResponse:
    """Look one community through now instead of tonight."""
    code = request.POST.get("place", "")
    try:
        fresh = mending.run_checks_here(code, by=request.scope, now=timezone.now())
    except Place.DoesNotExist:
        messages.error(request, _("请选择社区。"))
    else:
        messages.success(request, _("核查完成，新发现%(n)s个问题。") % {"n": fresh})
    return redirect("residents:checks")


@access(power(Power.MEND_DATA))
@require_safe
def findings(request: PortalRequest, code: str) -> HttpResponse:
    check = _check(code)
    rows: Any = _rows(request).listed(timezone.localdate()).filter(code=code)
    try:
        page = keyset_page(rows, order=("id",), after=request.GET.get("after"), size=PAGE_SIZE)
    except BadCursor:
        page = keyset_page(rows, order=("id",), after=None, size=PAGE_SIZE)
    context = {"check": check, "page": page, "entries": [_entry(row) for row in page.items]}
    return TemplateResponse(request, "residents/tidy/findings.html", context)


def _check(code: str) -> Check:
    if code not in CHECKS:
        raise Http404
    return CHECKS[code]


def _rows(request: PortalRequest) -> Any:
    """With whoever is first in the household: his file leads to it."""
    first = (
        HouseholdMember.objects.of_household(OuterRef("household_id"))
        .order_by("relation", "id")
        .values("person_id")[:1]
    )
    rows = DataFinding.objects.visible_to(request.scope).annotate(member_id=Subquery(first))
    return rows.select_related("person", "household", "community")


def _entry(row: Any) -> Entry:
    if row.person is not None:
        return Entry(row, mask_name(row.person.full_name), row.person_id)
    return Entry(row, _("户号%(number)s") % {"number": row.household.number}, row.member_id)


@access(power(Power.MEND_DATA))
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: PortalRequest, finding_id: uuid.UUID) -> HttpResponse:
    """One finding; POST puts it off until a day, with a reason."""
    row = get_object_or_404(_rows(request), pk=finding_id)
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            mending.waive(row.pk, **form.cleaned_data, by=request.scope, now=timezone.now())
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已记下，到期再列出来。"))
            return redirect("residents:findings", row.code)
    context = {"check": _check(row.code), "entry": _entry(row), "form": form}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "residents/tidy/finding.html", context, status=status)


@access(power(Power.MEND_DATA))
@require_POST
def fix(request: PortalRequest, finding_id: uuid.UUID) -> HttpResponse:
    """Mend one finding, and say what that changed."""
    row = get_object_or_404(DataFinding.objects.visible_to(request.scope), pk=finding_id)
    try:
        done = mending.fix(row.pk, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        text = _("；").join(map(str, done)) or _("没有需要更正的了。")
        messages.success(request, _("已更正：%(what)s") % {"what": text})
    return redirect("residents:findings", row.code)

"""How often what went wrong, per office, and the list behind each number."""

import uuid
from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.models import Body
from community.governance.scopes import PortalRequest
from servicehall.supervision import actions, evidence
from servicehall.supervision.enums import FindingKind
from servicehall.supervision.forms import PeriodForm, WordsForm
from servicehall.supervision.models import Finding

SIZE = 30
REFUSED = 422


def _period(form: PeriodForm) -> dict[str, Any]:
    """What the form asks; what cannot be read counts as this month."""
    today = timezone.localdate()
    found: dict[str, Any] = {"first": today.replace(day=1), "last": today, "kind": "", "body": None}
    form.is_valid()
    return found | {key: value for key, value in form.cleaned_data.items() if value}


@access(power(Power.READ_FACTS))
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """Numbers per office. The lists behind them are for those who watch over the place."""
    form = PeriodForm(request.GET)
    asked = _period(form)
    first, last = asked["first"], asked["last"]
    per_body: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for body, kind, count in Finding.objects.counted_for(request.scope, first, last):
        if asked["kind"] in ("", kind):
            per_body[body][kind] = count
    bodies = Body.objects.public().filter(pk__in=per_body).order_by("code")
    rows = [(body, *_row(body, per_body[body.pk], first, last)) for body in bodies]
    context = {
        "form": form,
        "first": first,
        "last": last,
        "rows": rows,
        "total": sum(total for _body, total, _url, _cells in rows),
        "can_list": request.scope.has(Power.SUPERVISE),
    }
    return TemplateResponse(request, "supervision/overview.html", context)


Cell = tuple[str, int, str]


def _row(
    body: Body, counts: dict[str, int], first: date, last: date
) -> tuple[int, str, list[Cell]]:
    """The sum of an office with its list, then each kind with its own."""
    cells = [
        (str(kind.label), counts[kind], _list_url(body, first, last, kind))
        for kind in FindingKind
        if kind in counts
    ]
    return sum(counts.values()), _list_url(body, first, last), cells


def _list_url(body: Body, first: date, last: date, kind: str = "") -> str:
    query = {"first": first.isoformat(), "last": last.isoformat(), "body": str(body.pk)}
    return (
        f"{reverse('supervision:findings')}?{urlencode(query | ({'kind': kind} if kind else {}))}"
    )


@access(power(Power.SUPERVISE))
@require_safe
def findings(request: PortalRequest) -> HttpResponse:
    form = PeriodForm(request.GET)
    asked = _period(form)
    rows = Finding.objects.visible_to(request.scope).filter(
        found_on__range=(asked["first"], asked["last"])
    )
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["body"]:
        rows = rows.filter(body_id=asked["body"])
    try:
        page = keyset_page(
            rows.select_related("case__version", "case__community", "body"),
            order=("-found_on", "-id"),
            after=request.GET.get("after"),
            size=SIZE,
        )
    except BadCursor:
        return redirect("supervision:findings")
    context = {
        "form": form,
        "page": page,
        "lines": [(row, evidence.words(row)) for row in page.items],
    }
    return TemplateResponse(request, "supervision/findings.html", context)


@access(power(Power.SUPERVISE))
@require_http_methods(["GET", "HEAD", "POST"])
def dismiss(request: PortalRequest, finding_id: uuid.UUID) -> HttpResponse:
    rows = Finding.objects.visible_to(request.scope).select_related("case__version", "body")
    found = get_object_or_404(rows, pk=finding_id)
    form = WordsForm(
        _("不计入的理由"),
        request.POST if request.method == "POST" else None,
        hint=_("写明为什么不算；记录保留，不再计数。"),
    )
    if form.is_bound and form.is_valid():
        try:
            actions.dismiss_finding(
                found.pk,
                reason=form.cleaned_data["words"],
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已标为不计入。"))
            return redirect("supervision:case", found.case_id)
    context = {
        "layout": layout_of(request.scope),
        "form": form,
        "case": found.case,
        "title": _("不计入"),
        "lead": f"{found.get_kind_display()} · {found.body.label} · {evidence.words(found)}",
        "send": _("不计入"),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "supervision/write.html", context, status=status)

"""社区填报: what communities fill in, and what they refuse."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.access import STAFF, access, power
from common.errors import Invalid, NotAllowed
from common.paging import BadCursor, Page, keyset_page
from community.governance.enums import BodyKind, PlaceLevel, Power
from community.governance.faces import layout_of
from community.governance.models import Body, Place
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES, Label
from residents.base.models import Person
from residents.exchange.actions import reports
from residents.exchange.enums import FormState
from residents.exchange.forms_reports import RefusalForm
from residents.exchange.layouts import ANSWER, codes_of
from residents.exchange.models import ReportForm, ReportRefusal, ReportRequest

PEOPLE = 20
LISTED = 100
REFUSED = 422


@dataclass(frozen=True, slots=True)
class CellShown:
    heading: str
    shown: str
    field: str = ""  # where it is asked
    error: str = ""
    kind: str = "text"
    # Of a code table: nobody knows its words by heart.
    options: Sequence[tuple[str, Label]] = ()


@dataclass(frozen=True, slots=True)
class LineShown:
    person_id: uuid.UUID
    name: str
    cells: list[CellShown]


@access(power(Power.FILL_REPORTS))
@require_safe
def form_list(request: PortalRequest) -> HttpResponse:
    """What is to be filled in, what nobody has approved, and what was refused."""
    scope = request.scope
    forms = ReportForm.objects.visible_to(scope).select_related("request__body", "community")
    demands = ReportRequest.objects.visible_to(scope).not_approved().select_related("body", "place")
    letters = ReportRefusal.objects.visible_to(scope).select_related("body", "community")
    context = {
        "open": list(forms.open().order_by("due_on", "id")[:LISTED]),
        "filled": list(forms.filter(state=FormState.FILLED).order_by("-filled_at")[:PEOPLE]),
        "demands": list(demands.order_by("-id")[:PEOPLE]),
        "letters": list(letters.order_by("-id")[:PEOPLE]),
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "exchange/forms.html", context)


@access(power(Power.FILL_REPORTS))
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: PortalRequest, form_id: uuid.UUID) -> HttpResponse:
    """A page of people: what the base holds stands there, what it lacks is asked."""
    now = timezone.now()
    forms = ReportForm.objects.visible_to(request.scope).select_related(
        "request__body", "community"
    )
    form = get_object_or_404(forms, pk=form_id)
    error, wrong = "", {}
    if request.method == "POST":
        try:
            reports.save_form(form.pk, _typed(request.POST), by=request.scope, now=now)
            if "submit" in request.POST:
                reports.submit_form(form.pk, by=request.scope, now=now)
                messages.success(request, _("已填报，谢谢。"))
                return redirect("exchange:forms")
            messages.success(request, _("这一页已保存。"))
            return redirect(_next(request, form))
        except NotAllowed as refusal:
            error = str(refusal.message)
            wrong = refusal.fields if isinstance(refusal, Invalid) else {}
    context = _form_context(request, form, wrong, today=timezone.localdate(now)) | {"error": error}
    return TemplateResponse(
        request, "exchange/form.html", context, status=REFUSED if error else 200
    )


def _next(request: PortalRequest, form: ReportForm) -> str:
    here = reverse("exchange:form", args=[form.pk])
    after = request.POST.get("next", "")
    return f"{here}?{urlencode({'after': after})}" if after else here


def _form_context(
    request: PortalRequest, form: ReportForm, wrong: Mapping[str, str | Promise], *, today: date
) -> dict[str, Any]:
    page = _people(request, form, today)
    rows = reports.rows_of(form, [person.pk for person in page.items], today=today)
    # After a refusal what was typed still stands there.
    lines = [_line(form, each, rows.get(each.pk, {}), request.POST, wrong) for each in page.items]
    faults = [
        (cell.field, f"{line.name} {cell.heading}", cell.error)
        for line in lines
        for cell in line.cells
        if cell.error
    ]
    return {
        "faults": faults,
        "form": form,
        "page": page,
        "lines": lines,
        "total": reports.people_of(form, today=today).count(),
        "size": PEOPLE,
        "asked": str(_("、")).join(each.heading for each in form.request.asked),
        "is_open": form.state == FormState.OPEN,
    }


def _people(request: PortalRequest, form: ReportForm, today: date) -> Page[Person]:
    people = reports.people_of(form, today=today)
    order = ("pinyin", "id")
    try:
        return keyset_page(people, order=order, after=request.GET.get("after"), size=PEOPLE)
    except BadCursor:
        return keyset_page(people, order=order, after=None, size=PEOPLE)


def _line(
    form: ReportForm,
    person: Person,
    values: Mapping[str, str],
    typed: QueryDict,
    wrong: Mapping[str, str | Promise],
) -> LineShown:
    cells = []
    for column in form.request.layout.columns:
        value = values.get(column.value, "")
        is_answer = column.value.startswith(ANSWER)
        is_asked = is_answer or (not value and column.value in ATTRIBUTES)
        field = reports.cell_of(person.pk, column.value) if is_asked else ""
        shown = value if is_answer else _shown(column.value, value)
        error = str(wrong.get(field, ""))
        told = ATTRIBUTES.get(column.value)
        cells.append(
            CellShown(
                column.heading,
                typed.get(field) or shown,
                field,
                error,
                "date" if told and told.is_date else "text",
                list(told.codes.items()) if told and field else (),
            )
        )
    return LineShown(person.pk, person.full_name, cells)


def _shown(key: str, value: str) -> str:
    """What is held, for the eyes of the community: by name, masked where it is personal."""
    if not value:
        return ""
    if key in ATTRIBUTES:
        return ATTRIBUTES[key].shown(value)
    if key.startswith("head_") and key != "head_name":
        return _("已有")
    return str(codes_of(key).get(value, value))


def _typed(data: QueryDict) -> dict[uuid.UUID, dict[str, str]]:
    typed: dict[uuid.UUID, dict[str, str]] = {}
    for name, text in data.items():
        person, sign, key = name.partition("|")
        if not sign:
            continue
        try:
            typed.setdefault(uuid.UUID(person), {})[key] = str(text)
        except ValueError:
            raise Invalid("person_unknown", _("页面已过期，请刷新后再填。")) from None
    return typed


@access(power(Power.FILL_REPORTS))
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: PortalRequest) -> HttpResponse:
    """Write a letter that refuses a report nobody approved; `?request=` names one that is registered."""
    now = timezone.now()
    asked = _asked(request)
    form = _refusal_form(request, asked, timezone.localdate(now))
    if form.is_valid():
        data = form.cleaned_data
        try:
            letter = reports.refuse_report(
                community=form.communities[data["community"]],
                body=form.bodies[data["body"]],
                what=data["what"],
                reason=data["reason"],
                request=asked,
                by=request.scope,
                now=now,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("exchange:refusal", letter.pk)
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/refuse.html", {"form": form}, status=status)


def _asked(request: PortalRequest) -> ReportRequest | None:
    wanted = request.GET.get("request", "")
    if not wanted:
        return None
    try:
        rows = ReportRequest.objects.visible_to(request.scope).select_related("body")
        return get_object_or_404(rows, pk=uuid.UUID(wanted))
    except ValueError:
        raise Http404 from None


def _refusal_form(request: PortalRequest, asked: ReportRequest | None, today: date) -> RefusalForm:
    places = Place.objects.visible_to(request.scope, Power.FILL_REPORTS).on(today)
    bodies = Body.objects.public().on(today).filter(kind=BodyKind.DEPARTMENT)
    if asked is not None:
        bodies = bodies.filter(pk=asked.body_id)
    else:
        district = "/".join(request.scope.body_path.split("/")[:3])
        bodies = bodies.filter(place__path__startswith=district)
    return RefusalForm(
        places.filter(level=PlaceLevel.COMMUNITY).order_by("path"),
        bodies.order_by("code"),
        request.POST if request.method == "POST" else None,
        initial={"what": asked.name} if asked else {},
    )


@access(STAFF)
@require_safe
def refusal(request: PortalRequest, refusal_id: uuid.UUID) -> HttpResponse:
    """The letter, to be printed, stamped and sent."""
    letters = ReportRefusal.objects.visible_to(request.scope)
    letters = letters.select_related("body", "community", "refused_body", "request")
    letter = get_object_or_404(letters, pk=refusal_id)
    context = {
        "layout": layout_of(request.scope),
        "fills": request.scope.has(Power.FILL_REPORTS),
        "letter": letter,
    }
    return TemplateResponse(request, "exchange/refusal.html", context)

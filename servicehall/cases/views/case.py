"""A case on one screen, for those who accept it and those who review it. One act, one action."""

import json
import uuid
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import step_up
from common.access import access, power
from common.errors import NotAllowed
from community.governance.enums import Power
from community.governance.models import WorkCalendarDay, WorkCalendarYear
from community.governance.scopes import PortalRequest
from community.governance.workdays import WorkCalendar, statutory_holidays
from residents.base.actions import ProofNeeded
from servicehall.cases import actions, explaining, forms_staff as forms, panels, routed
from servicehall.cases.acts import ACTS, Act
from servicehall.cases.casefile import CaseFile
from servicehall.cases.enums import CaseAction
from servicehall.cases.models import Case
from servicehall.catalogue.models import in_language

REFUSED = 422
# Who must leave a case to a colleague may still hand it to another office, and a result over to its owner.
UNBARRED = frozenset({CaseAction.ASSIGN, CaseAction.DELIVER})
WEIGHT = {"primary": 0, "quiet": 2}  # what is done most stands first, whichever app declared it


@access(power(Power.READ_CASES))
@require_safe
def case(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    return _page(request, _opened(request, case_id))


@access(power(Power.READ_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: PortalRequest, case_id: uuid.UUID, slug: str) -> HttpResponse:
    """The form of an act, and the act. A refusal comes back with everything that was typed."""
    if slug not in ACTS:
        raise Http404
    chosen = ACTS[slug]
    if request.method != "POST":
        return _ask(request, case_id, chosen)
    file = _reached(request, case_id)
    form = chosen.form(file, request.POST)
    status = REFUSED
    if form.is_valid():
        try:
            now = timezone.now()
            chosen.run(case_id, by=request.scope, now=now, **form.arguments())
        except NotAllowed as refusal:
            status = form.take(refusal)
        else:
            return _done(request, case_id, chosen)
    elif reason := file.refusal(chosen.action):
        # To mend a field helps nobody who may not act at all.
        status = form.take(reason)
    if request.htmx:
        answer = TemplateResponse(
            request,
            "servicehall/case/_act.html",
            _panel(file, chosen, form),
            status=status,
        )
        answer["HX-Retarget"], answer["HX-Reswap"] = "#act", "outerHTML"
        return answer
    return _page(request, _opened(request, case_id), chosen=chosen, form=form, status=status)


def _ask(request: PortalRequest, case_id: uuid.UUID, chosen: Act) -> HttpResponse:
    if not request.htmx:
        file = _opened(request, case_id)
        return _page(request, file, chosen=chosen, form=chosen.form(file))
    file = _reached(request, case_id)
    return TemplateResponse(
        request, "servicehall/case/_act.html", _panel(file, chosen, chosen.form(file))
    )


def _panel(file: CaseFile, chosen: Act | None, form: forms.ActForm | None) -> dict[str, Any]:
    refusal = file.refusal(chosen.action) if chosen else None
    return {
        "file": file,
        "chosen": chosen,
        "form": form,
        "refused": refusal.message if refusal else "",
    }


def _done(request: PortalRequest, case_id: uuid.UUID, chosen: Act) -> HttpResponse:
    if not request.htmx:
        messages.success(request, str(chosen.done))
        return redirect("servicehall:case", case_id)
    answer = TemplateResponse(
        request, "servicehall/case/_case.html", _context(_reached(request, case_id))
    )
    answer["HX-Trigger"] = json.dumps({"toast": {"text": str(chosen.done), "tone": "success"}})
    answer["HX-Push-Url"] = reverse("servicehall:case", args=[case_id])
    answer["HX-Reswap"] = "innerHTML show:window:top"  # what comes next stands on top
    return answer


@access(power(Power.READ_CASES))
@require_safe
def more(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """What other parts of the portal keep beside a case: papers, notices, benefits."""
    file = _reached(request, case_id)
    context: dict[str, Any] = {
        "case": file.case,
        "layout": "counter.html",
        "back": reverse("servicehall:case", args=[case_id]),
        "more_url": request.path,
    }
    start = panels.start_of(request.GET.get("from", ""))
    context["panels"], context["following"] = panels.shown(
        panels.Audience.STAFF, file.case, file.by, file.today, start=start
    )
    name = "_more" if request.htmx else "more"
    return TemplateResponse(request, f"servicehall/case/{name}.html", context)


@access(power(Power.READ_CASES))
@require_safe
def why(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """为什么: the due day taken apart, and why each step lies with whom."""
    rows = Case.objects.visible_to(request.scope).for_page().with_reroutes()
    file = CaseFile(get_object_or_404(rows, pk=case_id), request.scope, timezone.localdate())
    calendar = WorkCalendarYear.objects.calendar()
    names = _names_of_days(file, calendar)
    if file.case.clock_starts_on:
        prefetch_related_objects([file.case], "pauses")  # both parts of the page reckon with them
    context = {
        "case": file.case,
        "why": explaining.why(file.case, calendar, names, file.today),
        "legs": routed.legs(file.case, calendar),
    }
    name = "_why" if request.htmx else "why"
    return TemplateResponse(request, f"servicehall/case/{name}.html", context)


def _names_of_days(file: CaseFile, calendar: WorkCalendar) -> dict[date, str]:
    """What the days of the case's clock are called: by the notice, else by the statute."""
    start, end = file.case.clock_starts_on, file.case.promised_due_on or file.today
    if start is None:
        return {}
    names: dict[date, str] = {}
    for year in range(start.year, end.year + 1):
        if year not in calendar.published:
            names |= statutory_holidays(year)
    days = WorkCalendarDay.objects.public().filter(day__range=(start, end))
    names |= {day.day: day.note for day in days}
    return {day: gettext(name) if name else "" for day, name in names.items()}


@access(power(Power.REVEAL_FIELDS))
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: PortalRequest, case_id: uuid.UUID, field: str) -> HttpResponse:
    """One masked value in full: asked with a reason, shown once, written down."""
    found = get_object_or_404(Case.objects.visible_to(request.scope), pk=case_id)
    url = reverse("servicehall:case-reveal", args=[case_id, field])
    form = forms.RevealForm(
        request.POST if request.method == "POST" else None, initial=request.GET.dict()
    )
    context: dict[str, Any] = {
        "form": form,
        "field": field,
        "url": url,
        "back": reverse("servicehall:case", args=[case_id]),
        "layout": "counter.html",
    }
    status = 200
    if form.is_bound:
        status = REFUSED
        if form.is_valid():
            now = timezone.now()
            try:
                context["value"] = actions.reveal_in_case(
                    found.pk,
                    field,
                    reason=form.cleaned_data["reason"],
                    is_proven=step_up.is_proven(request, now=now),
                    by=request.scope,
                    now=now,
                )
                status = 200
            except ProofNeeded as refusal:
                messages.warning(request, str(refusal.message))
                return step_up.ask(request, f"{url}?{urlencode({'reason': form.data['reason']})}")
            except NotAllowed as refusal:
                form.add_error(None, str(refusal.message))
    name = "residents/counter/_reveal.html" if request.htmx else "residents/counter/reveal.html"
    return TemplateResponse(request, name, context, status=status)


# --- the page -------------------------------------------------------------------------------------
def _opened(request: PortalRequest, case_id: uuid.UUID) -> CaseFile:
    """The case for a page that shows it; the look stands in the audit trail before."""
    try:
        found = actions.open_case(case_id, by=request.scope, now=timezone.now())
    except Case.DoesNotExist:
        raise Http404 from None
    return CaseFile(found, request.scope, timezone.localdate())


def _reached(request: PortalRequest, case_id: uuid.UUID) -> CaseFile:
    """The case for a fragment of a page that is already open."""
    rows = Case.objects.visible_to(request.scope).for_page()
    return CaseFile(get_object_or_404(rows, pk=case_id), request.scope, timezone.localdate())


def _page(
    request: PortalRequest,
    file: CaseFile,
    *,
    chosen: Act | None = None,
    form: forms.ActForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(file) | _panel(file, chosen, form)
    return TemplateResponse(request, "servicehall/case/case.html", context, status=status)


def _context(file: CaseFile) -> dict[str, Any]:
    case = file.case
    return {
        "file": file,
        "case": case,
        "acts": offered(file),
        "bar": file.bar,
        "lamp": explaining.lamp(case, file.today),
        "checklist": forms.ChecklistForm(file),
        "limits": in_language((case.version.content.get("limits") or {}).get("note")),
        "can_reveal": file.by.has(Power.REVEAL_FIELDS),
        "is_station": file.by.has(Power.ACCEPT_CASES),
    }


def offered(file: CaseFile) -> list[Act]:
    """The buttons: what the table and the post allow on this case now; instant items are finished in one act."""
    acts = [
        # What asks something is not confirmed in passing.
        replace(act, confirm="") if act.confirm and act.form(file).fields else act
        for act in ACTS.values()
        if act.action in file.offers and act.slug != "finish"
    ]
    if file.can_finish_at_once:
        acts.insert(0, ACTS["finish"])
    if file.bar:
        acts = [act for act in acts if act.action in UNBARRED]
    return sorted(acts, key=lambda act: WEIGHT.get(act.kind, 1))

"""Filing, one question a page: by the resident, or by a clerk for the person who stands at the counter."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, SIGNED_IN, access, power
from common.errors import Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from residents.base.models import Person
from servicehall.cases import actions, prefill
from servicehall.cases.forms_page import PageForm
from servicehall.cases.models import Case, Draft
from servicehall.cases.prefill import Fact
from servicehall.cases.steps import CHECK, KNOWN, Step, position
from servicehall.cases.views._answers import AnswerRow, answer_rows
from servicehall.cases.views._filing import (
    HTTP_INVALID,
    Filing,
    attach_one,
    find_filing,
    get_filing,
    layout,
    page_url,
    with_files,
)
from servicehall.catalogue import certificates, finding
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import ItemVersion


def _already_filed(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Where the pages of a draft lead once it is filed, be it by the back button or a second click."""
    case = get_object_or_404(Case.objects.visible_to(request.scope), draft_id=draft_id)
    return redirect(_after_filing(request, case))


def _after_filing(request: PortalRequest, case: Case) -> str:
    name = "servicehall:case" if request.scope.is_staff else "servicehall:receipt"
    return resolve_url(name, case.pk)


# --- starting -----------------------------------------------------------------------------------


@access(RESIDENT)
@require_POST
def start(request: PortalRequest, code: str) -> HttpResponse:
    person = Person.objects.of_account(request.scope.user_id).first()
    if person is None:
        messages.error(request, _("请带身份证到就近的服务站核对一次，以后就能在网上办。"))
        return redirect("servicehall:item", code)
    return _start(request, code, person)


@access(power(Power.ACCEPT_CASES))
@require_POST
def start_for(request: PortalRequest, code: str) -> HttpResponse:
    """A clerk files for the person at the counter; `person` is the id that the search page found."""
    try:
        person_id = uuid.UUID(request.POST.get("person", ""))
    except ValueError:
        raise Http404 from None
    person = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    return _start(request, code, person)


def _start(request: PortalRequest, code: str, person: Person) -> HttpResponse:
    now = timezone.now()
    version = ItemVersion.objects.public(timezone.localdate(now)).filter(item_id=code).first()
    if version is None:
        raise Http404
    words = request.POST.get("words", "")[: finding.MAX_QUERY]
    if (
        words
        and certificates.is_issued_by(version)
        and (refusal := certificates.refusal_of(words, code))
    ):
        messages.error(request, str(refusal))
        return redirect(f"{reverse('servicehall:search')}?{urlencode({'q': words})}")
    begun = Draft.objects.visible_to(request.scope).filter(version__item_id=code, applicant=person)
    if (draft := begun.exclude(version=version).first()) is not None:
        return redirect("servicehall:draft", draft.pk)  # which says what has changed since
    draft = actions.start_draft(version, applicant=person, by=request.scope, now=now)
    return redirect("servicehall:draft", draft.pk)


@access(SIGNED_IN)
@require_safe
def resume(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Go on where the typist stopped, on whatever device."""
    filing = find_filing(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    step = filing.draft.step
    if filing.is_outdated:
        return redirect("servicehall:draft-moved", draft_id)
    known = step if position(filing.steps, step) is not None else KNOWN
    return redirect(page_url(filing, known))


@access(SIGNED_IN)
@require_POST
def discard(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = get_filing(request, draft_id)
    actions.discard_draft(filing.draft.pk, by=request.scope)
    messages.success(request, _("草稿已删除。"))
    return redirect("servicehall:item", filing.draft.version.item_id)


# --- the pages ----------------------------------------------------------------------------------


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, draft_id: uuid.UUID, key: str) -> HttpResponse:
    filing = find_filing(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    index = position(filing.steps, key)
    if index is None or key == CHECK:
        raise Http404
    step = filing.steps[index]
    if request.method != "POST":
        if filing.is_outdated:
            return redirect("servicehall:draft-moved", draft_id)
        return _show(request, filing, step, filing.form(step, request, is_bound=False))
    return _take(request, filing, step)


def _take(request: PortalRequest, filing: Filing, step: Step) -> HttpResponse:
    """Keep everything that was typed, then go where the button says; onwards only when it is right."""
    form = filing.form(step, request, is_bound=True)
    refused = _attach(request, filing, step)
    is_valid = form.is_valid()
    for key, message in refused.items():
        form.add_error(key, message)
    way = request.POST.get("way", "next")
    goes_on = (is_valid and not refused) or way != "next"
    filing.answers |= form.answers()
    target = _target(request, filing, step, way) if goes_on else step.key
    actions.save_draft(
        filing.draft.pk, form.answers(), step=target, by=request.scope, now=timezone.now()
    )
    if not goes_on:
        filing.read_files_again()
        return _show(request, filing, step, form, status=HTTP_INVALID)
    if way == "later":
        if request.scope.is_staff:
            messages.success(request, _("已存好。从工作台或他的档案里接着填。"))
            return redirect("servicehall:desk")
        messages.success(request, _("已经替您存好，随时可以接着填，换一台手机或电脑也行。"))
        return redirect("servicehall:my-cases")
    return redirect(page_url(filing, target))


def _target(request: PortalRequest, filing: Filing, step: Step, way: str) -> str:
    """The page that follows. From the check page one comes back to it after a correction."""
    index = position(filing.steps, step.key) or 0
    if way == "later":
        return step.key
    if way == "back":
        return filing.steps[max(index - 1, 0)].key
    if request.GET.get("to") == CHECK:
        return CHECK
    return filing.steps[index + 1].key


def _attach(request: PortalRequest, filing: Filing, step: Step) -> dict[str, str]:
    """Check and keep the files of a page; the refusals by field, each in words that help."""
    refused: dict[str, str] = {}
    for question in step.drawn:
        if question["type"] != "file":
            continue
        for file in request.FILES.getlist(question["key"]):
            problem = attach_one(request, filing, question["key"], file)
            if problem:
                refused[question["key"]] = problem
    return refused


def _show(
    request: PortalRequest, filing: Filing, step: Step, form: PageForm, *, status: int = 200
) -> HttpResponse:
    index = position(filing.steps, step.key) or 0
    if request.scope.is_staff and step.key != KNOWN and not form.is_bound:
        # A clerk types through the pages; what is known above comes first on the first one.
        next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    rows = [with_files(filing, row) for row in form.rows()]
    context = {
        "layout": layout(request),
        "draft": filing.draft,
        "is_for_other": actions.is_proxy(filing.draft.applicant, by=request.scope),
        "step": step,
        "number": index + 1,
        "total": len(filing.steps),
        "form": form,
        "rows": rows,
        "problems": [],
        "beside": filing.answers_beside(step) if step.looks_at else "",
        "is_alone": len(rows) == 1 and len(rows[0]["fields"]) == 1,
        "facts": _known_rows(filing, request) if step.key == KNOWN else [],
        "under_way": _under_way(filing) if step.key == KNOWN else None,
        "has_heading": len(rows) > 1 or step.key == KNOWN,
        "is_first": index == 0,
        "returns": request.GET.get("to") == CHECK,
    }
    return TemplateResponse(request, "servicehall/filing/page.html", context, status=status)


def _under_way(filing: Filing) -> Case | None:
    draft = filing.draft
    same = Case.objects.under_way(draft.applicant_id, draft.version.item_id)
    return same.select_related("station").order_by("-filed_at").first()


def _known_rows(filing: Filing, request: PortalRequest) -> list[tuple[Any, Fact, Any, str]]:
    """Label, fact, the value as a reader sees it, and where the person himself says that it is wrong.

    What a page asks about has its place there.
    """
    is_own = filing.draft.applicant.account_id == request.scope.user_id
    return [
        (
            label,
            fact,
            in_words(fact),
            reverse("rights:correct", args=[key]) if is_own and key in ATTRIBUTES else "",
        )
        for key, label in prefill.FACT_LABELS.items()
        if key not in {"phone", "bank_card"} and (fact := filing.facts.get(key))
    ]


def in_words(fact: Fact) -> str:
    is_day = isinstance(fact.value, date)
    return formats.date_format(fact.value, "DATE_FORMAT") if is_day else fact.shown


@access(SIGNED_IN)
@require_POST
def autosave(request: PortalRequest, draft_id: uuid.UUID, key: str) -> HttpResponse:
    """What the browser sends while somebody types; nothing is checked, nothing is lost."""
    filing = get_filing(request, draft_id)
    index = position(filing.steps, key)
    if index is None or key == CHECK:
        raise Http404
    form = filing.form(filing.steps[index], request, is_bound=True)
    now = timezone.now()
    actions.save_draft(draft_id, form.answers(), step=key, by=request.scope, now=now)
    return TemplateResponse(request, "servicehall/filing/_saved.html", {"now": now})


# --- the check page and what follows ------------------------------------------------------------


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = find_filing(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    if filing.is_outdated:
        return redirect("servicehall:draft-moved", draft_id)
    if request.method != "POST":
        return _show_check(request, filing)
    channel = Channel.COUNTER if request.scope.is_staff else Channel.ONLINE
    try:
        case = actions.submit(draft_id, by=request.scope, now=timezone.now(), channel=channel)
    except Invalid as error:
        return _show_check(request, filing, error.fields, status=HTTP_INVALID)
    except NotAllowed as error:
        messages.error(request, str(error.message))
        return _show_check(request, filing, status=HTTP_INVALID)
    return redirect(_after_filing(request, case))


def _show_check(
    request: PortalRequest,
    filing: Filing,
    errors: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    groups: list[tuple[Step, list[AnswerRow]]] = [
        (
            step,
            answer_rows(
                step.questions,
                filing.answers,
                facts=filing.facts,
                members=dict(filing.household),
                uploads=filing.uploads,
                typed_by_staff=request.scope.is_staff,
            ),
        )
        for step in filing.steps
        if step.questions
    ]
    lines = [
        {
            "text": _("%(name)s：%(value)s") % {"name": row.label, "value": errors[row.key]},
            "target": f"page-{step.key}",
        }
        for step, rows in groups
        for row in rows
        if errors and row.key in errors
    ]
    context = {
        "layout": layout(request),
        "draft": filing.draft,
        "is_for_other": actions.is_proxy(filing.draft.applicant, by=request.scope),
        "facts": _known_rows(filing, request),
        "groups": groups,
        "lines": lines,
        "number": len(filing.steps),
        "total": len(filing.steps),
        "last": filing.steps[-2],
    }
    return TemplateResponse(request, "servicehall/filing/check.html", context, status=status)


@access(RESIDENT)
@require_safe
def receipt(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = get_object_or_404(
        Case.objects.visible_to(request.scope).select_related(
            "version__item", "station", "window", "applicant"
        ),
        pk=case_id,
    )
    track_url = request.build_absolute_uri(reverse("servicehall:track"))
    context = {"case": case, "qr_text": f"{track_url}?number={case.number}"}
    return TemplateResponse(request, "servicehall/filing/receipt.html", context)

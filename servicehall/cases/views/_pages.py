"""The pages of a form, of one item or of several: shown, kept while somebody types, checked, filed.

The views find the form that the viewer is typing and hand it over.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from common.errors import Invalid, NotAllowed
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from servicehall.cases import actions, prefill
from servicehall.cases.forms_page import PageForm
from servicehall.cases.models import Case
from servicehall.cases.prefill import Fact
from servicehall.cases.steps import CHECK, KNOWN, Step, position
from servicehall.cases.views._answers import AnswerRow, answer_rows
from servicehall.cases.views._filing import HTTP_INVALID, Filing, attach_one, layout, with_files
from servicehall.catalogue.enums import Channel


def first_page(filing: Filing) -> HttpResponse:
    """Go on where the typist stopped, on whatever device."""
    if filing.outdated:
        return redirect("servicehall:draft-moved", filing.outdated.pk)
    step = filing.draft.step
    known = step if position(filing.steps, step) is not None else KNOWN
    return redirect(filing.page_url(known))


def page(request: PortalRequest, filing: Filing, key: str) -> HttpResponse:
    index = position(filing.steps, key)
    if index is None or key == CHECK:
        raise Http404
    step = filing.steps[index]
    if request.method != "POST":
        if filing.outdated:
            return redirect("servicehall:draft-moved", filing.outdated.pk)
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
    filing.keep(form.answers(), step=target, by=request.scope, now=timezone.now())
    if not goes_on:
        filing.read_files_again()
        return _show(request, filing, step, form, status=HTTP_INVALID)
    if way == "later":
        if request.scope.is_staff:
            messages.success(request, _("已存好。从工作台或他的档案里接着填。"))
            return redirect("servicehall:desk")
        messages.success(request, _("已经替您存好，随时可以接着填，换一台手机或电脑也行。"))
        return redirect(filing.later_url)
    return redirect(filing.page_url(target))


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
        "filing": filing,
        "is_for_other": actions.is_proxy(filing.applicant, by=request.scope),
        "step": step,
        "autosave_url": filing.autosave_url(step.key),
        "number": index + 1,
        "total": len(filing.steps),
        "form": form,
        "rows": rows,
        "problems": [],
        "beside": filing.answers_beside(step) if step.looks_at else "",
        "is_alone": len(rows) == 1 and len(rows[0]["fields"]) == 1,
        "facts": _known_rows(filing, request) if step.key == KNOWN else [],
        "under_way": _under_way(filing) if step.key == KNOWN else [],
        "has_heading": len(rows) > 1 or step.key == KNOWN,
        "is_first": index == 0,
        "returns": request.GET.get("to") == CHECK,
    }
    return TemplateResponse(request, "servicehall/filing/page.html", context, status=status)


def _under_way(filing: Filing) -> list[Case]:
    """The newest of each item that is open already."""
    same = Case.objects.under_way([filing.draft.applicant_id], filing.items)
    rows = same.select_related("station", "version").order_by("filed_at")
    return list({case.version.item_id: case for case in rows}.values())


def _known_rows(filing: Filing, request: PortalRequest) -> list[tuple[Any, Fact, Any, str]]:
    """Label, fact, the value as a reader sees it, and where the person himself says that it is wrong.

    What a page asks about has its place there.
    """
    is_own = filing.applicant.account_id == request.scope.user_id
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


def autosave(request: PortalRequest, filing: Filing, key: str) -> HttpResponse:
    """What the browser sends while somebody types; nothing is checked, nothing is lost."""
    index = position(filing.steps, key)
    if index is None or key == CHECK:
        raise Http404
    form = filing.form(filing.steps[index], request, is_bound=True)
    now = timezone.now()
    filing.keep(form.answers(), step=key, by=request.scope, now=now)
    return TemplateResponse(request, "servicehall/filing/_saved.html", {"now": now})


def check(request: PortalRequest, filing: Filing) -> HttpResponse:
    """Everything once more, and the one button that files."""
    if filing.outdated:
        return redirect("servicehall:draft-moved", filing.outdated.pk)
    if request.method != "POST":
        return _show_check(request, filing)
    channel = Channel.COUNTER if request.scope.is_staff else Channel.ONLINE
    try:
        url = filing.file(channel=channel, by=request.scope, now=timezone.now())
    except Invalid as error:
        return _show_check(request, filing, error.fields, status=HTTP_INVALID)
    except NotAllowed as error:
        messages.error(request, str(error.message))
        return _show_check(request, filing, status=HTTP_INVALID)
    return redirect(url)


def _show_check(
    request: PortalRequest,
    filing: Filing,
    errors: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    groups: list[tuple[Step, str, list[AnswerRow]]] = [
        (
            step,
            filing.page_url(step.key),
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
        for step, _url, rows in groups
        for row in rows
        if errors and row.key in errors
    ]
    context = {
        "layout": layout(request),
        "filing": filing,
        "is_for_other": actions.is_proxy(filing.applicant, by=request.scope),
        "facts": _known_rows(filing, request),
        "groups": groups,
        "lines": lines,
        "number": len(filing.steps),
        "total": len(filing.steps),
        "back_url": filing.page_url(filing.steps[-2].key),
    }
    return TemplateResponse(request, "servicehall/filing/check.html", context, status=status)

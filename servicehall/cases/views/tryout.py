"""A version before it is published: its guide, and its form from the first page to the due day. Nothing is filed."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.access import access, power
from community.governance.enums import Power
from community.governance.models import WorkCalendarYear
from community.governance.scopes import PortalRequest
from community.governance.workdays import Limit, LimitUnit
from servicehall.cases import deadlines, prefill
from servicehall.cases.forms_page import PageForm
from servicehall.cases.steps import CHECK, KNOWN, Step, position, steps_of
from servicehall.cases.views._answers import answer_rows
from servicehall.cases.views._filing import HTTP_INVALID
from servicehall.cases.views.public import checklist, guide
from servicehall.catalogue import answering
from servicehall.catalogue.models import HallLimit, ItemVersion, in_language

EDITOR = power(Power.EDIT_CATALOGUE)
# Nobody's household: ids that are in no base.
PEOPLE = tuple(str(uuid.UUID(int=number)) for number in (1, 2, 3))


def _version(request: PortalRequest, code: str) -> ItemVersion:
    """The newest version, whatever its state."""
    versions = ItemVersion.objects.visible_to(request.scope).filter(item_id=code)
    version = versions.order_by("-number").first()
    if version is None:
        raise Http404
    return version


def _household() -> list[tuple[str, str]]:
    names = (_("张三（本人）"), _("李四（配偶）"), _("张小三（子女）"))
    return list(zip(PEOPLE, names, strict=True))


@access(EDITOR)
@require_safe
def preview(request: PortalRequest, code: str) -> HttpResponse:
    version = _version(request, code)
    context = guide(request, version, None, timezone.localdate()) | {
        "is_preview": version.is_open,
        "refusal": "",
        "words": "",
        "draft": None,
    }
    name = "_materials" if request.htmx else "item"
    return TemplateResponse(request, f"servicehall/public/{name}.html", context)


def _place(version: ItemVersion) -> str:
    return f"try-{version.pk}"


@access(EDITOR)
@require_safe
def start(request: PortalRequest, code: str) -> HttpResponse:
    """Begin anew."""
    version = _version(request, code)
    request.session.pop(_place(version), None)
    first = _steps(version, {})[0]
    return redirect("servicehall:item-try-page", code, first.key)


def _steps(version: ItemVersion, answers: Mapping[str, Any]) -> list[Step]:
    """The pages of the filing without the first, which is about a person."""
    return [step for step in steps_of(version, answers) if step.key != KNOWN]


@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, code: str, key: str) -> HttpResponse:
    version = _version(request, code)
    answers: dict[str, Any] = request.session.get(_place(version), {})
    steps = _steps(version, answers)
    index = position(steps, key)
    if index is None:
        raise Http404
    if key == CHECK:
        return _result(request, version, answers)
    step = steps[index]
    form = _form(version, step, answers, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show(request, version, steps, index, form)
    goes_back = request.POST.get("way") == "back"
    is_valid = form.is_valid()
    answers = {**answers, **form.answers()}
    request.session[_place(version)] = answers
    if not is_valid and not goes_back:
        return _show(request, version, steps, index, form, status=HTTP_INVALID)
    steps = _steps(version, answers)
    at = position(steps, key) or 0
    to = steps[max(0, at - 1)] if goes_back else steps[at + 1]
    return redirect("servicehall:item-try-page", code, to.key)


def _form(version: ItemVersion, step: Step, answers: Mapping[str, Any], data: Any) -> PageForm:
    files = frozenset(q["key"] for q in step.drawn if q["type"] == "file")
    asks_address = any(question["type"] == "address" for question in step.drawn)
    return PageForm(
        step.drawn,
        answers=answers,
        facts={},
        household=_household(),
        uploaded=files,
        follows=True,
        places=prefill.communities(timezone.localdate()) if asks_address else (),
        item_code=version.item_id,
        data=data,
    )


def _show(
    request: PortalRequest,
    version: ItemVersion,
    steps: list[Step],
    index: int,
    form: PageForm,
    *,
    status: int = 200,
) -> HttpResponse:
    step, rows = steps[index], form.rows()
    here = {question["key"] for question in step.drawn}
    given = answering.heard(version.questions, request.session.get(_place(version), {}))
    beside = {key: given[key] for key in sorted(step.looks_at - here) if key in given}
    context = {
        "version": version,
        "step": step,
        "form": form,
        "rows": rows,
        "number": index + 1,
        "total": len(steps),
        "is_first": index == 0,
        "is_alone": len(rows) == 1 and len(rows[0]["fields"]) == 1,
        "has_heading": len(rows) > 1,
        "beside": json.dumps(beside) if step.looks_at else "",
    }
    return TemplateResponse(request, "servicehall/filing/try.html", context, status=status)


def _result(request: PortalRequest, version: ItemVersion, answers: dict[str, Any]) -> HttpResponse:
    """What would be filed, brought and due."""
    today = timezone.localdate()
    files = {question["key"] for question in version.questions if question["type"] == "file"}
    found = answering.check_answers(version.questions, answers, files=files)
    kept = answering.heard(version.questions, answers)
    context = {
        "version": version,
        "errors": [(version.shown_titles.get(key, key), text) for key, text in found.items()],
        "answers": answer_rows(
            [dict(question) for question in answering.asked(version.questions, answers)],
            kept,
            facts={},
            members=dict(_household()),
            uploads={},
        ),
        "materials": checklist(version, kept),
        "levels": [(rule.label, rule.limit_days) for rule in version.levels],
        "clock": deadlines.clock(
            start=today,
            promised=Limit(version.promised_amount, LimitUnit(version.promised_unit)),
            statutory=Limit(version.statutory_amount, LimitUnit(version.statutory_unit)),
            pauses=(),
            yellow_percent=HallLimit.objects.in_force(today).yellow_percent,
            calendar=WorkCalendarYear.objects.calendar(),
        ),
        "label": in_language(version.name),
    }
    return TemplateResponse(request, "servicehall/filing/tried.html", context)

"""The files of a draft: taken and taken back at once (htmx), or with the whole page (views.filing)."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from common.access import SIGNED_IN, access
from community.governance.scopes import PortalRequest
from servicehall.cases.actions import files as file_actions
from servicehall.cases.models import Upload
from servicehall.cases.steps import Step
from servicehall.cases.views._filing import (
    HTTP_INVALID,
    Filing,
    attach_one,
    get_filing,
    with_files,
)
from servicehall.cases.views._joint import on_joint_form


@access(SIGNED_IN)
@require_POST
def attach(request: PortalRequest, draft_id: uuid.UUID, field: str) -> HttpResponse:
    """Take the chosen files at once (htmx); the answer is the box with what is there now."""
    filing, name = on_joint_form(request, get_filing(request, draft_id), field)
    step = step_with_file(filing, name)
    problems = [
        problem
        for file in request.FILES.getlist(name)
        if (problem := attach_one(request, filing, name, file))
    ]
    return _file_box(request, filing, step, name, problems[-1:])


@access(SIGNED_IN)
@require_POST
def remove(request: PortalRequest, draft_id: uuid.UUID, upload_id: uuid.UUID) -> HttpResponse:
    filing = get_filing(request, draft_id)
    upload = get_object_or_404(
        Upload.objects.visible_to(request.scope), pk=upload_id, draft_id=draft_id
    )
    filing, name = on_joint_form(request, filing, upload.field)
    step = step_with_file(filing, name)
    file_actions.remove(upload.pk, by=request.scope)
    if request.htmx:
        return _file_box(request, filing, step, name, [])
    return redirect(filing.page_url(step.key))


def step_with_file(filing: Filing, field: str) -> Step:
    for step in filing.steps:
        if any(q["key"] == field and q["type"] == "file" for q in step.drawn):
            return step
    raise Http404


def _file_box(
    request: PortalRequest, filing: Filing, step: Step, field: str, problems: list[str]
) -> HttpResponse:
    filing.read_files_again()
    form = filing.form(step, request, is_bound=False)
    row = next(row for row in form.rows() if row["key"] == field)
    context = {
        "row": with_files(filing, row),
        "problems": problems,
        "is_alone": len(step.drawn) == 1,
    }
    return TemplateResponse(
        request,
        "servicehall/filing/_file_answer.html",
        context,
        status=HTTP_INVALID if problems else 200,
    )

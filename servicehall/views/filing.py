"""Filing, one question a page: by the resident, or by a clerk for the person who stands at the counter."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, SIGNED_IN, access, power
from common.errors import Invalid, NotAllowed
from common.uploads import check_upload
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.models import HouseholdMember, Person
from servicehall import actions, prefill, rules
from servicehall.actions import files as file_actions
from servicehall.enums import Channel
from servicehall.forms import PageForm
from servicehall.models import Case, Draft, ItemVersion, Upload
from servicehall.prefill import Fact
from servicehall.steps import CHECK, KNOWN, Step, position, steps_of
from servicehall.views._answers import AnswerRow, answer_rows

HTTP_INVALID = 422


@dataclass
class Filing:
    """A draft as its pages see it; each read happens once a request, and only where it is needed."""

    draft: Draft
    answers: dict[str, Any]

    @property
    def steps(self) -> list[Step]:
        return steps_of(self.draft.version, self.answers)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return prefill.known_facts(self.draft.applicant)

    @cached_property
    def uploads(self) -> dict[str, list[Upload]]:
        by_field: dict[str, list[Upload]] = {}
        for upload in self.draft.uploads.order_by("id"):
            by_field.setdefault(upload.field, []).append(upload)
        return by_field

    def read_files_again(self) -> None:
        self.__dict__.pop("uploads", None)

    @cached_property
    def household(self) -> list[tuple[str, str]]:
        return household_of(self.draft.applicant)

    def form(self, step: Step, request: PortalRequest, *, is_bound: bool) -> PageForm:
        asks_members = any(q["type"] == "household_member" for q in step.questions)
        return PageForm(
            step.questions,
            answers=self.answers,
            facts=self.facts,
            household=self.household if asks_members else (),
            uploaded=frozenset(self.uploads) if step.has_files else (),
            papers_shown=request.scope.is_staff,
            data=request.POST if is_bound else None,
            files=request.FILES if is_bound else None,
        )


def household_of(person: Person) -> list[tuple[str, str]]:
    """The applicant and those who live with him as choices; the applicant stands first."""
    rows = HouseholdMember.objects.living_with(person.pk).exclude(person=person)
    mine = _("%(name)s（本人）") % {"name": person.full_name}
    others = [
        (
            str(row.person_id),
            _("%(name)s（%(relation)s）")
            % {"name": row.person.full_name, "relation": row.get_relation_display()},
        )
        for row in rows.order_by("relation", "person__birth_on", "pk")
    ]
    return [(str(person.pk), mine), *others]


def layout(request: PortalRequest) -> str:
    return "counter.html" if request.scope.is_staff else "resident.html"


def _find(request: PortalRequest, draft_id: uuid.UUID) -> Filing | None:
    scope = request.scope
    if not scope.is_resident and not scope.has(Power.ACCEPT_CASES):
        raise PermissionDenied
    draft = (
        Draft.objects.visible_to(scope)
        .select_related("applicant__community")
        .filter(pk=draft_id)
        .first()
    )
    return None if draft is None else Filing(draft, rules.load_answers(draft.answers or "{}"))


def _filing(request: PortalRequest, draft_id: uuid.UUID) -> Filing:
    filing = _find(request, draft_id)
    if filing is None:
        raise Http404
    return filing


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
    draft = actions.start_draft(version, applicant=person, by=request.scope, now=now)
    return redirect("servicehall:draft", draft.pk)


@access(SIGNED_IN)
@require_safe
def resume(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Go on where the typist stopped, on whatever device."""
    filing = _find(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    step = filing.draft.step
    known = step if position(filing.steps, step) is not None else KNOWN
    return redirect(_page_url(filing, known))


@access(SIGNED_IN)
@require_POST
def discard(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = _filing(request, draft_id)
    actions.discard_draft(filing.draft.pk, by=request.scope)
    messages.success(request, _("草稿已删除。"))
    return redirect("servicehall:item", filing.draft.version.item_id)


# --- the pages ----------------------------------------------------------------------------------


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, draft_id: uuid.UUID, key: str) -> HttpResponse:
    filing = _find(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    index = position(filing.steps, key)
    if index is None or key == CHECK:
        raise Http404
    step = filing.steps[index]
    if request.method != "POST":
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
        messages.success(request, _("已经替您存好，随时可以接着填，换一台手机或电脑也行。"))
        return redirect("servicehall:desk" if request.scope.is_staff else "servicehall:my-cases")
    return redirect(_page_url(filing, target))


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


def _page_url(filing: Filing, key: str) -> str:
    if key == CHECK:
        return reverse("servicehall:draft-check", args=[filing.draft.pk])
    return reverse("servicehall:draft-page", args=[filing.draft.pk, key])


def _attach(request: PortalRequest, filing: Filing, step: Step) -> dict[str, str]:
    """Check and keep the files of a page; the refusals by field, each in words that help."""
    refused: dict[str, str] = {}
    for question in step.questions:
        if question["type"] != "file":
            continue
        for file in request.FILES.getlist(question["key"]):
            problem = _attach_one(request, filing, question["key"], file)
            if problem:
                refused[question["key"]] = problem
    return refused


def _attach_one(request: PortalRequest, filing: Filing, key: str, file: "UploadedFile[Any]") -> str:
    try:
        clean = check_upload(file.read(), file.name or "")
        file_actions.attach(filing.draft.pk, key, clean, by=request.scope, now=timezone.now())
    except NotAllowed as error:
        return str(error.message)
    return ""


def _show(
    request: PortalRequest, filing: Filing, step: Step, form: PageForm, *, status: int = 200
) -> HttpResponse:
    index = position(filing.steps, step.key) or 0
    rows = [_with_files(filing, row) for row in form.rows()]
    context = {
        "layout": layout(request),
        "draft": filing.draft,
        "step": step,
        "number": index + 1,
        "total": len(filing.steps),
        "form": form,
        "rows": rows,
        "problems": [],
        "is_alone": len(rows) == 1 and len(rows[0]["fields"]) == 1,
        "facts": _known_rows(filing) if step.key == KNOWN else [],
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


def _with_files(filing: Filing, row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] != "file":
        return row
    uploads = filing.uploads.get(row["key"], [])
    return {
        **row,
        "attach_url": reverse("servicehall:draft-attach", args=[filing.draft.pk, row["key"]]),
        "uploads": [
            (upload, reverse("servicehall:draft-remove", args=[filing.draft.pk, upload.pk]))
            for upload in uploads
        ],
        "is_full": len(uploads) >= row["max"],
    }


def _known_rows(filing: Filing) -> list[tuple[Any, Fact, Any]]:
    """Label, fact and the value as a reader sees it; what a page asks about has its place there."""
    return [
        (label, fact, in_words(fact))
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
    filing = _filing(request, draft_id)
    index = position(filing.steps, key)
    if index is None or key == CHECK:
        raise Http404
    form = filing.form(filing.steps[index], request, is_bound=True)
    now = timezone.now()
    actions.save_draft(draft_id, form.answers(), step=key, by=request.scope, now=now)
    return TemplateResponse(request, "servicehall/filing/_saved.html", {"now": now})


# --- files --------------------------------------------------------------------------------------


@access(SIGNED_IN)
@require_POST
def attach(request: PortalRequest, draft_id: uuid.UUID, field: str) -> HttpResponse:
    """Take the chosen files at once (htmx); the answer is the box with what is there now."""
    filing = _filing(request, draft_id)
    step = _step_with_file(filing, field)
    problems = [
        problem
        for file in request.FILES.getlist(field)
        if (problem := _attach_one(request, filing, field, file))
    ]
    return _file_box(request, filing, step, field, problems[-1:])


@access(SIGNED_IN)
@require_POST
def remove(request: PortalRequest, draft_id: uuid.UUID, upload_id: uuid.UUID) -> HttpResponse:
    filing = _filing(request, draft_id)
    upload = get_object_or_404(
        Upload.objects.visible_to(request.scope), pk=upload_id, draft_id=draft_id
    )
    step = _step_with_file(filing, upload.field)
    file_actions.remove(upload.pk, by=request.scope)
    if request.htmx:
        return _file_box(request, filing, step, upload.field, [])
    return redirect(_page_url(filing, step.key))


def _step_with_file(filing: Filing, field: str) -> Step:
    for step in filing.steps:
        if any(q["key"] == field and q["type"] == "file" for q in step.questions):
            return step
    raise Http404


def _file_box(
    request: PortalRequest, filing: Filing, step: Step, field: str, problems: list[str]
) -> HttpResponse:
    filing.read_files_again()
    form = filing.form(step, request, is_bound=False)
    row = next(row for row in form.rows() if row["key"] == field)
    context = {
        "row": _with_files(filing, row),
        "problems": problems,
        "is_alone": len(step.questions) == 1,
    }
    return TemplateResponse(
        request,
        "servicehall/filing/_file_answer.html",
        context,
        status=HTTP_INVALID if problems else 200,
    )


# --- the check page and what follows ------------------------------------------------------------


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = _find(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
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
        "facts": _known_rows(filing),
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

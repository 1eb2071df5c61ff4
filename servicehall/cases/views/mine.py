"""我的办件: what the resident filed, where it stands, and what he can do with it."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, access
from common.errors import Invalid, NotAllowed
from common.paging import BadCursor, keyset_page
from common.uploads import check_upload
from community.governance.scopes import PortalRequest
from notifications import kinds
from notifications.models import Message
from servicehall.cases import actions, panels, prefill
from servicehall.cases.actions import files as file_actions
from servicehall.cases.enums import (
    OPEN_STATES,
    STANDING_STILL,
    CaseAction,
    CaseState,
    Outcome,
)
from servicehall.cases.forms import NoteForm, WithdrawForm
from servicehall.cases.forms_page import PageForm
from servicehall.cases.models import (
    Case,
    CoSignature,
    Draft,
    ReviewStep,
    Supplement,
    Upload,
)
from servicehall.cases.progress import timeline
from servicehall.cases.steps import CONTACT, Question
from servicehall.cases.transitions import available_to_applicant
from servicehall.cases.views._answers import answer_rows
from servicehall.cases.views._filing import HTTP_INVALID, begun, doubts_of, household_of
from servicehall.cases.views._rating import LEVELS, can_rate, rate_page
from servicehall.catalogue import answering

SIZE = 20
MAX_ANSWER_FILES = 10
# How a state looks in a list: the tone of its label.
TONES = {
    CaseState.SUPPLEMENT_REQUIRED: "warning",
    CaseState.COMPLETED: "success",
    CaseState.DELIVERED: "success",
    CaseState.NOT_ACCEPTED: "danger",
    CaseState.TERMINATED: "danger",
    CaseState.WITHDRAWN: "neutral",
}


@access(RESIDENT)
@require_safe
def my_cases(request: PortalRequest) -> HttpResponse:
    cases = Case.objects.visible_to(request.scope).select_related("version", "handler", "applicant")
    try:
        page = keyset_page(
            cases, order=("-filed_at", "-id"), after=request.GET.get("after"), size=SIZE
        )
    except BadCursor:
        return redirect("servicehall:my-cases")
    context = {
        "waiting": CoSignature.objects.visible_to(request.scope, timezone.localdate())
        .waiting()
        .exists(),
        "drafts": begun(Draft.objects.visible_to(request.scope)),
        "page": page,
        "rows": [(case, tone(case)) for case in page.items],
    }
    return TemplateResponse(request, "servicehall/mine/list.html", context)


def tone(case: Case) -> str:
    if case.outcome == Outcome.REFUSED:
        return "danger"
    return TONES.get(CaseState(case.state), "info")


def _my_case(request: PortalRequest, case_id: uuid.UUID) -> Case:
    cases = Case.objects.visible_to(request.scope).select_related(
        "version__item", "station", "handler", "applicant", "window", "rating"
    )
    return get_object_or_404(cases, pk=case_id)


@access(RESIDENT)
@require_safe
def my_case(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _my_case(request, case_id)
    notice = open_notice(case)
    is_own = case.applicant.account_id == request.scope.user_id
    context = {
        **case_context(case, notice),
        "can_rate": can_rate(case) and is_own,
        "for_whom": "" if is_own else case.applicant.full_name,
        "notice": notice,
        "answer_rows": _answer_rows(case),
        "told": _messages(request, case),
        "withdraw_form": WithdrawForm()
        if CaseAction.WITHDRAW in available_to_applicant(case.state)
        else None,
        "rate_url": reverse("servicehall:my-case-rate", args=[case.pk]),
        "more_url": reverse("servicehall:my-case-more", args=[case.pk]),
    }
    return TemplateResponse(request, "servicehall/mine/case.html", context)


@access(RESIDENT)
@require_safe
def my_case_more(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """Papers, notices and benefits of one's own case."""
    case = _my_case(request, case_id)
    back = reverse("servicehall:my-case", args=[case.pk])
    return more_page(request, case, panels.Audience.APPLICANT, back=back)


def more_page(
    request: PortalRequest, case: Case, audience: panels.Audience, *, back: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "case": case,
        "layout": "resident.html",
        "back": back,
        "more_url": request.path,
    }
    start = panels.start_of(request.GET.get("from", ""))
    context["panels"], context["following"] = panels.shown(
        audience, case, request.scope, timezone.localdate(), start=start
    )
    name = "_more" if request.htmx else "more"
    return TemplateResponse(request, f"servicehall/case/{name}.html", context)


def open_notice(case: Case) -> Supplement | None:
    if case.state != CaseState.SUPPLEMENT_REQUIRED:
        return None
    return case.notices.filter(answered_at__isnull=True).last()


def case_context(case: Case, notice: Supplement | None) -> dict[str, Any]:
    """What the page of a case shows on either side of the sign-in."""
    entries = timeline(
        case,
        events=list(case.events.select_related("post__body").order_by("id")),
        steps=list(ReviewStep.objects.of_case(case.pk).order_by("sequence")),
        notice=notice,
        pause=case.pauses.filter(to_on__isnull=True).last()
        if case.state in STANDING_STILL
        else None,
    )
    return {
        "case": case,
        "tone": tone(case),
        "entries": entries,
        "is_open": case.state in OPEN_STATES,
        "is_refused": case.outcome == Outcome.REFUSED or case.state == CaseState.NOT_ACCEPTED,
        "can_rate": can_rate(case),
        "rating": getattr(case, "rating", None),
        "levels": LEVELS,
    }


def _answer_rows(case: Case) -> list[Any]:
    answers = answering.load_answers(case.answers or "{}")
    questions = [
        question
        for question in case.version.questions
        if answering.applies(question.get("condition"), answers)
    ]
    asks_members = any(question["type"] == "household_member" for question in questions)
    uploads: dict[str, list[Upload]] = {}
    for upload in case.uploads.papers().order_by("id"):
        uploads.setdefault(upload.field, []).append(upload)
    rows = answer_rows(
        [question for question in questions if question["key"] != CONTACT["key"]],
        answers,
        facts={},
        members=dict(household_of(case.applicant)) if asks_members else {},
        uploads=uploads,
        is_filed=True,
    )
    asked = {question["key"] for question in questions}
    loose = [upload for key, some in uploads.items() if key not in asked for upload in some]
    if loose:
        rows.append(
            answer_rows(
                [_extra("loose", _("补交的材料"))],
                {},
                facts={},
                members={},
                uploads={"loose": loose},
            )[0]
        )
    return rows


def _messages(request: PortalRequest, case: Case) -> list[tuple[str, Any]]:
    """What we told this account about the case, oldest first."""
    language = translation.get_language() or ""
    mine = Message.objects.for_user(request.scope.user_id).filter(about=f"case:{case.pk}")
    return [
        (kinds.read(message.kind, message.params, message.text, language), message.sent_at)
        for message in mine.order_by("id")
    ]


# --- answering a notice -------------------------------------------------------------------------


def _extra(key: str, title: str) -> Question:
    """A paper that the form did not ask for."""
    return {
        "key": key,
        "label": {"zh": title},
        "type": "file",
        "required": False,
        "max": MAX_ANSWER_FILES,
    }


def _asked(case: Case, notice: Supplement) -> list[Question]:
    """What a notice asks for, as questions: the item's own where it names one, else a paper to upload."""
    known = {question["key"]: question for question in case.version.questions}
    questions = []
    for key, item in zip(file_actions.notice_keys(notice), notice.items, strict=True):
        what = str(item.get("what", ""))
        question = known.get(key)
        if question is None or question["type"] == "file":
            title = str(item.get("title") or what)
            question = _extra(key, title)
            what = what if item.get("title") else ""
        questions.append({**question, "hint": {"zh": what}})
    return questions


def _answer_form(
    request: PortalRequest, case: Case, questions: Sequence[Question], *, is_bound: bool
) -> PageForm:
    asks_members = any(q["type"] == "household_member" for q in questions)
    return PageForm(
        questions,
        answers=answering.load_answers(case.answers or "{}"),
        facts=prefill.known_facts(case.applicant)
        if any(q.get("prefill") for q in questions)
        else {},
        household=household_of(case.applicant) if asks_members else (),
        data=request.POST if is_bound else None,
        files=request.FILES if is_bound else None,
    )


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """补正: the named questions and papers, and a word to the window."""
    case = _my_case(request, case_id)
    notice = open_notice(case)
    if notice is None:
        return redirect("servicehall:my-case", case_id)
    questions = _asked(case, notice)
    is_post = request.method == "POST"
    form = _answer_form(request, case, questions, is_bound=is_post)
    note_form = NoteForm(request.POST if is_post else None, prefix="reply")
    if not is_post:
        return _show_answer(request, case, notice, form, note_form)
    for question in questions:
        for file in request.FILES.getlist(question["key"]):
            problem = _attach_one(request, case, question["key"], file)
            if problem:
                form.add_error(question["key"], problem)
    if (
        form.is_valid()
        and note_form.is_valid()
        and _send_answer(request, case, notice, form, note_form)
    ):
        messages.success(request, _("已经补交，窗口接着办。"))
        return redirect("servicehall:my-case", case_id)
    return _show_answer(request, case, notice, form, note_form, status=HTTP_INVALID)


def _send_answer(
    request: PortalRequest, case: Case, notice: Supplement, form: PageForm, note_form: NoteForm
) -> bool:
    """Hand the answer over; False when it was refused, with the reason on the forms."""
    note, given = note_form.cleaned_data["note"], form.answers()
    has_sent = case.uploads.papers().filter(uploaded_at__gt=notice.asked_at).exists()
    if not (has_sent or given or note):
        note_form.add_error(None, _("请补上材料，或者写明情况，再提交。"))
        return False
    try:
        actions.answer_supplement(
            case.pk, answers=given, note=note, by=request.scope, now=timezone.now()
        )
    except NotAllowed as error:
        for key, text in (error.fields if isinstance(error, Invalid) else {}).items():
            form.add_error(key if key in form.fields else None, str(text))
        note_form.add_error(None, str(error.message))
        return False
    return True


def _show_answer(
    request: PortalRequest,
    case: Case,
    notice: Supplement,
    form: PageForm,
    note_form: NoteForm,
    *,
    status: int = 200,
) -> HttpResponse:
    uploads = list(case.uploads.papers().filter(uploaded_at__gt=notice.asked_at).order_by("id"))
    context = {
        "case": case,
        "notice": notice,
        "form": form,
        "note_form": note_form,
        "rows": [_with_files(case, row, uploads) for row in form.rows()],
        "problems": [],
    }
    return TemplateResponse(request, "servicehall/mine/answer.html", context, status=status)


def _with_files(case: Case, row: dict[str, Any], uploads: Sequence[Upload]) -> dict[str, Any]:
    if row["kind"] != "file":
        return row
    mine = [upload for upload in uploads if upload.field == row["key"]]
    return {
        **row,
        "attach_url": reverse("servicehall:my-case-attach", args=[case.pk, row["key"]]),
        "choose_url": "",
        "uploads": [
            (
                upload,
                reverse("servicehall:my-case-remove", args=[case.pk, upload.pk]),
                doubts_of(upload),
            )
            for upload in mine
        ],
        "is_full": len(mine) >= row["max"],
    }


def _attach_one(request: PortalRequest, case: Case, key: str, file: Any) -> str:
    try:
        clean = check_upload(file.read(), file.name or "")
        file_actions.attach_answer(case.pk, key, clean, by=request.scope, now=timezone.now())
    except NotAllowed as error:
        return str(error.message)
    return ""


@access(RESIDENT)
@require_POST
def attach(request: PortalRequest, case_id: uuid.UUID, key: str) -> HttpResponse:
    case = _my_case(request, case_id)
    problems = [
        problem
        for file in request.FILES.getlist(key)
        if (problem := _attach_one(request, case, key, file))
    ]
    return _box(request, case, key, problems[-1:])


@access(RESIDENT)
@require_POST
def remove(request: PortalRequest, case_id: uuid.UUID, upload_id: uuid.UUID) -> HttpResponse:
    case = _my_case(request, case_id)
    upload = get_object_or_404(
        Upload.objects.visible_to(request.scope), pk=upload_id, case_id=case.pk
    )
    try:
        file_actions.remove(upload.pk, by=request.scope)
    except NotAllowed as error:
        messages.error(request, str(error.message))
    if request.htmx:
        return _box(request, case, upload.field, [])
    return redirect("servicehall:my-case-answer", case_id)


def _box(request: PortalRequest, case: Case, key: str, problems: list[str]) -> HttpResponse:
    notice = open_notice(case)
    questions = [q for q in _asked(case, notice) if q["key"] == key] if notice else []
    if notice is None or not questions:
        return redirect("servicehall:my-case", case.pk)
    form = _answer_form(request, case, questions, is_bound=False)
    uploads = list(case.uploads.papers().filter(uploaded_at__gt=notice.asked_at).order_by("id"))
    context = {
        "row": _with_files(case, form.rows()[0], uploads),
        "problems": problems,
        "is_alone": False,
    }
    return TemplateResponse(
        request,
        "servicehall/filing/_file_answer.html",
        context,
        status=HTTP_INVALID if problems else 200,
    )


# --- again, withdrawing, rating ------------------------------------------------------------------------


@access(RESIDENT)
@require_POST
def again(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    """A new application from this one; what could not come along is said."""
    case = _my_case(request, case_id)
    try:
        draft, left_out = actions.start_again(case.pk, by=request.scope, now=timezone.now())
    except NotAllowed as error:
        messages.error(request, str(error.message))
        return redirect("servicehall:my-case", case_id)
    if left_out:
        names = _("、").join(left_out)
        messages.info(
            request, _("这几项要重新填：%(names)s。其余照上次的，请核对。") % {"names": names}
        )
    return redirect("servicehall:draft", draft.pk)


@access(RESIDENT)
@require_POST
def withdraw(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _my_case(request, case_id)
    form = WithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        actions.withdraw(case.pk, reason=reason, by=request.scope, now=timezone.now())
    except NotAllowed as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("已撤回。资料我们保留，随时可以重新申请。"))
    return redirect("servicehall:my-case", case_id)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = _my_case(request, case_id)
    return rate_page(request, case, back=reverse("servicehall:my-case", args=[case.pk]))

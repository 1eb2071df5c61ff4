"""Where the requests of residents are answered: corrections by who answers for the value, the rest by the district."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from common.access import SIGNED_IN, access, power
from common.errors import NotAllowed
from common.masking import mask_id, mask_name
from common.paging import BadCursor, keyset_page
from common.refusals import TakingForm
from common.storage import FileMissing
from community.governance.enums import BodyKind, Power
from community.governance.scopes import PortalRequest
from residents.base.actions import ProofNeeded
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import Purpose
from residents.base.known import known
from residents.base.models import SourceSystem, Visit
from residents.rights import actions, deadlines, erasing
from residents.rights.actions.corrections import sources_of
from residents.rights.forms import AnswerForm, DeletionAnswerForm
from residents.rights.models import (
    Correction,
    Deletion,
    KinRequest,
    Paper,
    RetentionRule,
    RightsFigure,
)
from residents.rights.views.deletions import part_rows

SIZE = 30
REFUSED = 422
_Q = TypeVar("_Q", Correction, Deletion)
REVIEW = power(Power.REVIEW_CORRECTIONS)
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


# --- lists ----------------------------------------------------------------------------------------
@access(REVIEW)
@require_safe
def corrections(request: PortalRequest) -> HttpResponse:
    """What residents say is wrong, the most urgent first."""
    rows = Correction.objects.visible_to(request.scope).open()
    return _list(request, rows, "corrections", lambda row: (row.label, "rights:correction"))


@access(REVIEW)
@require_safe
def deletions(request: PortalRequest) -> HttpResponse:
    rows = Deletion.objects.visible_to(request.scope).open()
    return _list(request, rows, "deletions", lambda row: (_words_of(row), "rights:deletion-answer"))


@access(REVIEW)
@require_safe
def kin_requests(request: PortalRequest) -> HttpResponse:
    rows = KinRequest.objects.visible_to(request.scope).open()
    return _list(request, rows, "kin", lambda row: (row.get_wish_display(), "rights:kin-request"))


def _words_of(row: Deletion) -> str:
    return str(_("、")).join(erasing.label_of(part) for part in row.parts)


def _list(
    request: PortalRequest,
    rows: "QuerySet[Any]",
    tab: str,
    line: Callable[[Any], tuple[str, str]],
) -> HttpResponse:
    here = {
        "corrections": "rights:desk",
        "deletions": "rights:deletions",
        "kin": "rights:kin-requests",
    }
    today = timezone.localdate()
    try:
        page = keyset_page(
            rows.select_related("person__community"),
            order=("due_on", "id"),
            after=request.GET.get("after"),
            size=SIZE,
        )
    except BadCursor:
        return redirect(here[tab])
    figures = RightsFigure.objects.public(today).filter(code="warn_days")
    warn = next((figure.value for figure in figures), 0)
    lines = []
    for row in page.items:
        what, url = line(row)
        light = deadlines.light(today, due_on=row.due_on, is_open=True, warn_days=warn)
        lines.append(
            (row, mask_name(row.person.full_name), what, reverse(url, args=[row.pk]), light)
        )
    context = {
        "page": page,
        "lines": lines,
        "is_office": request.scope.body_kind == BodyKind.COMMUNITY_OFFICE,
        "is_corrections": tab == "corrections",
        "is_deletions": tab == "deletions",
        "is_kin": tab == "kin",
    }
    return TemplateResponse(request, "rights/desk.html", context)


# --- a look -----------------------------------------------------------------------------------------
def _opened(
    request: PortalRequest, model: type[_Q], pk: uuid.UUID, look: Callable[..., None], back: str
) -> _Q | HttpResponse:
    """The request, once a look at it is written down; 404 outside the reach. A refused look leads `back`."""
    now = timezone.now()
    rows = model.objects.visible_to(request.scope)
    found = get_object_or_404(rows.select_related("person__community", "person__detail"), pk=pk)
    visits = Visit.objects.open_for(request.scope, found.person_id, now)
    if visits.filter(purpose=Purpose.CORRECTION).exists():
        return found
    try:
        look(pk, by=request.scope, now=now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
        return redirect(back)
    return redirect(request.path)


def _done(
    request: PortalRequest, form: TakingForm, run: Callable[..., object], back: str
) -> HttpResponse | None:
    """Carry the answer out; None when it was refused, with the refusal in the form."""
    try:
        run(now=timezone.now())
    except NotAllowed as refusal:
        form.take(refusal)
        return None
    messages.success(request, _("已答复，并告知本人。"))
    return redirect(back)


# --- a correction -----------------------------------------------------------------------------------
@access(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: PortalRequest, correction_id: uuid.UUID) -> HttpResponse:
    """What is kept, what is said to be right, and the answer."""
    found = _opened(request, Correction, correction_id, actions.look_at_correction, "rights:desk")
    if isinstance(found, HttpResponse):
        return found
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        run = actions.accept_correction if given["act"] == "accept" else actions.refuse_correction
        call = partial(run, found.pk, answer=given["answer"], by=request.scope)
        if done := _done(request, form, call, "rights:desk"):
            return done
    return _correction_page(request, found, form)


@access(REVIEW)
@require_POST
def reveal(request: PortalRequest, correction_id: uuid.UUID) -> HttpResponse:
    """A secret value in full, to compare it with the paper; written down."""
    found = _opened(request, Correction, correction_id, actions.look_at_correction, "rights:desk")
    if isinstance(found, HttpResponse):
        return redirect("rights:correction", correction_id)
    now = timezone.now()
    try:
        full = actions.reveal_correction(
            found.pk, is_proven=step_up.is_proven(request, now=now), by=request.scope, now=now
        )
    except ProofNeeded as refusal:
        messages.warning(request, str(refusal.message))
        return step_up.ask(request, reverse("rights:correction", args=[found.pk]))
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
        return redirect("rights:correction", found.pk)
    return _correction_page(request, found, AnswerForm(), full=full)


def _correction_page(
    request: PortalRequest,
    found: Correction,
    form: AnswerForm,
    full: tuple[str, str] | None = None,
) -> HttpResponse:
    key = found.attribute
    what = ATTRIBUTES[key]
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    lines = known(found.person, sources, records=sources_of(found), disputed={key})
    line = next(line for line in lines if line.key == key)
    context = {
        "found": found,
        "form": form,
        "answer_url": reverse("rights:correction", args=[found.pk]),
        "line": line,
        "before": full[0] if full else line.shown,
        "after": full[1] if full else what.shown(found.value),
        "can_reveal": what.is_secret and not full and request.scope.has(Power.REVEAL_FIELDS),
        "papers": list(Paper.objects.visible_to(request.scope).filter(correction=found)),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/correction.html", context, status=status)


@access(SIGNED_IN)
@require_safe
def paper(request: PortalRequest, paper_id: uuid.UUID) -> HttpResponse:
    """A paper, as a download and never as a page."""
    try:
        found, content = actions.open_paper(paper_id, by=request.scope, now=timezone.now())
    except (Paper.DoesNotExist, FileMissing):
        raise Http404 from None
    response = HttpResponse(content, content_type=TYPES[found.kind])
    response["Content-Disposition"] = content_disposition_header(True, found.title)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


# --- a deletion ---------------------------------------------------------------------------------------
@access(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: PortalRequest, deletion_id: uuid.UUID) -> HttpResponse:
    """What is asked away, what the law keeps, and the answer part by part."""
    found = _opened(request, Deletion, deletion_id, actions.look_at_deletion, "rights:deletions")
    if isinstance(found, HttpResponse):
        return found
    choices = [(part, erasing.label_of(part)) for part in found.parts]
    form = DeletionAnswerForm(choices, request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        call = partial(actions.refuse_deletion, found.pk)
        if given["act"] == "accept":
            call = partial(actions.accept_deletion, found.pk, given["parts"])
        call = partial(call, answer=given["answer"], by=request.scope)
        if done := _done(request, form, call, "rights:deletions"):
            return done
    context = {
        "found": found,
        "form": form,
        "answer_url": request.path,
        "name": found.person.full_name,
        "parts": part_rows(found),
        "rules": list(RetentionRule.objects.public(timezone.localdate())),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/deletion_answer.html", context, status=status)


# --- the next of kin ------------------------------------------------------------------------------------
@access(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def kin_request(request: PortalRequest, request_id: uuid.UUID) -> HttpResponse:
    try:
        found = actions.look_at_kin(request_id, by=request.scope, now=timezone.now())
    except KinRequest.DoesNotExist:
        raise Http404 from None
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        call = partial(
            actions.answer_kin_request,
            found.pk,
            is_accepted=given["act"] == "accept",
            answer=given["answer"],
            by=request.scope,
        )
        if done := _done(request, form, call, "rights:kin-requests"):
            return done
    context = {
        "found": found,
        "form": form,
        "answer_url": request.path,
        "number": mask_id(found.deceased_number),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/kin_request.html", context, status=status)

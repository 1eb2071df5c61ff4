"""不对: the resident says what is right, and follows what becomes of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, access
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from common.uploads import CleanFile, UploadRefused, check_upload
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from residents.base.known import known
from residents.base.models import Person, SourceSystem
from residents.rights import actions
from residents.rights.forms import CorrectionForm
from residents.rights.models import Correction
from residents.rights.relatives import acted_for_by

SIZE = 20
REFUSED = 422


@access(RESIDENT)
@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    """What I asked to be corrected, newest first."""
    rows = Correction.objects.visible_to(request.scope).select_related("person")
    try:
        page = keyset_page(rows, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("rights:corrections")
    lines = [(row, ATTRIBUTES[row.attribute].shown(row.value)) for row in page.items]
    return TemplateResponse(
        request,
        "rights/corrections.html",
        {"page": page, "lines": lines, "user_id": request.user.pk},
    )


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: PortalRequest, field: str) -> HttpResponse:
    """One value of my own file."""
    person = Person.objects.visible_to(request.scope).select_related("detail").first()
    if person is None:
        return redirect("residents:me")
    return _correct(request, person, field)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_for(request: PortalRequest, field: str, person_id: uuid.UUID) -> HttpResponse:
    """One value of somebody for whom I may act."""
    reach = acted_for_by(request.scope, timezone.localdate()).select_related("detail")
    return _correct(request, get_object_or_404(reach, pk=person_id), field)


def _correct(request: PortalRequest, person: Person, field: str) -> HttpResponse:
    if field not in ATTRIBUTES:
        raise Http404
    asked = Correction.objects.visible_to(request.scope).of_person(person.pk).open()
    waiting = asked.filter(attribute=field).first()
    if waiting is not None:
        return _waiting(request, person, waiting)
    sent = request.method == "POST"
    form = CorrectionForm(
        ATTRIBUTES[field], request.POST if sent else None, request.FILES if sent else None
    )
    if form.is_valid():
        try:
            paper = _checked(form.cleaned_data["paper"])
            actions.file_correction(
                person.pk,
                field,
                form.cleaned_data["value"],
                reason=form.cleaned_data["reason"],
                paper=paper,
                by=request.scope,
                now=timezone.now(),
            )
        except UploadRefused as refusal:
            form.add_error("paper", str(refusal.message))
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已收到，有结果会告诉您。核对期间原来的内容照旧显示。"))
            return redirect("rights:corrections")
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    context = {
        "form": form,
        "person": person,
        "is_own": person.account_id == request.user.pk,
        "line": next(line for line in known(person, sources) if line.key == field),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/correct.html", context, status=status)


def _waiting(request: PortalRequest, person: Person, found: Correction) -> HttpResponse:
    """The same value is being checked: what was asked, until when, and where it can be withdrawn. Nobody writes a
    second reason for nothing. Another adult of the family may have asked; what he wrote is his."""
    is_mine = found.filed_by == request.user.pk
    context = {
        "found": found,
        "person": person,
        "is_own": person.account_id == request.user.pk,
        "is_mine": is_mine,
        "right": ATTRIBUTES[found.attribute].shown(found.value) if is_mine else "",
    }
    status = 409 if request.method == "POST" else 200
    return TemplateResponse(request, "rights/correct_waiting.html", context, status=status)


def _checked(file: "UploadedFile[Any] | None") -> CleanFile | None:
    return check_upload(file.read(), file.name or "") if file else None


@access(RESIDENT)
@require_POST
def withdraw(request: PortalRequest, correction_id: uuid.UUID) -> HttpResponse:
    try:
        actions.withdraw_correction(correction_id, by=request.scope, now=timezone.now())
    except Correction.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已撤回。"))
    return redirect("rights:corrections")

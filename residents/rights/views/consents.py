"""For what my data are used, on which basis, and what I allow or refuse."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.access import RESIDENT, access
from common.errors import NotAllowed
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from residents.rights import actions
from residents.rights.enums import Basis
from residents.rights.forms import ConsentForm
from residents.rights.models import Consent, ProcessingPurpose
from residents.rights.relatives import wards_of

REFUSED = 422


@dataclass(frozen=True, slots=True)
class Line:
    """A purpose with what the person says to it."""

    purpose: ProcessingPurpose
    is_allowed: bool
    consent: Consent | None


def lines(purposes: Iterable[ProcessingPurpose], said: Iterable[Consent], day: date) -> list[Line]:
    """As `consents.allowed` decides, for one person and the rows at hand."""
    rows = list(said)
    found = []
    for purpose in purposes:
        own = [row for row in rows if row.purpose.code == purpose.code]
        standing = [
            row
            for row in own
            if row.given_at
            and not row.withdrawn_at
            and (row.expires_on is None or row.expires_on >= day)
            and (purpose.basis != Basis.CONSENT or row.purpose_id == purpose.pk)
        ]
        is_allowed = (
            purpose.basis == Basis.STATUTORY
            or bool(standing)
            or (purpose.basis == Basis.REFUSABLE and not own)
        )
        found.append(Line(purpose, is_allowed, next(iter(standing or own), None)))
    return found


@access(RESIDENT)
@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    person = Person.objects.visible_to(request.scope).first()
    if person is None:
        return redirect("residents:me")
    rows = lines(ProcessingPurpose.objects.public(today), Consent.objects.of(person.pk), today)
    context = {
        "choices": [row for row in rows if row.purpose.is_choice],
        "duties": [row for row in rows if not row.purpose.is_choice],
    }
    return TemplateResponse(request, "rights/purposes.html", context)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: PortalRequest, code: str) -> HttpResponse:
    """One purpose in full: what follows from a no is read before it is said."""
    person = Person.objects.visible_to(request.scope).first()
    if person is None:
        return redirect("residents:me")
    return _purpose(request, person, code, is_own=True)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def for_ward(request: PortalRequest, person_id: uuid.UUID, purpose_code: str) -> HttpResponse:
    """A guardian says yes or no for the ward."""
    ward = get_object_or_404(wards_of(request.scope, timezone.localdate()), pk=person_id)
    return _purpose(request, ward, purpose_code, is_own=False)


def _purpose(request: PortalRequest, person: Person, code: str, *, is_own: bool) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    found = get_object_or_404(ProcessingPurpose.objects.public(today), code=code)
    if not found.is_choice and request.method == "POST":
        raise Http404
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if form.cleaned_data["act"] == "give":
                is_separate = form.cleaned_data["is_separate"]
                actions.give_consent(
                    person.pk, code, is_separate=is_separate, by=request.scope, now=now
                )
                messages.success(request, _("已记下您的同意，随时可以撤回。"))
            else:
                actions.withdraw_consent(person.pk, code, by=request.scope, now=now)
                messages.success(request, _("已停用，从现在起不再用于这一目的。"))
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            if is_own:
                return redirect("rights:purposes")
            return redirect("rights:family-member", person.pk)
    context = {
        "line": lines([found], Consent.objects.of(person.pk), today)[0],
        "form": form,
        "person": person,
        "is_own": is_own,
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/purpose.html", context, status=status)

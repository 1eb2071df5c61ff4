"""At the counter, from documents: who is whose guardian, and a consent signed on paper."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.models import Person, Visit
from residents.rights import actions
from residents.rights.forms import ConsentForm, GuardianForm
from residents.rights.models import Consent, Guardianship, ProcessingPurpose
from residents.rights.relatives import likely_guardians
from residents.rights.views.consents import lines

REFUSED = 422
REGISTER = power(Power.REGISTER_PERSONS)


def _opened(request: PortalRequest, person_id: uuid.UUID) -> Person | None:
    """The person, if his file is open for a stated purpose; 404 outside the reach."""
    reach = Person.objects.visible_to(request.scope, Power.REGISTER_PERSONS)
    person = get_object_or_404(reach.select_related("community"), pk=person_id)
    is_open = Visit.objects.open_for(request.scope, person_id, timezone.now()).exists()
    return person if is_open else None


@access(REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def guardians(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    ward = _opened(request, person_id)
    if ward is None:
        return redirect("residents:file", person_id)
    likely = [
        (str(row.person_id), f"{row.person.full_name} · {row.get_relation_display()}")
        for row in likely_guardians(ward)
    ]
    form = GuardianForm(
        likely, request.POST if request.method == "POST" else None, initial={"from_on": today}
    )
    if form.is_valid() and _record(request, ward, form, now):
        messages.success(request, _("监护关系已登记。"))
        return redirect("rights:guardians", ward.pk)
    rows = Guardianship.objects.visible_to(request.scope).filter(ward=ward)
    context = {
        "ward": ward,
        "form": form,
        "rows": [
            (row, mask_name(row.guardian.full_name), row.to_on is None or row.to_on >= today)
            for row in rows.select_related("guardian")
        ],
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/guardians.html", context, status=status)


def _record(request: PortalRequest, ward: Person, form: GuardianForm, now: Any) -> bool:
    given = form.cleaned_data
    guardian_id = given.get("guardian") or None
    if guardian_id is None:
        # Whoever stands here with the document, wherever he lives.
        shown = Person.objects.standing_here(request.scope, given["number"]).order_by("pk").first()
        if shown is None:
            form.add_error("number", _("基础库中没有这个证件号码，请先登记监护人。"))
            return False
        guardian_id = shown.pk
    try:
        actions.record_guardian(
            ward.pk,
            guardian_id,
            kind=given["kind"],
            document=given["document"],
            from_on=given["from_on"],
            to_on=given["to_on"],
            by=request.scope,
            now=now,
        )
    except NotAllowed as refusal:
        form.take(refusal)
        return False
    return True


@access(REGISTER)
@require_POST
def end(request: PortalRequest, person_id: uuid.UUID, guardianship_id: uuid.UUID) -> HttpResponse:
    if _opened(request, person_id) is None:
        return redirect("residents:file", person_id)
    try:
        actions.end_guardian(guardianship_id, by=request.scope, now=timezone.now())
    except Guardianship.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("监护关系已结束。"))
    return redirect("rights:guardians", person_id)


@access(REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """What the person has signed on paper: a yes or a no to one purpose at a time."""
    now = timezone.now()
    today = timezone.localdate(now)
    person = _opened(request, person_id)
    if person is None:
        return redirect("residents:file", person_id)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = request.POST.get("code", "")
        given = form.cleaned_data
        try:
            if given["act"] == "give":
                actions.give_consent(
                    person.pk, code, is_separate=given["is_separate"], by=request.scope, now=now
                )
            else:
                actions.withdraw_consent(person.pk, code, by=request.scope, now=now)
        except ProcessingPurpose.DoesNotExist:
            raise Http404 from None
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已按书面材料登记。"))
            return redirect("rights:paper-consents", person.pk)
    rows = lines(ProcessingPurpose.objects.public(today), Consent.objects.of(person.pk), today)
    context = {
        "person": person,
        "form": form,
        "rows": [row for row in rows if row.purpose.is_choice],
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/paper_consents.html", context, status=status)

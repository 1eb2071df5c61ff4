"""服务关怀标签: within an opened file they are set, extended and ended; a list says which wait for a look."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from common.refusals import refuse
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.actions import care as acts
from residents.base.forms_tidy import CareForm, ReasonForm
from residents.base.models import CareFlag, CareKind, Person, Visit

PAGE_SIZE = 30
REFUSED = 422


@access(power(Power.SET_CARE))
@require_http_methods(["GET", "HEAD", "POST"])
def flags(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """The flags of one person, those that ended too, and a form for another."""
    now = timezone.now()
    person = get_object_or_404(
        Person.objects.visible_to(request.scope, Power.SET_CARE), pk=person_id
    )
    if not Visit.objects.open_for(request.scope, person_id, now).exists():
        return redirect("residents:file", person_id)
    age = acts.age_on(person, timezone.localdate(now))
    kinds = [kind for kind in CareKind.objects.visible_to(request.scope) if kind.fits(age)]
    if request.method != "POST":
        return _page(request, person, CareForm(kinds))
    form = CareForm(kinds, request.POST)
    if not form.is_valid():
        return _page(request, person, form)
    try:
        acts.give_flag(person.pk, **form.arguments(), by=request.scope, now=now)
    except NotAllowed as refusal:
        refuse(form, refusal)
        return _page(request, person, form)
    messages.success(request, _("标签已设置，到期前会提醒复核。"))
    return redirect("residents:care", person_id)


def _page(request: PortalRequest, person: Person, form: CareForm) -> HttpResponse:
    rows = CareFlag.objects.visible_to(request.scope).filter(person=person).select_related("kind")
    context = {
        "person": person,
        "flags": list(rows.order_by("-ended_on", "-id")),
        "form": form,
        "today": timezone.localdate(),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "residents/tidy/care.html", context, status=status)


@access(power(Power.SET_CARE))
@require_POST
def extend(request: PortalRequest, flag_id: uuid.UUID) -> HttpResponse:
    return _change(request, flag_id, acts.extend_flag, _("标签已延长。"))


@access(power(Power.SET_CARE))
@require_POST
def end(request: PortalRequest, flag_id: uuid.UUID) -> HttpResponse:
    return _change(request, flag_id, acts.end_flag, _("标签已结束。"))


def _change(
    request: PortalRequest, flag_id: uuid.UUID, act: Callable[..., CareFlag], done: str
) -> HttpResponse:
    flag = get_object_or_404(CareFlag.objects.visible_to(request.scope, Power.SET_CARE), pk=flag_id)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        act(flag.pk, reason=reason, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done)
    return redirect("residents:care", flag.person_id)


@access(power(Power.SET_CARE))
@require_safe
def review(request: PortalRequest) -> HttpResponse:
    """Which flags wait for a look, the longest first."""
    today = timezone.localdate()
    rows: Any = (
        CareFlag.objects.visible_to(request.scope)
        .standing()
        .due(today)
        .select_related("kind", "person__community")
    )
    order = ("review_on", "id")
    try:
        page = keyset_page(rows, order=order, after=request.GET.get("after"), size=PAGE_SIZE)
    except BadCursor:
        page = keyset_page(rows, order=order, after=None, size=PAGE_SIZE)
    entries = [(flag, mask_name(flag.person.full_name)) for flag in page.items]
    context = {"page": page, "entries": entries, "today": today}
    return TemplateResponse(request, "residents/tidy/review.html", context)

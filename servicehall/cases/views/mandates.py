"""替别人办: for whom I may file, mandates given and held; recording them at the counter."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, access, power
from common.errors import NotAllowed
from common.masking import mask_name
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.forms_mandates import MandateForm
from servicehall.cases.models import Mandate
from servicehall.cases.proxies import filed_for_by
from servicehall.catalogue.models import ItemVersion

REFUSED = 422


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def start_for_other(request: PortalRequest, code: str) -> HttpResponse:
    """Whom it is for: a ward, a member of the family, or who gave me a mandate for this item."""
    now = timezone.now()
    today = timezone.localdate(now)
    version = ItemVersion.objects.public(today).filter(item_id=code).first()
    if version is None:
        raise Http404
    people = filed_for_by(request.scope, today, code).exclude(account_id=request.scope.user_id)
    if request.method == "POST":
        try:
            person = people.select_related("community").get(
                pk=uuid.UUID(request.POST.get("person", ""))
            )
        except (Person.DoesNotExist, ValueError):
            raise Http404 from None
        draft = actions.open_draft(version, applicant=person, by=request.scope, now=now)
        return redirect("servicehall:draft", draft.pk)
    context = {"version": version, "people": list(people.order_by("full_name", "pk"))}
    return TemplateResponse(request, "servicehall/mandates/start.html", context)


@access(RESIDENT)
@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    rows = Mandate.objects.visible_to(request.scope).select_related("giver", "holder")
    context = {"rows": _rows(list(rows[:50]), own=request.scope.user_id)}
    return TemplateResponse(request, "servicehall/mandates/mine.html", context)


def _rows(mandates: list[Mandate], own: Any = None) -> list[dict[str, Any]]:
    today = timezone.localdate()
    names = {
        version.item_id: version.label
        for version in ItemVersion.objects.public(today).defer("content")
    }
    return [
        {
            "row": row,
            "is_giver": row.giver.account_id == own,
            "holder": row.holder.full_name if own else mask_name(row.holder.full_name),
            "items": [names.get(code, code) for code in row.items],
            "is_on": row.revoked_at is None and row.until >= today,
        }
        for row in mandates
    ]


@access(RESIDENT)
@require_POST
def revoke(request: PortalRequest, mandate_id: uuid.UUID) -> HttpResponse:
    _revoke(request, mandate_id)
    return redirect("servicehall:my-mandates")


def _revoke(request: PortalRequest, mandate_id: uuid.UUID) -> None:
    try:
        actions.revoke_mandate(mandate_id, by=request.scope, now=timezone.now())
    except Mandate.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("委托已撤销，双方都会收到通知。"))


@access(power(Power.ACCEPT_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """At the counter: the mandates that the person who stands here has given, and a new one."""
    now = timezone.now()
    giver = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    form = MandateForm(timezone.localdate(now), request.POST if request.method == "POST" else None)
    if form.is_valid() and _record(request, giver, form):
        messages.success(request, _("委托已登记。"))
        return redirect("servicehall:mandates", giver.pk)
    rows = Mandate.objects.visible_to(request.scope).filter(giver=giver)
    context = {
        "giver": giver,
        "form": form,
        "rows": _rows(list(rows.select_related("giver", "holder")[:50])),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "servicehall/mandates/of_person.html", context, status=status)


def _record(request: PortalRequest, giver: Person, form: MandateForm) -> bool:
    given = dict(form.cleaned_data)
    number = given.pop("number")
    shown = Person.objects.standing_here(request.scope, number).order_by("pk").first()
    if shown is None:
        form.add_error("number", _("基础库中没有这个证件号码，请先登记受托人。"))
        return False
    try:
        actions.record_mandate(giver.pk, shown.pk, by=request.scope, now=timezone.now(), **given)
    except NotAllowed as refusal:
        form.take(refusal)
        return False
    return True


@access(power(Power.ACCEPT_CASES))
@require_POST
def revoke_for(request: PortalRequest, person_id: uuid.UUID, mandate_id: uuid.UUID) -> HttpResponse:
    """The person says so at the counter."""
    giver = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    get_object_or_404(Mandate.objects.visible_to(request.scope).filter(giver=giver), pk=mandate_id)
    _revoke(request, mandate_id)
    return redirect("servicehall:mandates", giver.pk)

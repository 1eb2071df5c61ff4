"""我的家人: what each member of the household has allowed me, what I have allowed, and who is my ward."""

import uuid
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.access import RESIDENT, access
from common.errors import NotAllowed
from community.governance.scopes import PortalRequest
from residents.base.known import Known, known, notes_of
from residents.base.models import HouseholdMember, Occupancy, Person, SourceSystem
from residents.rights import actions
from residents.rights.enums import FamilyAction, FamilyKind, FamilyState
from residents.rights.forms import AskForm
from residents.rights.models import Consent, FamilyConsent, Guardianship, ProcessingPurpose
from residents.rights.relatives import standing
from residents.rights.views.consents import lines


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the household: what he allows me, and whether he can be asked."""

    person: Person
    relation: str
    allowance: FamilyConsent | None
    is_ward: bool
    has_account: bool


@access(RESIDENT)
@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    person = Person.objects.visible_to(request.scope).first()
    if person is None:
        return redirect("residents:me")
    between = list(
        FamilyConsent.objects.visible_to(request.scope)
        .live(today)
        .select_related("giver", "receiver")
    )
    guardians = list(
        Guardianship.objects.visible_to(request.scope)
        .in_force(today)
        .select_related("guardian", "ward")
    )
    context = {
        "members": _members(person, between, guardians),
        "asked": [a for a in between if a.giver_id == person.pk and a.state == FamilyState.ASKED],
        "given": [a for a in between if a.giver_id == person.pk and a.state == FamilyState.GIVEN],
        "guardians": [g for g in guardians if g.ward_id == person.pk],
        "kinds": FamilyKind.choices,
    }
    return TemplateResponse(request, "rights/family.html", context)


def _members(
    me: Person, between: list[FamilyConsent], guardians: list[Guardianship]
) -> list[Member]:
    """Those of the household, then wards and others who allow something and live elsewhere."""
    allowances = {a.giver_id: a for a in between if a.receiver_id == me.pk}
    wards = {g.ward_id: g.ward for g in guardians if g.guardian_id == me.pk}
    rows = HouseholdMember.objects.living_with(me.pk).exclude(person=me).order_by("relation", "pk")
    home: dict[UUID, tuple[Person, str]] = {
        row.person_id: (row.person, str(row.get_relation_display())) for row in rows
    }
    others = {pk: (ward, _("被监护人")) for pk, ward in wards.items()} | {
        pk: (a.giver, _("已不同户")) for pk, a in allowances.items()
    }
    return [
        Member(person, relation, allowances.get(pk), pk in wards, person.account_id is not None)
        for pk, (person, relation) in {**others, **home}.items()
    ]


@access(RESIDENT)
@require_POST
def ask(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    form = AskForm(request.POST)
    kind = form.cleaned_data["kind"] if form.is_valid() else FamilyKind.SEE
    try:
        actions.ask_member(person_id, kind, by=request.scope, now=timezone.now())
    except Person.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已发给这位家人，对方答复后告诉您。"))
    return redirect("rights:family")


@access(RESIDENT)
@require_POST
def change(request: PortalRequest, consent_id: uuid.UUID, act: str) -> HttpResponse:
    if act not in FamilyAction.values:
        raise Http404
    try:
        found = actions.change_family(
            consent_id, FamilyAction(act), by=request.scope, now=timezone.now()
        )
    except FamilyConsent.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(found.get_state_display()))
    return redirect("rights:family")


@access(RESIDENT)
@require_safe
def member(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """The file of a ward, or of a member who allows it; masked, and the look is written down for him."""
    now = timezone.now()
    today: date = timezone.localdate(now)
    try:
        person = actions.look_at_member(person_id, by=request.scope, now=now)
    except Person.DoesNotExist:
        raise Http404 from None
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    can_act, is_ward = standing(request.scope, person.pk, today)
    purposes = ProcessingPurpose.objects.public(today) if is_ward else ()
    context = {
        "person": person,
        "lines": _with_addresses(person, known(person, sources, notes=notes_of(person.pk))),
        "can_act": can_act,
        "is_ward": is_ward,
        "purposes": [
            line
            for line in lines(purposes, Consent.objects.of(person.pk) if is_ward else (), today)
            if line.purpose.is_choice
        ],
    }
    return TemplateResponse(request, "rights/family_member.html", context)


def _with_addresses(person: Person, found: list[Known]) -> list[Known]:
    """Who lives in a dwelling of the base has no address of his own; it is read from there."""
    ties = {tie.kind != "registered": tie.address for tie in Occupancy.objects.of(person.pk)}
    lived = {"registered_address": ties.get(False, ""), "actual_address": ties.get(True, "")}
    return [
        replace(line, shown=lived[line.key]) if not line.shown and line.key in lived else line
        for line in found
    ]

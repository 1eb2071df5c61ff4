"""户与变动: the household of a person, its history, and everything that a clerk writes down about it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.access import access, power
from common.errors import Invalid, NotAllowed
from common.masking import mask_name
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest, Scope
from residents.base.actions.correcting import correct_event
from residents.base.actions.rehearsing import rehearse
from residents.base.enums import Relation
from residents.base.forms_life import About, ActForm, CorrectForm, Member, WhereForm
from residents.base.models import Dwelling, HouseholdMember, Occupancy, Person, PersonEvent, Visit
from residents.base.querysets import HouseholdMemberQuerySet
from residents.base.views._changes import SHOWN, Change, changes
from residents.base.views._verbs import VERBS, Doing, Verb

REFUSED = 422
EVENTS = 50
DOORS = 6  # that are named when several fit


@access(power(Power.REGISTER_PERSONS))
def history(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """The household now and before, the addresses with their dates, and what happened."""
    person = _opened(request, person_id)
    if person is None:
        return redirect("residents:file", person_id)
    members = HouseholdMember.objects.visible_to(request.scope)
    # Of the entries too that were found to be the same human being.
    entries = Q(person=person) | Q(person__merged_into=person)
    own = list(members.filter(person=person).select_related("household").order_by("from_on", "pk"))
    home = next((row for row in own if row.to_on is None), None)
    # Of somebody who has died or left: the household to which he belonged.
    last = home or (own[-1] if own else None)
    everybody = members.filter(household=last.household if last else None)
    shown = [
        (row, _name(person)(row.person.full_name, row.person_id))
        for row in everybody.select_related("person").order_by("relation", "from_on", "pk")
        if row.from_on != row.to_on
    ]
    living = {row.person_id for row, _shown in shown if row.to_on is None}
    ties = Occupancy.objects.visible_to(request.scope).filter(entries)
    events = PersonEvent.objects.visible_to(request.scope).filter(entries)
    context = {
        "person": person,
        "home": home,
        "kin": [each for each in shown if home and each[0].to_on is None],
        "left": [
            each for each in shown if each[0].to_on is not None and each[0].person_id not in living
        ],
        "memberships": [row for row in own if row.from_on != row.to_on],
        "addresses": [
            row
            for row in ties.select_related("dwelling", "community").order_by("-from_on", "kind")
            if row.from_on != row.to_on
        ],
        "changes": changes(
            events.select_related(*SHOWN).order_by("-on", "-id")[:EVENTS],
            request.scope,
            name=_name(person),
        ),
        "last": last,
        "told": _of_household(request.scope, last, everybody, person)
        if last and any(row.person_id != person.pk for row, _shown in shown)
        else [],
        "verbs": _open_verbs(person, has_household=home is not None),
    }
    return TemplateResponse(request, "residents/life/history.html", context)


@dataclass(frozen=True, slots=True)
class Told:
    """An act in a household: one of its events, and who it changed in which way."""

    change: Change
    whom: list[tuple[list[str], list[tuple[str, str, str]]]]


def _of_household(
    scope: Scope, last: HouseholdMember, everybody: HouseholdMemberQuerySet, person: Person
) -> list[Told]:
    """What happened in a household, newest first: an act is one entry, and so are those whom it changed alike."""
    events = PersonEvent.objects.visible_to(scope).of_household(last.household_id, everybody)
    acts: dict[tuple[uuid.UUID, str, bool], list[Change]] = {}
    told = events.select_related(*SHOWN).order_by("-on", "-id")[:EVENTS]
    for change in changes(told, scope, name=_name(person)):
        acts.setdefault((change.act_id, change.kind, change.is_corrected), []).append(change)
    return [Told(those[0], _alike(those)) for those in acts.values()]


def _alike(those: list[Change]) -> list[tuple[list[str], list[tuple[str, str, str]]]]:
    names: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    for change in reversed(those):
        names.setdefault(tuple(change.lines), []).append(change.name)
    return [(whom, list(lines)) for lines, whom in names.items()]


def _opened(request: PortalRequest, person_id: uuid.UUID) -> Person | None:
    """The person whose file the acting post has opened for a purpose; None asks for one first."""
    person = get_object_or_404(
        Person.objects.visible_to(request.scope).select_related("community", "place"),
        pk=person_id,
    )
    is_open = Visit.objects.open_for(request.scope, person_id, timezone.now()).exists()
    return person if is_open else None


def _name(person: Person) -> Any:
    """Whose file is open is called by his name, the others as lists call them."""
    return lambda full_name, pk: full_name if pk == person.pk else mask_name(full_name)


def _open_verbs(person: Person, *, has_household: bool) -> list[Verb]:
    return [
        verb for verb in VERBS.values() if verb.is_open(person.state, has_household=has_household)
    ]


# --- one act --------------------------------------------------------------------------------------
@access(power(Power.REGISTER_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: PortalRequest, person_id: uuid.UUID, slug: str) -> HttpResponse:
    """A short form; then what it will change; then it is done."""
    verb = VERBS.get(slug)
    if verb is None:
        raise Http404
    person = _opened(request, person_id)
    if person is None:
        return redirect("residents:file", person_id)
    about, household_id = _about(request.scope, person)
    if not verb.is_open(person.state, has_household=household_id is not None):
        return redirect("residents:life", person_id)
    if request.method != "POST":
        form = verb.form(about, initial={"on": timezone.localdate()})
        return _act_page(request, person, verb, form)
    form = verb.form(about, request.POST)
    now = timezone.now()
    doing = Doing(person.pk, household_id, request.scope, now)
    if "again" in request.POST or not form.is_valid() or not (given := _given(form, request.scope)):
        return _act_page(request, person, verb, form, status=REFUSED)
    try:
        if "sure" not in request.POST:
            seen = rehearse(
                lambda: verb.run(doing, given), lambda id: _of(request.scope, id, person)
            )
            return _act_page(request, person, verb, form, seen=seen)
        done = verb.run(doing, given)
    except NotAllowed as refusal:
        _blame(form, refusal)
        return _act_page(request, person, verb, form, status=REFUSED)
    messages.success(request, _("已登记。"))
    return redirect("residents:event", done)


def _about(scope: Scope, person: Person) -> tuple[About, uuid.UUID | None]:
    rows = list(
        HouseholdMember.objects.visible_to(scope).living_with(person.pk).order_by("relation", "pk")
    )
    own = next((row for row in rows if row.person_id == person.pk), None)
    household_id = own.household_id if own else None
    communities = (
        Place.objects.visible_to(scope, Power.REGISTER_PERSONS)
        .on(timezone.localdate())
        .filter(level=PlaceLevel.COMMUNITY)
    )
    members = [
        Member(
            row.person_id,
            _name(person)(row.person.full_name, row.person_id),
            str(row.get_relation_display()),
            row.relation == Relation.HEAD,
        )
        for row in rows
        if row.household_id == household_id
    ]
    return About(person.pk, members, list(communities), person.community.code), household_id


def _given(form: ActForm, scope: Scope) -> dict[str, Any] | None:
    """What the action takes; None where the door is unclear, which the form then says."""
    given = form.arguments()
    if isinstance(form, WhereForm):
        given["dwelling"] = _door(form, scope)
    return None if form.errors else given


def _door(form: WhereForm, scope: Scope) -> Dwelling | None:
    text = form.cleaned_data["door"].strip()
    if not text:
        return None
    found = Dwelling.objects.visible_to(scope).called(form.place, text)
    doors = list(found.select_related("place").order_by("address")[:DOORS])
    exact = [door for door in doors if door.address == text]
    if len(exact or doors) == 1:
        return (exact or doors)[0]
    if not doors:
        form.add_error("door", _("这个社区没有这样的房屋。请换几个字，或空着。"))
    else:
        names = _("、").join(door.address for door in doors)
        form.add_error("door", _("不止一处，请写全：%(names)s") % {"names": names})
    return None


def _of(scope: Scope, act_id: uuid.UUID, person: Person) -> list[Change]:
    events = PersonEvent.objects.visible_to(scope).filter(act_id=act_id).select_related(*SHOWN)
    return changes(events.order_by("kind", "-is_head", "id"), scope, name=_name(person))


def _blame(form: Any, refusal: NotAllowed) -> None:
    """Say it at the field that it is about."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    named = [name for name in fields if name in form.fields]
    form.add_error(named[0] if named else None, str(refusal.message))


def _act_page(
    request: PortalRequest,
    person: Person,
    verb: Verb,
    form: ActForm,
    *,
    seen: list[Change] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "person": person,
        "verb": verb,
        "form": form,
        "changes": seen,
        "given": [(bound.html_name, value) for bound in form for value in _values(bound)]
        if seen is not None
        else [],
        "back": reverse("residents:life", args=[person.pk]),
    }
    return TemplateResponse(request, "residents/life/act.html", context, status=status)


def _values(bound: Any) -> list[str]:
    value = bound.data
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if each not in (None, False, "")]


# --- the paper of an act, and its correction -------------------------------------------------------
@access(power(Power.READ_PERSONS))
def event(request: PortalRequest, act_id: uuid.UUID) -> HttpResponse:
    """What was written down, to print and sign."""
    context = _event_context(request, act_id)
    context["can_correct"] = request.scope.has(Power.REGISTER_PERSONS) and not any(
        change.is_corrected for change in context["changes"]
    )
    return TemplateResponse(request, "residents/life/event.html", context)


def _event_context(request: PortalRequest, act_id: uuid.UUID) -> dict[str, Any]:
    events = list(
        PersonEvent.objects.visible_to(request.scope)
        .filter(act_id=act_id)
        .select_related(*SHOWN)
        .order_by("kind", "-is_head", "id")
    )
    if not events:
        raise Http404
    # The paper bears the full names of those whose file is open to the acting post.
    opened = set(
        Visit.objects.visible_to(request.scope, timezone.now())
        .filter(person__in=[event.person_id for event in events])
        .values_list("person_id", flat=True)
    )
    return {
        "act_id": act_id,
        "person": next((e.person for e in events if e.person_id in opened), events[0].person),
        "changes": changes(
            events,
            request.scope,
            name=lambda name, pk: name if pk in opened else mask_name(name),
        ),
    }


@access(power(Power.REGISTER_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: PortalRequest, act_id: uuid.UUID) -> HttpResponse:
    """Take an act back, or put it on the right day; the wrong one stays readable."""
    context = _event_context(request, act_id)
    form = CorrectForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            done = correct_event(act_id, **form.cleaned_data, by=request.scope, now=timezone.now())
        except NotAllowed as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("已更正，原登记保留备查。"))
            return redirect("residents:event", done)
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(
        request, "residents/life/correct.html", context | {"form": form}, status=status
    )

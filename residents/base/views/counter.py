"""找人办事: find a person, say why, open the file. Nobody browses; every look is written down."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import budget, limits, step_up
from common import ratelimit
from common.access import access, go_to, power
from common.errors import Invalid, NotAllowed
from common.identity import (
    FIRST_GENERATION,
    InvalidIdNumber,
    check_id_number,
)
from common.masking import mask_card, mask_id, mask_name, mask_phone
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place, place_label
from community.governance.scopes import PortalRequest, Scope
from residents.base import actions
from residents.base.actions.moving import move_in_new
from residents.base.actions.people import REVEALABLE
from residents.base.documents import is_number
from residents.base.enums import Likeness, OccupancyKind, PersonState, Purpose
from residents.base.forms import FindForm, PhoneForm, PurposeForm, RegisterForm, RevealForm
from residents.base.likely import candidates
from residents.base.models import CareFlag, HouseholdMember, Occupancy, Person, SourceSystem, Visit

MAX_FOUND = 20
SEARCHES_PER_MINUTE = 60
REFUSED, TOO_MANY = 422, 429
SHOWN = ("community", "place__parent__parent")
NEAR = (PlaceLevel.YARD, PlaceLevel.BUILDING, PlaceLevel.UNIT)
# What a row of a list is made of. To make objects of the rest of twenty persons and of four places each takes as long
# as to find them.
LISTED = ("full_name", "sex", "birth_on", "id_number", "state")
PLACES = {
    "community": "community",
    "near_1": "place",
    "near_2": "place__parent",
    "near_3": "place__parent__parent",
}
OF_PLACES = {
    f"{name}_{field}": F(f"{path}__{field}")
    for name, path in PLACES.items()
    for field in ("level", "name", "name_en")
}


@dataclass(frozen=True, slots=True)
class Found:
    """A person as a list shows him: enough to tell two apart, not enough to copy."""

    pk: uuid.UUID
    name: str
    sex: str
    age: int | None
    number: str
    community: str
    door: str
    state: str
    is_active: bool
    why: str = ""  # where the list shows likely doubles


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a file. `field` is set where the value is masked and may be asked for."""

    label: str
    shown: str
    field: str = ""
    source: str = ""
    as_of: date | None = None


# --- find -----------------------------------------------------------------------------------------
@access(power(Power.FIND_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: PortalRequest) -> HttpResponse:
    """Searches are posted: what identifies a person stands in no address and no log."""
    context: dict[str, Any]
    if request.method != "POST":
        context = {"form": FindForm(), "can_register": _registers(request)}
        return TemplateResponse(request, "residents/counter/find.html", context)
    now = timezone.now()
    form = FindForm(request.POST)
    context = {"form": form, "can_register": _registers(request)}
    status = 200
    if not ratelimit.hit("find", str(request.scope.user_id), SEARCHES_PER_MINUTE, 60, now):
        context["too_many"], status = True, TOO_MANY
    elif form.is_valid():
        q = form.cleaned_data["q"]
        is_shown_document = _is_full_number(q) and "live" not in request.POST
        persons = _matching(request.scope, q, anywhere=is_shown_document)
        if len(persons) == 1 and is_shown_document:
            return _open(request, persons[0].pk, {"purpose": Purpose.AT_COUNTER, "number": q}, now)
        context |= {"people": _found(request.scope, persons, now), "asked": True}
        context["mistyped"] = "" if persons else _mistyped(q, is_whole=is_shown_document)
        context["is_cut"] = len(persons) == MAX_FOUND
    name = "_results" if request.htmx else "find"
    return TemplateResponse(request, f"residents/counter/{name}.html", context, status=status)


def _registers(request: PortalRequest) -> bool:
    return request.scope.has(Power.REGISTER_PERSONS)


def _is_full_number(q: str) -> bool:
    return is_number(q)


def _mistyped(q: str, *, is_whole: bool) -> str:
    """What is wrong with a full number that nobody has. 15 digits may be 18 on their way: they wait for the key."""
    is_on_its_way = not is_whole and sum(c.isalnum() for c in q) == FIRST_GENERATION
    if is_on_its_way or not _is_full_number(q):
        return ""
    try:
        check_id_number(q)
    except InvalidIdNumber as error:
        return str(error.message)
    return ""


def _matching(scope: Scope, q: str, *, anywhere: bool) -> list[Person]:
    """`anywhere`: a full number was entered, so the person stands here with the document (通办)."""
    if anywhere:
        persons = Person.objects.standing_here(scope, q).order_by("pinyin", "id")[:MAX_FOUND]
    else:
        persons = Person.objects.search(q, scope, Power.FIND_PERSONS, size=MAX_FOUND)
    return list(listed(persons))


def listed(persons: QuerySet[Person]) -> QuerySet[Person]:
    """With what a list shows of them and of their places, and no more."""
    return persons.only(*LISTED).annotate(**OF_PLACES)


def _found(scope: Scope, persons: Sequence[Person], now: datetime) -> list[Found]:
    """Two queries for any number of rows: the persons and their doors."""
    here = [OccupancyKind.ACTUAL, OccupancyKind.RENTED]
    living = Occupancy.objects.visible_to(scope).current().filter(kind__in=here)
    living = living.filter(person__in=[person.pk for person in persons], dwelling__isnull=False)
    doors = dict(living.values_list("person_id", "dwelling__door"))
    today = timezone.localdate(now)
    return [
        Found(
            person.pk,
            mask_name(person.full_name),
            str(person.get_sex_display()),
            age(person.birth_on, today),
            mask_id(person.id_number or ""),
            _shown(person, "community"),
            " ".join([*_below_community(person), doors.get(person.pk, "")]).strip(),
            str(person.get_state_display()),
            person.state == PersonState.ACTIVE,
        )
        for person in persons
    ]


def _below_community(person: Person) -> list[str]:
    """Yard, building and unit, as far as they are known."""
    near = ("near_3", "near_2", "near_1")
    return [_shown(person, place) for place in near if getattr(person, f"{place}_level") in NEAR]


def _shown(person: Person, place: str) -> str:
    return place_label(getattr(person, f"{place}_name"), getattr(person, f"{place}_name_en"))


def age(birth_on: date | None, today: date) -> int | None:
    """Completed years, None when the birthday is not known."""
    if birth_on is None:
        return None
    had_birthday = (today.month, today.day) >= (birth_on.month, birth_on.day)
    return today.year - birth_on.year - (0 if had_birthday else 1)


# --- open -----------------------------------------------------------------------------------------
@access(power(Power.READ_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """The file of a person. Without a purpose stated a while ago the page asks for one first."""
    now = timezone.now()
    reach = Person.objects.visible_to(request.scope).select_related(*SHOWN)
    person = reach.filter(pk=person_id).first()
    if person is None:
        return redirect("residents:file", get_object_or_404(reach.instead_of(person_id)).pk)
    if request.method == "POST":
        form = PurposeForm(request.POST)
        if form.is_valid():
            return _open(request, person.pk, form.cleaned_data, now)
        return _ask_purpose(request, person, form, REFUSED)
    if not _is_open(request, person_id, now):
        return _ask_purpose(request, person, PurposeForm(), 200)
    return _file_page(request, person)


def _ask_purpose(
    request: PortalRequest, person: Person, form: PurposeForm, status: int
) -> HttpResponse:
    context = {"person": person, "name": mask_name(person.full_name), "form": form}
    return TemplateResponse(request, "residents/counter/purpose.html", context, status=status)


def _open(
    request: PortalRequest, person_id: uuid.UUID, given: dict[str, Any], now: datetime
) -> HttpResponse:
    """State the purpose, write it down, and go to the file; a file that is open already is not opened again."""
    target = reverse("residents:file", args=[person_id])
    if _is_open(request, person_id, now):
        return go_to(request, target)
    try:
        actions.open_file(
            person_id,
            purpose=given["purpose"],
            note=given.get("note", ""),
            number=given.get("number", ""),
            by=request.scope,
            now=now,
        )
    except Person.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        if refusal.code == "too_many_files":
            return _too_many(request, refusal)
        return _purpose_refused(request, person_id, given, refusal)
    if _has_opened_many(request.scope, now):
        messages.warning(request, _("您今天打开的档案已经很多，请只打开正在办事的人的档案。"))
    return go_to(request, target)


def _has_opened_many(scope: Scope, now: datetime) -> bool:
    day = timezone.localdate(now)
    if scope.user_id is None:
        return False
    return budget.of_day(scope.user_id, day).files > limits.in_force(day).files_noticed


def _too_many(request: PortalRequest, refusal: NotAllowed) -> HttpResponse:
    context = {"refusal": refusal.message}
    return TemplateResponse(request, "residents/counter/too_many.html", context, status=TOO_MANY)


def _purpose_refused(
    request: PortalRequest, person_id: uuid.UUID, given: dict[str, Any], refusal: NotAllowed
) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    form = PurposeForm(given)
    form.is_valid()
    form.add_error("note" if isinstance(refusal, Invalid) else None, str(refusal.message))
    return _ask_purpose(request, person, form, REFUSED)


def _is_open(request: PortalRequest, person_id: uuid.UUID, now: datetime) -> bool:
    """Whether the acting post has said why, not long ago."""
    return Visit.objects.open_for(request.scope, person_id, now).exists()


# --- the file -------------------------------------------------------------------------------------
def _file_page(
    request: PortalRequest,
    person: Person,
    *,
    phone_form: PhoneForm | None = None,
    status: int = 200,
) -> HttpResponse:
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    kin = (
        HouseholdMember.objects.visible_to(request.scope)
        .living_with(person.pk)
        .exclude(person=person)
    )
    today = timezone.localdate()
    context = {
        "person": person,
        "age": age(person.birth_on, today),
        "facts": _facts(person, sources),
        "addresses": _addresses(request.scope, person),
        "kin": [
            (member, mask_name(member.person.full_name), age(member.person.birth_on, today))
            for member in kin.order_by("relation", "id")
        ],
        "care": _care(request.scope, person),
        "can_set_care": request.scope.has(Power.SET_CARE),
        "can_reveal": request.scope.has(Power.REVEAL_FIELDS),
        "can_accept": request.scope.has(Power.ACCEPT_CASES),
        "phone_form": phone_form or PhoneForm(),
        "is_active": person.state == PersonState.ACTIVE,
    }
    return TemplateResponse(request, "residents/counter/file.html", context, status=status)


def _care(scope: Scope, person: Person) -> list[CareFlag] | None:
    """The standing care flags; None where the post may see none. The look at the file is the look at them."""
    if not scope.has(Power.SEE_CARE):
        return None
    rows = CareFlag.objects.visible_to(scope).standing().filter(person=person)
    return list(rows.select_related("kind").order_by("kind__position"))


def _facts(person: Person, sources: dict[str, str]) -> list[Fact]:
    def origin(attribute: str) -> tuple[str, date | None]:
        code, day = [*person.provenance.get(attribute, []), "", ""][:2]
        return sources.get(code, ""), date.fromisoformat(day) if day else None

    masked = (
        (_("证件号码"), mask_id(person.id_number or ""), "id_number"),
        (_("联系电话"), mask_phone(person.phone or ""), "phone"),
        (_("银行卡"), mask_card(person.bank_card or ""), "bank_card"),
    )
    return [
        Fact(label, shown or _("没有登记"), field if shown else "", *origin(field))
        for label, shown, field in masked
    ]


def _addresses(scope: Scope, person: Person) -> list[Fact]:
    rows = Occupancy.objects.visible_to(scope).current().filter(person=person)
    return [
        Fact(
            str(row.get_kind_display()),
            row.address,
            source=_("居民基础库"),
            as_of=row.from_on,
        )
        for row in rows.select_related("dwelling", "community").order_by("kind", "from_on")
    ]


@access(power(Power.READ_PERSONS))
@require_http_methods(["POST"])
def phone(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """Write down the telephone number that the person gives at the counter."""
    person = get_object_or_404(
        Person.objects.visible_to(request.scope).select_related(*SHOWN), pk=person_id
    )
    if not _is_open(request, person_id, timezone.now()):
        return redirect("residents:file", person_id)
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            actions.update_phone(
                person.pk,
                form.cleaned_data["phone"],
                source="counter",
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            form.add_error("phone", str(refusal.message))
        else:
            messages.success(request, _("联系电话已更新。"))
            return redirect("residents:file", person_id)
    return _file_page(request, person, phone_form=form, status=REFUSED)


@access(power(Power.REVEAL_FIELDS))
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: PortalRequest, person_id: uuid.UUID, field: str) -> HttpResponse:
    """One masked value in full: asked with a reason, shown once, written down."""
    if field not in REVEALABLE:
        raise Http404
    person = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    url = reverse("residents:reveal", args=[person_id, field])
    form = RevealForm(
        request.POST if request.method == "POST" else None, initial=request.GET.dict()
    )
    context: dict[str, Any] = {
        "form": form,
        "field": field,
        "url": url,
        "back": reverse("residents:file", args=[person_id]),
    }
    if form.is_valid():
        now = timezone.now()
        try:
            context["value"] = actions.reveal(
                person.pk,
                field,
                reason=form.cleaned_data["reason"],
                is_proven=step_up.is_proven(request, now=now),
                by=request.scope,
                now=now,
            )
        except actions.ProofNeeded as refusal:
            messages.warning(request, str(refusal.message))
            return step_up.ask(request, f"{url}?{urlencode({'reason': form.data['reason']})}")
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
    status = REFUSED if form.is_bound and form.errors else 200
    name = "_reveal" if request.htmx else "reveal"
    return TemplateResponse(request, f"residents/counter/{name}.html", context, status=status)


# --- register -------------------------------------------------------------------------------------
@access(power(Power.REGISTER_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: PortalRequest) -> HttpResponse:
    """A person who is not in the base yet. Likely doubles are shown before anything is written."""
    now = timezone.now()
    communities = (
        Place.objects.visible_to(request.scope, Power.REGISTER_PERSONS)
        .on(timezone.localdate(now))
        .filter(level=PlaceLevel.COMMUNITY)
    )
    if request.method != "POST":
        return _register_page(request, RegisterForm(communities), [], 200)
    form = RegisterForm(communities, request.POST)
    if not form.is_valid():
        return _register_page(request, form, [], REFUSED)
    doubles = _doubles(request.scope, form, now)
    if doubles and not form.cleaned_data["is_another"]:
        form.ask_twice()
        return _register_page(request, form, doubles, REFUSED)
    try:
        person = _registered(form, request.scope, now)
    except NotAllowed as refusal:
        field = "id_number" if refusal.code == "number_known" else None
        form.add_error(field, str(refusal.message))
        if field and request.scope.has(Power.MERGE_PERSONS):
            form.ask_about_duplicate()
        return _register_page(request, form, doubles, REFUSED)
    messages.success(request, _("已登记，可以办事了。"))
    return _open(request, person.pk, {"purpose": Purpose.AT_COUNTER}, now)


def _registered(form: RegisterForm, scope: Scope, now: datetime) -> Person:
    """Who came from outside has moved in on a day; who always lived here is only entered."""
    came_on, is_tenant = form.cleaned_data["came_on"], form.cleaned_data["is_tenant"]
    kind = OccupancyKind.RENTED if is_tenant else OccupancyKind.ACTUAL
    if came_on is None:
        return actions.register_person(**form.arguments(), kind=kind, by=scope, now=now)
    return move_in_new(**form.arguments(), on=came_on, kind=kind, by=scope, now=now)


def _register_page(
    request: PortalRequest, form: RegisterForm, doubles: list[Found], status: int
) -> HttpResponse:
    context = {"form": form, "doubles": doubles}
    return TemplateResponse(request, "residents/counter/register.html", context, status=status)


def _doubles(scope: Scope, form: RegisterForm, now: datetime) -> list[Found]:
    """Who is likely the same human being, and why, among those whom the clerk may find. The likeliest first."""
    hits = {
        hit.person_id: hit
        for hit in candidates([form.sought()], day=timezone.localdate(now)).get(0, [])
    }
    reach = Person.objects.visible_to(scope, Power.FIND_PERSONS).filter(pk__in=list(hits))
    persons = list(listed(reach).order_by("pk"))
    persons.sort(key=lambda person: -hits[person.pk].score)
    return [
        replace(found, why=_("、").join(str(Likeness(r).label) for r in hits[found.pk].reasons))
        for found in _found(scope, persons[:MAX_FOUND], now)
    ]

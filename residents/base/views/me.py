"""我的信息: what the base holds about me, from where, and who looked at it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import step_up
from accounts.actions import users
from accounts.models import AuditEntry
from common.access import RESIDENT, access
from common.paging import BadCursor, keyset_page
from community.governance.models import StationCoverage
from community.governance.scopes import PortalRequest, Scope
from residents.base.actions import own_file
from residents.base.attributes import SECRETS
from residents.base.forms_register import LanguageForm
from residents.base.known import Known, kept, known, notes_of
from residents.base.looks import looks
from residents.base.models import (
    HouseholdMember,
    Occupancy,
    Person,
    SourceRecord,
    SourceSystem,
)

SIZE = 20
VERIFIED_WITHIN = 300  # seconds
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Row:
    """An address: what kind, where, from which source and since when."""

    label: str | Promise
    shown: str
    source: str = ""
    as_of: date | None = None


@access(RESIDENT)
@require_safe
def me(request: PortalRequest) -> HttpResponse:
    """What the base holds about me."""
    return _page(request, {})


@access(RESIDENT)
@step_up.verified_within(VERIFIED_WITHIN)
@require_safe
def show(request: PortalRequest, field: str) -> HttpResponse:
    """My file with one masked value in full; asks the password again after five minutes."""
    if field not in SECRETS:
        raise Http404
    try:
        person = own_file.reveal_own(field, by=request.scope, now=timezone.now())
    except Person.DoesNotExist:
        return redirect("residents:me")
    return _page(request, {field: kept(person, field)[0]}, person)


@access(RESIDENT)
@require_POST
def choose_language(request: PortalRequest) -> HttpResponse:
    """The language of pages and messages, kept with the account."""
    form = LanguageForm(request.POST)
    response = redirect("residents:me")
    if form.is_valid():
        language = form.cleaned_data["language"]
        users.choose_language(request.user, language, by=request.scope, now=timezone.now())
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
        messages.success(request, _("语言已保存。"))
    return response


@access(RESIDENT)
@require_safe
def who_looked(request: PortalRequest) -> HttpResponse:
    """谁看过我的信息: every entry of the audit trail about me, others apart from myself."""
    person = _person(request)
    is_own = request.GET.get("by") == "me"
    user_id = request.user.pk
    # Who looked at an entry that was merged into mine looked at me.
    ids = [person.pk, *person.absorbed.values_list("pk", flat=True)] if person else []
    entries = AuditEntry.objects.of_person(*ids)
    entries = entries.filter(user_id=user_id) if is_own else entries.exclude(user_id=user_id)
    try:
        page = keyset_page(entries, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("residents:who-looked")
    context = {
        "page": page,
        "looks": looks(page.items, user_id),
        "is_own": is_own,
        "is_others": not is_own,
        "own_url": f"{reverse('residents:who-looked')}?by=me",
        "station": _station(person),
    }
    return TemplateResponse(request, "residents/me/who_looked.html", context)


def _page(
    request: PortalRequest, shown: dict[str, str], person: Person | None = None
) -> HttpResponse:
    person = person or _person(request)
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    memberships = _memberships(request.scope)
    own = [row for row in memberships if person and row.person_id == person.pk]
    others = [row for row in memberships if person and row.person_id != person.pk]
    context = {
        "person": person,
        "lines": _known(request.scope, person, sources, shown) if person else [],
        "addresses": list(_addresses(request.scope, sources, own)),
        "address_keys": ("registered_address", "actual_address"),
        "members": others,
        "shown": next(iter(shown), ""),
        "station": _station(person),
        "language_form": LanguageForm(initial={"language": request.user.language}),
    }
    return TemplateResponse(request, "residents/me/me.html", context)


def _person(request: PortalRequest) -> Person | None:
    persons = Person.objects.visible_to(request.scope).with_disputed()
    return persons.select_related("community", "place", "detail").first()


def _station(person: Person | None) -> StationCoverage | None:
    if person is None:
        return None
    today = timezone.localdate()
    covers = StationCoverage.objects.public().on(today).filter(community_id=person.community_id)
    return covers.select_related("station").first()


def _known(
    scope: Scope, person: Person, sources: dict[str, str], shown: dict[str, str]
) -> list[Known]:
    """Every attribute; what other sources say is opened only where they disagree."""
    disputed: list[str] = person.disputed  # type: ignore[attr-defined]
    return known(
        person,
        sources,
        records=SourceRecord.objects.visible_to(scope) if disputed else (),
        disputed=disputed,
        shown=shown,
        notes=notes_of(person.pk),
    )


def _addresses(
    scope: Scope, sources: dict[str, str], own: Iterable[HouseholdMember]
) -> Iterator[Row]:
    """户籍 and 现住 are two different ties; a register address outside the city is text only."""
    kinds = {"registered": "police", "actual": "grid_visit", "rented": "grid_visit"}
    has_register = False
    ties = Occupancy.objects.visible_to(scope).current()
    occupancies = ties.select_related("dwelling", "community")
    for tie in sorted(occupancies.order_by("id"), key=lambda tie: tie.kind != "registered"):
        if tie.kind == "registered":
            if tie.dwelling_id is None:
                continue  # the register knows the address that the household has written down
            has_register = True
        yield Row(
            label=tie.get_kind_display(),
            shown=tie.address,
            source=sources.get(kinds[tie.kind], ""),
            as_of=tie.from_on,
        )
    if not has_register:
        for home in (row.household for row in own):
            if home.registered_address:
                yield Row(_("户籍"), home.registered_address, sources.get("police", ""))


def _memberships(scope: Scope) -> list[HouseholdMember]:
    """Of the person and of those in the same households."""
    rows = HouseholdMember.objects.visible_to(scope).current()
    return list(rows.select_related("person", "household").order_by("relation", "id"))

"""一件事: choosing the items, the joint form page by page, and one page to follow all its cases."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, SIGNED_IN, access, power
from common.errors import NotAllowed
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.casefile import CaseFile
from servicehall.cases.enums import BatchAct, CaseState
from servicehall.cases.forms_staff import ChecklistForm
from servicehall.cases.models import Case, CaseFamily
from servicehall.cases.proxies import covered_by, filed_for_by
from servicehall.cases.querysets import CaseFamilyQuerySet
from servicehall.cases.steps import CHECK
from servicehall.cases.views import _pages
from servicehall.cases.views._filing import HTTP_INVALID, check_may_type, layout
from servicehall.cases.views._joint import get_family, joint_of
from servicehall.cases.views.filing import refused_by_name
from servicehall.cases.views.mine import tone
from servicehall.catalogue import finding
from servicehall.catalogue.models import Bundle, ItemVersion


# --- starting -----------------------------------------------------------------------------------
@access(RESIDENT)
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """The bundles, and the forms that were begun or filed."""
    return _overview(request, CaseFamily.objects.visible_to(request.scope), None)


@access(power(Power.ACCEPT_CASES))
@require_safe
def overview_for(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """The same for the person at the counter."""
    person = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    families = CaseFamily.objects.visible_to(request.scope).filter(applicant=person)
    return _overview(request, families, person)


def _overview(
    request: PortalRequest, families: CaseFamilyQuerySet, person: Person | None
) -> HttpResponse:
    bundles = Bundle.objects.public(timezone.localdate()).order_by("code")
    context = {
        "layout": layout(request),
        "person": person,
        "rows": [
            {"bundle": bundle, "key": str(number) if number < 10 else ""}
            for number, bundle in enumerate(bundles, start=1)
        ],
        "families": list(
            families.with_content().select_related("version", "applicant").order_by("-id")[:20]
        ),
    }
    return TemplateResponse(request, "servicehall/families/overview.html", context)


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PortalRequest, code: str) -> HttpResponse:
    """Which of the items, and for whom: oneself, or somebody for whom one may file."""
    bundle = _offered(code)
    own = Person.objects.of_account(request.scope.user_id).select_related("community")
    others = filed_for_by(request.scope, timezone.localdate()).select_related("community")
    others = others.exclude(account_id=request.scope.user_id).order_by("full_name", "pk")
    people = [*own[:1], *others]
    chosen = request.POST.get("person", "")
    person = next((one for one in people if str(one.pk) == chosen), next(iter(people), None))
    return _start(request, bundle, person, people)


@access(power(Power.ACCEPT_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def start_for(request: PortalRequest, person_id: uuid.UUID, bundle: str) -> HttpResponse:
    """A clerk begins the form for the person at the counter."""
    people = Person.objects.visible_to(request.scope).select_related("community")
    person = get_object_or_404(people, pk=person_id)
    return _start(request, _offered(bundle), person, [person])


def _offered(code: str) -> Bundle:
    return get_object_or_404(Bundle.objects.public(timezone.localdate()), code=code)


def _start(
    request: PortalRequest,
    bundle: Bundle,
    person: Person | None,
    people: Sequence[Person],
) -> HttpResponse:
    now = timezone.now()
    versions = {
        version.item_id: version
        for version in ItemVersion.objects.public(timezone.localdate(now)).filter(
            item_id__in=bundle.items
        )
    }
    offered = [versions[code] for code in bundle.items if code in versions]
    given = request.POST.getlist("items")
    under_way = _under_way(request, bundle, people)
    words = (request.POST or request.GET).get("words", "")[: finding.MAX_QUERY]
    problem = ""
    if request.method == "POST" and person is None:
        problem = _("请带身份证到就近的服务站核对一次，以后就能在网上办。")
    elif request.method == "POST" and person is not None:
        wanted = [version for version in offered if version.item_id in given]
        if (refused := refused_by_name(request, words, wanted)) is not None:
            return refused
        try:
            family = actions.start_family(
                bundle, given, applicant=person, by=request.scope, now=now
            )
        except NotAllowed as refusal:
            problem = str(refusal.message)
        else:
            return redirect("servicehall:family", family.pk)
    context = {
        "layout": layout(request),
        "bundle": bundle,
        "person": person,
        "people": people,
        "words": words,
        "rows": [
            {
                "version": version,
                "key": str(number),
                "open_for": under_way[version.item_id],
                "is_chosen": version.item_id in given
                if problem
                else person not in under_way[version.item_id],
            }
            for number, version in enumerate(offered, start=1)
        ],
        "problem": problem,
    }
    status = HTTP_INVALID if problem else 200
    return TemplateResponse(request, "servicehall/families/start.html", context, status=status)


def _under_way(
    request: PortalRequest, bundle: Bundle, people: Sequence[Person]
) -> dict[str, list[Person]]:
    """Of each item, for whom of these one is open already, as far as the viewer may file it for them."""
    covers = covered_by(request.scope, timezone.localdate())
    cases = Case.objects.under_way([one.pk for one in people], bundle.items)
    taken = set(cases.values_list("applicant_id", "version__item_id"))

    def may(person: Person, code: str) -> bool:
        is_own = person.account_id == request.scope.user_id
        return request.scope.is_staff or is_own or covers(person, code)

    return {
        code: [one for one in people if (one.pk, code) in taken and may(one, code)]
        for code in bundle.items
    }


@access(SIGNED_IN)
@require_POST
def discard(request: PortalRequest, family_id: uuid.UUID) -> HttpResponse:
    """Whoever is typing the form throws it away."""
    check_may_type(request)
    family = get_family(request, family_id)
    try:
        actions.discard_family(family.pk, by=request.scope)
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
        return redirect("servicehall:family", family.pk)
    messages.success(request, _("这张表已删除。"))
    return redirect("servicehall:desk" if request.scope.is_staff else "servicehall:bundles")


# --- the form -----------------------------------------------------------------------------------
@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, family_id: uuid.UUID, key: str) -> HttpResponse:
    check_may_type(request)
    family = get_family(request, family_id)
    whole = joint_of(request, family)
    if whole is None:
        return _nothing_to_fill(request, family)
    if key == CHECK:
        return _pages.check(request, whole)
    return _pages.page(request, whole, key)


@access(SIGNED_IN)
@require_POST
def autosave(request: PortalRequest, family_id: uuid.UUID, key: str) -> HttpResponse:
    check_may_type(request)
    family = get_family(request, family_id)
    whole = joint_of(request, family)
    if whole is None:
        return _nothing_to_fill(request, family)
    return _pages.autosave(request, whole, key)


def _nothing_to_fill(request: PortalRequest, family: CaseFamily) -> HttpResponse:
    """Filed, or each of its drafts was filed or deleted by itself."""
    if family.filed_at is not None:
        return redirect("servicehall:family", family.pk)
    messages.info(request, _("这张表里已经没有要填的事项，请重新选择。"))
    if request.scope.is_staff:
        return redirect("residents:file", family.applicant_id)
    return redirect("servicehall:bundles")


# --- its cases ----------------------------------------------------------------------------------
@access(SIGNED_IN)
@require_safe
def family(request: PortalRequest, family_id: uuid.UUID) -> HttpResponse:
    """All cases of one form: each with its own number, state and day. A form not filed yet goes on."""
    if not request.scope.is_resident and not request.scope.has(Power.READ_CASES):
        raise PermissionDenied
    families = CaseFamily.objects.visible_to(request.scope).select_related("version", "applicant")
    found = get_object_or_404(families, pk=family_id)
    if found.filed_at is None:
        check_may_type(request)
        whole = joint_of(request, found)
        return _nothing_to_fill(request, found) if whole is None else _pages.first_page(whole)
    cases = list(
        Case.objects.visible_to(request.scope)
        .filter(family=found)
        .select_related("version", "handler")
        .order_by("version__item_id", "pk")
    )
    context: dict[str, Any] = {
        "layout": layout(request),
        "family": found,
        "rows": [
            {"case": case, "url": reverse(_page_of(request), args=[case.pk]), "tone": tone(case)}
            for case in cases
        ],
    }
    if request.scope.has(Power.ACCEPT_CASES):
        context |= _at_the_counter(request, found, cases, context["rows"])
    return TemplateResponse(request, "servicehall/families/family.html", context)


def _page_of(request: PortalRequest) -> str:
    return "servicehall:case" if request.scope.is_staff else "servicehall:my-case"


def _at_the_counter(
    request: PortalRequest, found: CaseFamily, cases: list[Case], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the station still does with the paper in hand: the lists of materials, and all cases accepted at once."""
    here = {case.pk for case in cases if case.station_id == request.scope.body_id}
    for row in rows:
        if row["case"].pk in here:
            now = timezone.now()
            case = actions.open_case(row["case"].pk, page="family", by=request.scope, now=now)
            file = CaseFile(case, request.scope, timezone.localdate(now))
            row["checklist"] = ChecklistForm(file, prefix=str(case.pk)) if file.materials else None
    waiting = Case.objects.in_hand_of(request.scope).filter(family=found, state=CaseState.SUBMITTED)
    return {
        "has_slip": bool(here),
        "waiting": list(waiting.values_list("pk", flat=True)),
        "accept": BatchAct.ACCEPT,
    }

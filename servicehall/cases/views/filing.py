"""Filing one item, one question a page: by the resident, or by a clerk for the person who stands at the counter."""

import uuid
from collections.abc import Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import RESIDENT, SIGNED_IN, access, power
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.models import Case
from servicehall.cases.views import _pages
from servicehall.cases.views._filing import Filing, after_filing, find_filing, get_filing
from servicehall.catalogue import certificates, finding
from servicehall.catalogue.models import ItemVersion


def _already_filed(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Where the pages of a draft lead once it is filed, be it by the back button or a second click."""
    case = get_object_or_404(Case.objects.visible_to(request.scope), draft_id=draft_id)
    return redirect(after_filing(case, request.scope))


def _on_joint_form(request: PortalRequest, filing: Filing) -> HttpResponse | None:
    """What stands on a joint form is filled in there."""
    if request.method == "POST" or filing.draft.family_id is None:
        return None
    return redirect("servicehall:family", filing.draft.family_id)


# --- starting -----------------------------------------------------------------------------------


@access(RESIDENT)
@require_POST
def start(request: PortalRequest, code: str) -> HttpResponse:
    person = Person.objects.of_account(request.scope.user_id).first()
    if person is None:
        messages.error(request, _("请带身份证到就近的服务站核对一次，以后就能在网上办。"))
        return redirect("servicehall:item", code)
    return _start(request, code, person)


@access(power(Power.ACCEPT_CASES))
@require_POST
def start_for(request: PortalRequest, code: str) -> HttpResponse:
    """A clerk files for the person at the counter; `person` is the id that the search page found."""
    try:
        person_id = uuid.UUID(request.POST.get("person", ""))
    except ValueError:
        raise Http404 from None
    person = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    return _start(request, code, person)


def _start(request: PortalRequest, code: str, person: Person) -> HttpResponse:
    now = timezone.now()
    version = ItemVersion.objects.public(timezone.localdate(now)).filter(item_id=code).first()
    if version is None:
        raise Http404
    words = request.POST.get("words", "")[: finding.MAX_QUERY]
    if (refused := refused_by_name(request, words, [version])) is not None:
        return refused
    draft = actions.open_draft(version, applicant=person, by=request.scope, now=now)
    return redirect("servicehall:draft", draft.pk)


def refused_by_name(
    request: PortalRequest, words: str, versions: Iterable[ItemVersion]
) -> HttpResponse | None:
    """Who asked for a certificate that nobody here may issue is sent to where its office is named."""
    for version in versions:
        if (
            words
            and certificates.is_issued_by(version)
            and (refusal := certificates.refusal_of(words, version.item_id))
        ):
            messages.error(request, str(refusal))
            return redirect(f"{reverse('servicehall:search')}?{urlencode({'q': words})}")
    return None


@access(SIGNED_IN)
@require_safe
def resume(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = find_filing(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    return _on_joint_form(request, filing) or _pages.first_page(filing)


@access(SIGNED_IN)
@require_POST
def discard(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = get_filing(request, draft_id)
    actions.discard_draft(filing.draft.pk, by=request.scope)
    messages.success(request, _("草稿已删除。"))
    if filing.draft.family_id is not None:
        return redirect("servicehall:family", filing.draft.family_id)
    return redirect("servicehall:item", filing.draft.version.item_id)


# --- the pages ----------------------------------------------------------------------------------


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, draft_id: uuid.UUID, key: str) -> HttpResponse:
    filing = find_filing(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    return _on_joint_form(request, filing) or _pages.page(request, filing, key)


@access(SIGNED_IN)
@require_POST
def autosave(request: PortalRequest, draft_id: uuid.UUID, key: str) -> HttpResponse:
    return _pages.autosave(request, get_filing(request, draft_id), key)


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = find_filing(request, draft_id)
    if filing is None:
        return _already_filed(request, draft_id)
    return _on_joint_form(request, filing) or _pages.check(request, filing)


@access(RESIDENT)
@require_safe
def receipt(request: PortalRequest, case_id: uuid.UUID) -> HttpResponse:
    case = get_object_or_404(
        Case.objects.visible_to(request.scope).select_related(
            "version__item", "station", "window", "applicant"
        ),
        pk=case_id,
    )
    track_url = request.build_absolute_uri(reverse("servicehall:track"))
    context = {"case": case, "qr_text": f"{track_url}?number={case.number}"}
    return TemplateResponse(request, "servicehall/filing/receipt.html", context)

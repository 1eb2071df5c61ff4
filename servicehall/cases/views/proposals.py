"""政策找人: for the resident what may fit him, for those who tell people the list behind the number."""

import uuid

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from common.access import RESIDENT, access, power
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import actions, prefill
from servicehall.cases.models import Proposal
from servicehall.cases.reasons import explained
from servicehall.cases.steps import CHECK, CONTACT, KNOWN
from servicehall.catalogue import answering
from servicehall.catalogue.models import ItemVersion

SIZE = 50


@access(RESIDENT)
@require_safe
def mine(request: PortalRequest) -> HttpResponse:
    """What I may ask for, and why the portal thinks so."""
    rows = list(
        Proposal.objects.visible_to(request.scope)
        .waiting()
        .select_related("version__item", "person")
        .order_by("-is_certain", "item_id")
    )
    return TemplateResponse(
        request, "servicehall/mine/proposals.html", {"lines": explained(rows, timezone.localdate())}
    )


@access(RESIDENT)
@require_POST
def apply(request: PortalRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """One step: all that the base knows is filled in; where nothing is left to ask, the check page follows."""
    found = get_object_or_404(
        Proposal.objects.visible_to(request.scope).waiting().select_related("version", "person"),
        pk=proposal_id,
    )
    now = timezone.now()
    version, person = found.version, found.person
    draft = actions.start_draft(version, applicant=person, by=request.scope, now=now)
    facts = prefill.known_facts(person)
    answers = {
        question["key"]: facts[question["prefill"]].value
        for question in [CONTACT, *version.questions]
        if question.get("prefill") in facts and question["type"] != "household_member"
    }
    answers = {**answers, **answering.load_answers(draft.answers or "{}")}
    is_complete = not answering.check_answers(version.questions, answers, files=set())
    actions.save_draft(
        draft.pk, answers, step=CHECK if is_complete else KNOWN, by=request.scope, now=now
    )
    return redirect("servicehall:draft-check" if is_complete else "servicehall:draft", draft.pk)


@access(RESIDENT)
@require_POST
def decline(request: PortalRequest, proposal_id: uuid.UUID) -> HttpResponse:
    try:
        actions.decline_proposal(proposal_id, by=request.scope, now=timezone.now())
    except Proposal.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("好的，这一项以后不再提醒。想办的时候随时可以申请。"))
    return redirect("servicehall:my-proposals")


@access(power(Power.HANDLE_MESSAGES))
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """By item: how many are entitled and do not have it, how many were told, how many need a look."""
    counts: dict[str, dict[str, int]] = {}
    waiting = Proposal.objects.visible_to(request.scope).waiting().order_by("item_id")
    for row in waiting.values("item_id", "is_certain", "state").annotate(n=Count("pk")):
        key = row["state"] if row["is_certain"] else "unclear"
        into = counts.setdefault(row["item_id"], {"found": 0, "told": 0, "unclear": 0})
        into[key] += row["n"]
    versions = ItemVersion.objects.public(timezone.localdate()).filter(item_id__in=counts)
    rows = [(version, counts[version.item_id]) for version in versions.order_by("item_id")]
    return TemplateResponse(request, "servicehall/desk/proposals.html", {"rows": rows})


@access(power(Power.HANDLE_MESSAGES))
@require_safe
def of_item(request: PortalRequest, code: str) -> HttpResponse:
    """The persons behind the number, with the reason of each."""
    version = get_object_or_404(
        ItemVersion.objects.public(timezone.localdate()).select_related("item"), item_id=code
    )
    rows = (
        Proposal.objects.visible_to(request.scope)
        .waiting()
        .filter(item_id=code)
        .select_related("version", "person__community")
    )
    show = request.GET.get("show", "")
    if show in {"found", "told"}:
        rows = rows.filter(state=show, is_certain=True)
    elif show == "unclear":
        rows = rows.filter(is_certain=False)
    try:
        page = keyset_page(rows, order=("id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("servicehall:proposals-of", code)
    context = {
        "version": version,
        "page": page,
        "lines": explained(page.items, timezone.localdate()),
        "show": show,
    }
    return TemplateResponse(request, "servicehall/desk/proposals_of.html", context)


@access(power(Power.HANDLE_MESSAGES))
@require_POST
def tell(request: PortalRequest, code: str) -> HttpResponse:
    told = actions.tell(code, by=request.scope, now=timezone.now())
    text = ngettext("已告知%(n)s人。", "已告知%(n)s人。", told) % {"n": told}
    messages.success(request, text if told else _("没有待告知的人。"))
    return redirect("servicehall:proposals-of", code)

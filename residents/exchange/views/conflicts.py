"""数据冲突: what sources say differently, one task after another, each with who ranks where and why."""

import contextlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import step_up
from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from residents.base.actions import ProofNeeded
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import TicketState
from residents.base.golden import DECISION, UNKNOWN
from residents.base.models import ConflictTicket, SourceRank, SourceSystem
from residents.exchange.actions import settling
from residents.exchange.forms import ManyForm, ReasonForm, SettleForm
from residents.exchange.views.imports import is_masked, masked_value

SIZE = 30
REFUSED = 422


@access(power(Power.SETTLE_CONFLICTS))
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: PortalRequest) -> HttpResponse:
    """What waits, the oldest first; by attribute and community. Of one attribute and one source that speaks alone
    against what is kept, many are settled at once."""
    form = ManyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            outcomes = settling.settle_many(
                _ticked(request),
                takes_theirs=form.cleaned_data["side"] == ManyForm.THEIRS,
                note=form.cleaned_data["note"],
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            return _settled_page(request, outcomes)
    return _list_page(request, form)


def _ticked(request: PortalRequest) -> dict[uuid.UUID, str]:
    """The ticked tickets with the mark of what was shown of each."""
    ticked = set(request.POST.getlist("ticket"))
    is_all = bool(request.POST.get("is_all"))
    found = {}
    for text in request.POST.getlist("shown"):
        pk, _colon, mark = text.partition(":")
        if is_all or pk in ticked:
            with contextlib.suppress(ValueError):
                found[uuid.UUID(pk)] = mark
    return found


def _settled_page(request: PortalRequest, outcomes: list[settling.Outcome]) -> HttpResponse:
    context = {
        "rows": [(each, mask_name(each.ticket.person.full_name)) for each in outcomes],
        "done": sum(each.is_done for each in outcomes),
        "list_url": request.get_full_path(),
    }
    return TemplateResponse(request, "exchange/conflicts/settled.html", context)


def _list_page(request: PortalRequest, form: ManyForm) -> HttpResponse:
    waiting = ConflictTicket.objects.visible_to(request.scope).open()
    attribute, code = request.GET.get("attribute", ""), request.GET.get("community", "")
    communities = _communities(waiting)
    if code not in {place.code for place, _count in communities}:
        code = ""
    mine = waiting.filter(person__community__code=code) if code else waiting
    shown = mine.filter(attribute=attribute) if attribute in ATTRIBUTES else mine
    sources = _sources(shown) if attribute in ATTRIBUTES else []
    source = request.GET.get("source", "")
    size = _many(request) if source in {found.pk for found, _count in sources} else 0
    if size:
        shown = shown.filter(rivals=[source])
    else:
        source = ""
    try:
        page = keyset_page(
            shown.select_related("person__community"),
            order=("opened_at", "id"),
            after=request.GET.get("after"),
            size=size or SIZE,
        )
    except BadCursor:
        return redirect("exchange:conflicts")
    sides = _sides(page.items) if source else {}
    counted: Iterable[tuple[str, int]] = (
        mine.order_by("attribute").values_list("attribute").annotate(Count("pk"))
    )
    tabs = [(key, ATTRIBUTES[key].label, count) for key, count in counted]
    context = {
        "page": page,
        "rows": [
            (ticket, mask_name(ticket.person.full_name), sides.get(ticket.pk))
            for ticket in page.items
        ],
        "sources": sources,
        "source": source,
        "form": form,
        "ticked": request.POST.getlist("ticket"),
        "is_all": bool(request.POST.get("is_all")),
        "tabs": tabs,
        "all": sum(count for _key, _label, count in tabs),
        "attribute": attribute if attribute in ATTRIBUTES else "",
        "communities": communities,
        "community": code,
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/conflicts/list.html", context, status=status)


def _many(request: PortalRequest) -> int:
    """How many may be settled at once; 0 where the figure is not loaded."""
    try:
        return settling.most_at_once(timezone.now())
    except NotAllowed as refusal:
        messages.warning(request, str(refusal.message))
        return 0


def _sources(waiting: QuerySet[ConflictTicket]) -> list[tuple[SourceSystem, int]]:
    """Which sources speak alone against what is kept, and how often."""
    counted: Iterable[tuple[list[str], int]] = (
        waiting.order_by("rivals").values_list("rivals").annotate(Count("pk"))
    )
    known = {source.pk: source for source in SourceSystem.objects.public()}
    return [(known[rivals[0]], count) for rivals, count in counted if len(rivals) == 1]


@dataclass(frozen=True, slots=True)
class Said:
    """One of the two sides on the list, masked as on the page of a ticket."""

    name: str
    shown: str
    day: date | None


def _sides(tickets: Iterable[ConflictTicket]) -> dict[uuid.UUID, tuple[Said, Said, str]]:
    found = {ticket.pk: ticket for ticket in tickets}
    names = {source.pk: str(source) for source in SourceSystem.objects.public()}
    return {
        pk: (
            _said(found[pk], names[sides.kept_source], sides.kept, sides.kept_on),
            _said(found[pk], names[found[pk].rivals[0]], sides.theirs, sides.theirs_on),
            sides.mark,
        )
        for pk, sides in settling.sides_of(found.values()).items()
    }


def _said(ticket: ConflictTicket, name: str, value: str, day: str) -> Said:
    told = date.fromisoformat(day) if day else None
    return Said(name, masked_value(ticket.attribute, value), told)


def _communities(waiting: QuerySet[ConflictTicket]) -> list[tuple[Place, int]]:
    """Where something waits, and how much."""
    found = Place.objects.public().filter(
        pk__in=waiting.order_by().values("person__community"), level=PlaceLevel.COMMUNITY
    )
    counted = dict(waiting.order_by().values_list("person__community").annotate(Count("pk")))
    return [(place, counted[place.pk]) for place in found.order_by("path")]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    source: str
    name: str
    shown: str
    day: date | None
    rank: str
    is_kept: bool


@access(power(Power.SETTLE_CONFLICTS))
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: PortalRequest, ticket_id: uuid.UUID) -> HttpResponse:
    """One task: what each says, why this is kept, and a decision with its reason. The next one follows."""
    found = ConflictTicket.objects.visible_to(request.scope).select_related("person__community")
    ticket = get_object_or_404(found, pk=ticket_id)
    lines = _lines(ticket)
    form = _settle_form(ticket, lines, request.POST or None)
    if form.is_bound and form.is_valid() and _settled(request, ticket, form):
        return _next(request)
    return _ticket_page(request, ticket, form, lines)


def _settle_form(ticket: ConflictTicket, lines: list[ClaimLine], data: Any = None) -> SettleForm:
    options = [
        (line.source, _("{where}：{text}").format(where=line.name, text=line.shown))
        for line in lines
    ]
    return SettleForm(ticket.attribute, options, data)


def _ticket_page(
    request: PortalRequest,
    ticket: ConflictTicket,
    form: SettleForm,
    lines: list[ClaimLine],
    *,
    is_full: bool = False,
) -> HttpResponse:
    """`is_full`: the claims are shown as they are, beside the decision that they are needed for."""
    attribute = request.GET.get("attribute", "")
    query = f"?attribute={attribute}" if attribute in ATTRIBUTES else ""
    context = {
        "ticket": ticket,
        "attribute": ATTRIBUTES[ticket.attribute],
        "name": mask_name(ticket.person.full_name),
        "lines": lines,
        "form": form,
        "shown": settling.mark_of(ticket, settling.claims_of(ticket)),
        "is_open": ticket.state == TicketState.OPEN,
        "is_full": is_full,
        "can_reveal": is_masked(ticket.attribute) and request.scope.has(Power.REVEAL_FIELDS),
        "ticket_url": reverse("exchange:conflict", args=[ticket.pk]) + query,
        "reveal_url": reverse("exchange:conflict-reveal", args=[ticket.pk]) + query,
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/conflicts/ticket.html", context, status=status)


def _lines(ticket: ConflictTicket, full: dict[str, str] | None = None) -> list[ClaimLine]:
    names = {source.pk: str(source) for source in SourceSystem.objects.public()}
    ranks = SourceRank.objects.public().on(timezone.localdate())
    person = ticket.person
    kept = settling.kept_source(ticket.attribute, person, getattr(person, "detail", None))
    found = []
    for source, (value, day) in settling.claims_of(ticket).items():
        rank = ranks.get((source, ticket.attribute))
        text = _("人工裁定") if source == DECISION else str(rank) if rank else _("未排位")
        if source == UNKNOWN:
            text = _("来源不明")
        shown = (full or {}).get(source) or masked_value(ticket.attribute, value)
        told = date.fromisoformat(day) if day else None
        found.append(
            (rank or 999, ClaimLine(source, names[source], shown, told, text, source == kept))
        )
    return [line for _rank, line in sorted(found, key=lambda each: (each[0], each[1].source))]


def _settled(request: PortalRequest, ticket: ConflictTicket, form: SettleForm) -> bool:
    given: dict[str, Any] = {"note": form.cleaned_data["note"]}
    choice = form.cleaned_data["choice"]
    if choice == SettleForm.OTHER:
        given["value"] = form.cleaned_data["value"]
    else:
        given |= {"source": choice, "shown": request.POST.get("shown", "")}
    try:
        settling.settle(ticket.pk, **given, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


def _next(request: PortalRequest) -> HttpResponse:
    """The next one, of the same attribute where the list showed one alone; after the last the list."""
    waiting = ConflictTicket.objects.visible_to(request.scope).open().order_by("opened_at", "id")
    attribute = request.GET.get("attribute", "")
    ticket = waiting.filter(attribute=attribute).first() if attribute in ATTRIBUTES else None
    query = f"?attribute={attribute}" if ticket else ""
    ticket = ticket or waiting.first()
    if ticket is None:
        messages.success(request, _("已裁定，没有别的冲突了。"))
        return redirect("exchange:conflicts")
    messages.success(request, _("已裁定，下面是下一张。"))
    return redirect(reverse("exchange:conflict", args=[ticket.pk]) + query)


@access(power(Power.REVEAL_FIELDS))
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: PortalRequest, ticket_id: uuid.UUID) -> HttpResponse:
    """The masked claims in full, with the decision below: asked with a reason, shown once, written down."""
    tickets = ConflictTicket.objects.visible_to(request.scope).select_related("person__community")
    ticket = get_object_or_404(tickets, pk=ticket_id)
    if not is_masked(ticket.attribute):
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        now = timezone.now()
        try:
            full = settling.reveal_claims(
                ticket.pk,
                reason=form.cleaned_data["reason"],
                is_proven=step_up.is_proven(request, now=now),
                by=request.scope,
                now=now,
            )
        except ProofNeeded as refusal:
            messages.warning(request, str(refusal.message))
            return step_up.ask(request, request.get_full_path())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
        else:
            lines = _lines(ticket, full)
            return _ticket_page(request, ticket, _settle_form(ticket, lines), lines, is_full=True)
    context = {"ticket": ticket, "form": form, "label": ticket.label}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/conflicts/reveal.html", context, status=status)

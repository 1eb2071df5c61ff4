"""What anybody may read without signing in: home, search, windows, guides, stations."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common import ratelimit
from common.access import PUBLIC, access
from community.governance.models import StationCoverage
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.cases import prefill
from servicehall.cases.forms import SituationForm, StationForm
from servicehall.cases.models import Case, Draft, Proposal
from servicehall.cases.views._filing import begun
from servicehall.catalogue import answering, certificates, finding
from servicehall.catalogue.actions import count_empty_search
from servicehall.catalogue.conditions import fields_of
from servicehall.catalogue.models import ItemVersion, Window
from servicehall.catalogue.wording import more_facts

ASKED_WITHIN = timedelta(days=30)
MOST_ASKED = 6
MOST_WAITING = 3
MAX_RESULTS = 12
VAIN_AN_HOUR = 60
Rows = Sequence[ItemVersion]

# How sure a row of the catalogue is (servicehall/catalogue/data/README.md).
CERTAINTY = {
    "F": _("已对照规定原文。"),
    "K+": _("按通行的规定写成，没有再次对照原文。"),
    "K?": _("部分内容还没有核实，办理前请先问窗口。"),
    "S": _("按本市文件写成。"),
    "D": _("本系统的演示内容，还没有由本市确认。"),
}
# Which fact of the base stands for which shared paper: who has the fact need not bring the paper.
PAPER_BEHIND = {"id_card": "id_number", "household_register": "registered_address"}


@access(PUBLIC)
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "windows": Window.objects.public().order_by("number"),
        "asked": _most_asked(today),
        "drafts": begun(Draft.objects.visible_to(request.scope), 3),
        "station_form": StationForm(_communities(today)),
        "proposals": 0
        if request.scope.is_staff
        else Proposal.objects.visible_to(request.scope).waiting().count(),
        "waiting": list(
            Case.objects.waiting_for(request.scope, today)
            .for_lists()
            .order_by("-id")[:MOST_WAITING]
        ),
    }
    return TemplateResponse(request, "servicehall/public/home.html", context)


def _most_asked(today: date) -> Rows:
    """The items filed most in the last weeks; a young hall fills up with one item of each window."""
    versions = {version.item_id: version for version in _offered(today)}
    asked = [
        code for code in Case.objects.most_asked(since=today - ASKED_WITHIN) if code in versions
    ]
    firsts = {version.item.window_id: code for code, version in reversed(versions.items())}
    codes = dict.fromkeys([*asked, *sorted(firsts.values())])
    return [versions[code] for code in list(codes)[:MOST_ASKED]]


def _offered(today: date) -> Iterator[ItemVersion]:
    return iter(ItemVersion.objects.public(today).defer("search_text").order_by("item_id"))


def _communities(today: date) -> list[StationCoverage]:
    """Every community with its station of today, in the order of the tree."""
    return list(
        StationCoverage.objects.public()
        .on(today)
        .select_related("station", "community__parent")
        .order_by("community__path")
    )


@access(PUBLIC)
@require_safe
def search(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    query = request.GET.get("q", "")[: finding.MAX_QUERY].strip()
    texts = ItemVersion.objects.public(today).values_list("item_id", "search_text")
    codes = finding.rank(query, texts)[:MAX_RESULTS]
    found = {v.item_id: v for v in _offered(today) if v.item_id in set(codes)} if codes else {}
    refused = certificates.found(query)
    if query and not codes and not refused and request.method == "GET":
        _count_in_vain(request, query)
    context = {
        "query": query,
        "results": [found[code] for code in codes if code in found],
        "refused": refused,
        "windows": Window.objects.public().order_by("number"),
    }
    return TemplateResponse(request, "servicehall/public/search.html", context)


def _count_in_vain(request: PortalRequest, query: str) -> None:
    """Not from one address for ever: the list is to say what people ask, not what a program sends."""
    now = timezone.now()
    if ratelimit.hit("search-in-vain", request.client_ip, VAIN_AN_HOUR, 3600, now):
        count_empty_search(query, now=now)


@access(PUBLIC)
@require_safe
def window(request: PortalRequest, code: str) -> HttpResponse:
    shown = get_object_or_404(Window.objects.public(), code=code)
    items = [v for v in _offered(timezone.localdate()) if v.item.window_id == code]
    context = {"window": shown, "items": items}
    return TemplateResponse(request, "servicehall/public/window.html", context)


@access(PUBLIC)
@require_safe
def stations(request: PortalRequest) -> HttpResponse:
    coverages = _communities(timezone.localdate())
    code = request.GET.get("community", "")
    person = None
    if not code:
        person = Person.objects.of_account(request.scope.user_id).first()
    chosen = next(
        (
            c
            for c in coverages
            if c.community.code == code or (person and c.community_id == person.community_id)
        ),
        None,
    )
    if code and chosen is None:
        raise Http404
    context = {
        "communities": coverages,
        "station_form": StationForm(coverages, chosen),
        "chosen": chosen,
    }
    return TemplateResponse(request, "servicehall/public/stations.html", context)


@access(PUBLIC)
@require_safe
def item(request: PortalRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    version = ItemVersion.objects.public(today).filter(item_id=code).first()
    if version is None:
        raise Http404
    person = Person.objects.of_account(request.scope.user_id).select_related("community").first()
    words = request.GET.get("q", "")[: finding.MAX_QUERY].strip()
    refusal = certificates.refusal_of(words, code) if words else ""
    context = guide(request, version, person, today) | {
        "words": words,
        "is_preview": False,
        "refusal": refusal if certificates.is_issued_by(version) else "",
        "draft": Draft.objects.visible_to(request.scope)
        .filter(version__item_id=code, applicant=person)
        .first()
        if person
        else None,
    }
    template = "_materials" if request.htmx else "item"
    return TemplateResponse(request, f"servicehall/public/{template}.html", context)


def guide(
    request: PortalRequest, version: ItemVersion, person: Person | None, today: date
) -> dict[str, Any]:
    """What the guide of a version shows, be it in force or still a draft."""
    situations = (
        request.GET if any(row["key"] in request.GET for row in version.situations) else None
    )
    form = SituationForm(version, data=situations)
    return {
        "version": version,
        "content": version.content,
        "form": form if form.fields else None,
        "here": request.path,
        "certainty": CERTAINTY[version.content["certainty"]],
        "steps": [rule.label for rule in version.levels],
        "materials": checklist(version, form.chosen(), _held(person)),
        "more": more_facts(version.content),
        "station": _station_of(person, today),
        "person": person,
    }


def _held(person: Person | None) -> frozenset[str]:
    """The codes of the papers whose content the base holds for this person."""
    facts = prefill.known_facts(person) if person else {}
    return frozenset(code for code, fact in PAPER_BEHIND.items() if fact in facts)


def checklist(
    version: ItemVersion, given: Mapping[str, Any], held: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """The papers to bring: where an answer that decides is missing, those that it might ask for, and when."""
    when = version.condition_titles
    rows = []
    for material in version.materials:
        condition = material.get("condition")
        is_open = bool(set(fields_of(condition)) - given.keys())
        if not is_open and not answering.applies(condition, given):
            continue
        said = when.get(material["code"], "") if is_open else ""
        rows.append({**material, "only_when": said, "is_held": material["code"] in held})
    return rows


def _station_of(person: Person | None, today: date) -> StationCoverage | None:
    if person is None:
        return None
    return (
        StationCoverage.objects.public()
        .on(today)
        .filter(community_id=person.community_id)
        .select_related("station", "community")
        .first()
    )

"""没找到的事: what people searched for in vain, for those who look after stations and catalogue."""

from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.access import STAFF, access, power
from common.errors import NotAllowed
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.scopes import PortalRequest
from servicehall.catalogue import actions, finding
from servicehall.catalogue.models import EmptySearch, ItemVersion
from servicehall.catalogue.views._editor import versions_of

DAYS, SHOWN, OFFERED = 30, 50, 6


@access(STAFF)
@require_safe
def empty_searches(request: PortalRequest) -> HttpResponse:
    """The texts searched most in vain in the last 30 days; words only, so no place narrows them."""
    scope = request.scope
    if not (
        scope.has(Power.SETUP) or (scope.has(Power.READ_FACTS) and scope.has(Power.LIST_CASES))
    ):
        raise PermissionDenied
    since = timezone.localdate() - timedelta(days=DAYS)
    asked = list(EmptySearch.objects.public().most_asked(since)[:SHOWN])
    context = {
        "layout": layout_of(scope),
        "rows": _with_finds(asked, timezone.localdate()),
        "may_add": scope.has(Power.EDIT_CATALOGUE),
        "days": DAYS,
    }
    return TemplateResponse(request, "catalogue/searches.html", context)


def _with_finds(rows: list[Any], today: date) -> list[dict[str, Any]]:
    """Each text with the item that it finds by now, if any: what was mended says so by itself."""
    versions = {v.item_id: v for v in ItemVersion.objects.public(today).defer("content")}
    texts = [(code, version.search_text) for code, version in versions.items()]
    found = [(row, next(iter(finding.rank(row["text"], texts)), "")) for row in rows]
    return [{**row, "finds": versions[code].label if code else ""} for row, code in found]


@access(power(Power.EDIT_CATALOGUE))
@require_safe
def word(request: PortalRequest) -> HttpResponse:
    """Which item do people mean by this? The likeliest first, all others below; a press makes it a word of it."""
    text = request.GET.get("word", "")[: finding.MAX_KEPT]
    query = request.GET.get("q", "")[: finding.MAX_QUERY].strip()
    versions = list(ItemVersion.objects.public(timezone.localdate()).order_by("item_id"))
    texts = [(version.item_id, version.search_text) for version in versions]
    by_code = {version.item_id: version for version in versions}
    ranked = [by_code[code] for code in finding.rank(query, texts)] if query else []
    likely = sorted(versions, key=lambda version: -_likeness(text, version.search_text))
    context = {
        "word": text,
        "q": query,
        "offered": ranked or likely[:OFFERED],
        "others": [] if ranked else likely[OFFERED:],
    }
    return TemplateResponse(request, "catalogue/word.html", context)


def _likeness(text: str, terms: str) -> float:
    """How much a text resembles the most similar of some terms, by its characters."""
    matcher = SequenceMatcher(b=text)
    best = 0.0
    for term in terms.split("\n"):
        matcher.set_seq1(term)
        if matcher.real_quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


@access(power(Power.EDIT_CATALOGUE))
@require_POST
def add_word(request: PortalRequest, code: str) -> HttpResponse:
    text = request.POST.get("word", "")
    version = versions_of(request, code)[0]
    try:
        actions.add_word(code, text, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        said = _("以后查“%(word)s”就能找到“%(item)s”。") % {"word": text, "item": version.label}
        messages.success(request, said)
    return redirect("catalogue:empty-searches")

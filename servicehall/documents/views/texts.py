"""文书模板: the texts of letters, one page each: its words, an example, its life, its versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.access import access, power
from common.errors import NotAllowed
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.catalogue.life_pages import (
    STATES,
    Bound,
    Verb,
    act_on,
    items_now,
    life_of,
    state_now,
)
from servicehall.documents import actions, variables
from servicehall.documents.checking import problems
from servicehall.documents.content import EXAMPLE_CODE, example_of
from servicehall.documents.enums import LetterKind
from servicehall.documents.forms import OwnTextForm, TextForm
from servicehall.documents.kinds import KINDS
from servicehall.documents.models import LetterText
from servicehall.documents.wording import legend, spell

EDITOR = power(Power.EDIT_CATALOGUE)
REFUSED = 422


def _whose(code: str) -> tuple[LetterKind, str | None]:
    """The kind and the item of LetterText.code."""
    kind, _dash, item = code.partition("-")
    if kind not in LetterKind.values:
        raise Http404
    return LetterKind(kind), item or None


def _versions(request: PortalRequest, code: str) -> list[LetterText]:
    """Every version, the newest first; 404 where there is none to see."""
    found = LetterText.objects.visible_to(request.scope).of(*_whose(code))
    versions = list(
        found.select_related("item", "changed_by", "proposed_by", "published_by").order_by(
            "-number"
        )
    )
    if not versions:
        raise Http404
    return versions


@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def text_list(request: PortalRequest) -> HttpResponse:
    """All texts, those of an item below the general one; a post gives an item its own."""
    items = items_now()
    form = OwnTextForm(items, request.POST if request.method == "POST" else None)
    if form.is_valid():
        kind, item = LetterKind(form.cleaned_data["kind"]), form.cleaned_data["item"]
        try:
            found = actions.start_text(kind, item, by=request.scope, now=timezone.now())
        except LetterText.DoesNotExist:
            form.add_error("kind", _("这种文书还没有通用的模板，请先载入。"))
        else:
            return redirect("documents:text", found.code)
    rows: dict[str, dict[str, Any]] = {}
    for text in LetterText.objects.visible_to(request.scope).order_by("item_id", "number"):
        row = rows.setdefault(text.code, {"states": {}})
        row["states"][state_now(text)] = row["text"] = text
    for row in rows.values():
        states = row["states"]
        row["running"] = states.get("running")
        row["tags"] = [STATES[name] for name in STATES if name in states and name != "over"]
        row["tags"] = row["tags"] or [STATES["over"]]
        row["item"] = items.get(row["text"].item_id, row["text"].item_id or "")
    places = list(LetterKind)
    listed = sorted(rows.values(), key=lambda row: (places.index(row["text"].kind), row["item"]))
    status = REFUSED if form.is_bound else 200
    context = {"rows": listed, "form": form}
    return TemplateResponse(request, "documents/texts.html", context, status=status)


@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def text_page(request: PortalRequest, code: str) -> HttpResponse:
    """One text; a draft is edited right here."""
    versions = _versions(request, code)
    if request.method != "POST":
        return _show(request, versions)
    text, seen = versions[0], request.POST.get("seen", "")
    form = TextForm(request.POST)
    if not form.is_valid():
        return _show(request, versions, {"save": form}, seen=seen)
    try:
        actions.save_text(
            text.pk,
            form.content(),
            form.cleaned_data["basis"],
            seen=seen,
            by=request.scope,
            now=timezone.now(),
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal.message))
        return _show(request, _versions(request, code), {"save": form})
    messages.success(request, _("已保存。"))
    return redirect("documents:text", code)


def _show(
    request: PortalRequest,
    versions: list[LetterText],
    bound: Bound | None = None,
    *,
    seen: str = "",
) -> HttpResponse:
    text, given = versions[0], bound or {}
    kind = LetterKind(text.kind)
    lists = sorted(KINDS[kind].provides & set(variables.ROWS))
    findings = problems(kind, text.content)
    before = next((each for each in versions[1:] if not each.is_open), None)
    context = {
        **life_of(request, versions, given),
        **({} if text.item_id else {"running": None}),  # the general one is not retired
        "text": text,
        "item": items_now().get(text.item_id or "", text.item_id or ""),
        "lines": spell(text.content["blocks"]).splitlines(),
        "lines_before": spell(before.content["blocks"]).splitlines() if before else [],
        "problems": findings,
        "words": None if findings else example_of(text),
        "letter": {"shown_code": EXAMPLE_CODE},
        "check_url": request.build_absolute_uri(reverse("documents:verify")),
        "names": [f"{{{name}}}" for name in sorted(variables.COMMON | KINDS[kind].provides)],
        "must": sorted(KINDS[kind].must),
        "legend": legend({name: variables.ROWS[name] for name in lists}),
        "seen": seen or actions.seen_of(text),
        "form": given.get("save") or TextForm(text=text),
    }
    status = REFUSED if given else 200
    return TemplateResponse(request, "documents/text.html", context, status=status)


# --- verbs --------------------------------------------------------------------------------------------
VERBS: dict[str, Verb] = {
    "start": lambda t, _given, by, now: actions.start_text(
        LetterKind(t.kind), t.item_id, by=by, now=now
    ),
    "propose": lambda t, given, by, now: actions.propose_text(t.pk, given["day"], by=by, now=now),
    "send-back": lambda t, given, by, now: actions.send_text_back(
        t.pk, given["note"], by=by, now=now
    ),
    "publish": lambda t, _given, by, now: actions.publish_text(t.pk, by=by, now=now),
    "take-back": lambda t, _given, by, now: actions.take_text_back(t.pk, by=by, now=now),
    "discard": lambda t, _given, by, now: actions.discard_text(t.pk, by=by, now=now),
    "retire": lambda t, given, by, now: actions.retire_text(
        LetterKind(t.kind), t.item_id, given["day"], by=by, now=now
    ),
}


@access(EDITOR)
@require_POST
def text_act(request: PortalRequest, code: str, verb: str) -> HttpResponse:
    """One button of the page."""
    versions = _versions(request, code)
    if bound := act_on(request, versions[0], verb, VERBS):
        return _show(request, versions, bound)
    is_gone = not LetterText.objects.visible_to(request.scope).of(*_whose(code)).exists()
    return redirect("documents:texts") if is_gone else redirect("documents:text", code)

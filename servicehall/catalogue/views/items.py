"""事项管理: the list, one item with its versions and its draft, and what is done with them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import Invalid
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.catalogue import actions
from servicehall.catalogue.checking import check, errors_of
from servicehall.catalogue.forms import NewItemForm
from servicehall.catalogue.life_pages import STATES, Bound, Verb, act_on, life_of, state_now
from servicehall.catalogue.models import ItemVersion, Window
from servicehall.catalogue.schema import SECTIONS
from servicehall.catalogue.views._editor import (
    HTTP_INVALID,
    before_of,
    names,
    versions_of,
)
from servicehall.catalogue.wording import changes

EDITOR = power(Power.EDIT_CATALOGUE)


@access(EDITOR)
@require_safe
def item_list(request: PortalRequest) -> HttpResponse:
    """All items under their windows, with what runs and what is being written."""
    rows: dict[str, dict[str, Any]] = {}
    found = ItemVersion.objects.visible_to(request.scope).defer("search_text")
    for version in found.order_by("item_id", "number"):
        row = rows.setdefault(version.item_id, {"window": version.item.window_id, "states": {}})
        row["states"][state_now(version)] = version
        row["version"] = version
    for row in rows.values():
        states = row["states"]
        row["shown"] = states.get("running") or row["version"]
        row["tags"] = [STATES[name] for name in STATES if name in states and name != "over"]
        row["tags"] = row["tags"] or [STATES["over"]]
    windows = [
        (window, [row for row in rows.values() if row["window"] == window.code])
        for window in Window.objects.public().order_by("number")
    ]
    waiting = [row for row in rows.values() if "waiting" in row["states"]]
    context = {"windows": windows, "waiting": waiting}
    return TemplateResponse(request, "catalogue/items.html", context)


@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def item_new(request: PortalRequest) -> HttpResponse:
    windows = [(w.code, w.label) for w in Window.objects.public().order_by("number")]
    form = NewItemForm(windows, request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            version = actions.start_item(
                given["code"],
                window=given["window"],
                name={"zh": given["name_zh"], "en": given["name_en"]},
                by=request.scope,
                now=timezone.now(),
            )
        except Invalid as refusal:
            for name, text in refusal.fields.items():
                form.add_error(name, str(text))
        else:
            messages.success(request, _("草稿已建好。一部分一部分填，随时可以停下。"))
            return redirect("catalogue:item", version.item_id)
    status = HTTP_INVALID if form.is_bound else 200
    return TemplateResponse(request, "catalogue/new.html", {"form": form}, status=status)


@access(EDITOR)
@require_safe
def item_page(request: PortalRequest, code: str) -> HttpResponse:
    return _item_page(request, code)


def _item_page(request: PortalRequest, code: str, bound: Bound | None = None) -> HttpResponse:
    versions = versions_of(request, code)
    version = versions[0]
    findings = check(version.content, actions.known_now()) if version.is_open else []
    before = before_of(version, versions)
    given = bound or {}
    context = {
        **life_of(request, versions, given),
        "version": version,
        "sections": [
            (section, [f for f in findings if f.section == section.key]) for section in SECTIONS
        ],
        "errors": len(errors_of(findings)),
        "changes": changes(before.content, version.content, names())
        if before and version.is_open
        else [],
        "before": before,
    }
    status = HTTP_INVALID if given else 200
    return TemplateResponse(request, "catalogue/item.html", context, status=status)


@access(EDITOR)
@require_safe
def version_page(request: PortalRequest, code: str, number: int) -> HttpResponse:
    """What a version changed, in words."""
    versions = versions_of(request, code)
    version = next((each for each in versions if each.number == number), None)
    if version is None:
        raise Http404
    before = before_of(version, versions)
    context = {
        "version": version,
        "state": STATES[state_now(version)],
        "before": before,
        "changes": changes(before.content, version.content, names()) if before else [],
    }
    return TemplateResponse(request, "catalogue/version.html", context)


# --- verbs --------------------------------------------------------------------------------------------
VERBS: dict[str, Verb] = {
    "start": lambda v, _given, by, now: actions.start_draft(v.item_id, by=by, now=now),
    "propose": lambda v, given, by, now: actions.propose(v.pk, given["day"], by=by, now=now),
    "send-back": lambda v, given, by, now: actions.send_back(v.pk, given["note"], by=by, now=now),
    "publish": lambda v, _given, by, now: actions.publish(v.pk, by=by, now=now),
    "take-back": lambda v, _given, by, now: actions.take_back(v.pk, by=by, now=now),
    "discard": lambda v, _given, by, now: actions.discard(v.pk, by=by, now=now),
    "retire": lambda v, given, by, now: actions.retire(v.item_id, given["day"], by=by, now=now),
}


@access(EDITOR)
@require_POST
def item_act(request: PortalRequest, code: str, verb: str) -> HttpResponse:
    """One button of the item's page."""
    if bound := act_on(request, versions_of(request, code)[0], verb, VERBS):
        return _item_page(request, code, bound)
    is_gone = not ItemVersion.objects.visible_to(request.scope).filter(item_id=code).exists()
    return redirect("catalogue:items") if is_gone else redirect("catalogue:item", code)

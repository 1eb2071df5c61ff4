"""一件事: the joint forms, one page each: what it says, its life, its versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.catalogue import actions
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.checking_bundles import check_bundle
from servicehall.catalogue.forms import BundleForm, NewBundleForm
from servicehall.catalogue.life_pages import (
    STATES,
    Bound,
    Verb,
    act_on,
    items_now,
    life_of,
    state_now,
)
from servicehall.catalogue.models import Bundle
from servicehall.catalogue.views._editor import HTTP_INVALID

EDITOR = power(Power.EDIT_CATALOGUE)


def _versions(request: PortalRequest, code: str) -> list[Bundle]:
    """Every version, the newest first; 404 where there is none to see."""
    found = Bundle.objects.visible_to(request.scope).filter(code=code)
    versions = list(
        found.select_related("changed_by", "proposed_by", "published_by").order_by("-number")
    )
    if not versions:
        raise Http404
    return versions


@access(EDITOR)
@require_safe
def bundle_list(request: PortalRequest) -> HttpResponse:
    """All joint forms; one that runs and is broken says so."""
    rows: dict[str, dict[str, Any]] = {}
    for bundle in Bundle.objects.visible_to(request.scope).order_by("code", "number"):
        row = rows.setdefault(bundle.code, {"states": {}})
        row["states"][state_now(bundle)] = bundle
        row["bundle"] = bundle
    offered = items_now()
    for row in rows.values():
        states = row["states"]
        row["shown"] = states.get("running") or row["bundle"]
        row["tags"] = [STATES[name] for name in STATES if name in states and name != "over"]
        row["tags"] = row["tags"] or [STATES["over"]]
        running = states.get("running")
        row["is_running"] = running is not None
        row["findings"] = check_bundle(running.content, offered) if running else []
        row["items"] = [offered.get(code, code) for code in row["shown"].items]
    context = {"rows": list(rows.values())}
    return TemplateResponse(request, "catalogue/bundles.html", context)


@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def bundle_new(request: PortalRequest) -> HttpResponse:
    form = NewBundleForm(items_now(), request.POST if request.method == "POST" else None)
    if form.is_valid():
        code, now = form.cleaned_data["code"], timezone.now()
        try:
            actions.start_bundle(code, form.content(), by=request.scope, now=now)
        except Invalid as refusal:
            for name, text in refusal.fields.items():
                form.add_error(name, str(text))
        else:
            messages.success(request, _("草稿已建好。"))
            return redirect("catalogue:bundle", code)
    status = HTTP_INVALID if form.is_bound else 200
    return TemplateResponse(request, "catalogue/bundle_new.html", {"form": form}, status=status)


@access(EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def bundle_page(request: PortalRequest, code: str) -> HttpResponse:
    """One joint form; a draft is edited right here."""
    versions = _versions(request, code)
    if request.method != "POST":
        return _show(request, versions)
    bundle, seen = versions[0], request.POST.get("seen", "")
    form = BundleForm(items_now(), request.POST, bundle=bundle)
    if not form.is_valid():
        return _show(request, versions, {"save": form}, seen=seen)
    try:
        actions.save_bundle(
            bundle.pk, form.content(), seen=seen, by=request.scope, now=timezone.now()
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal.message))
        return _show(request, _versions(request, code), {"save": form})
    messages.success(request, _("已保存。"))
    return redirect("catalogue:bundle", code)


def _show(
    request: PortalRequest,
    versions: list[Bundle],
    bound: Bound | None = None,
    *,
    seen: str = "",
) -> HttpResponse:
    bundle, given, offered = versions[0], bound or {}, items_now()
    before = versions[1] if len(versions) > 1 else None
    context = {
        **life_of(request, versions, given),
        "bundle": bundle,
        "before": before,
        "items": [offered.get(code, code) for code in bundle.items],
        "items_before": [offered.get(code, code) for code in before.items] if before else [],
        "findings": check_bundle(bundle.content, offered),
        "seen": seen or digest(bundle.content),
        "form": given.get("save") or BundleForm(offered, bundle=bundle),
    }
    status = HTTP_INVALID if given else 200
    return TemplateResponse(request, "catalogue/bundle.html", context, status=status)


# --- verbs --------------------------------------------------------------------------------------------
VERBS: dict[str, Verb] = {
    "start": lambda b, _given, by, now: actions.start_bundle_draft(b.code, by=by, now=now),
    "propose": lambda b, given, by, now: actions.propose_bundle(b.pk, given["day"], by=by, now=now),
    "send-back": lambda b, given, by, now: actions.send_bundle_back(
        b.pk, given["note"], by=by, now=now
    ),
    "publish": lambda b, _given, by, now: actions.publish_bundle(b.pk, by=by, now=now),
    "take-back": lambda b, _given, by, now: actions.take_bundle_back(b.pk, by=by, now=now),
    "discard": lambda b, _given, by, now: actions.discard_bundle(b.pk, by=by, now=now),
    "retire": lambda b, given, by, now: actions.retire_bundle(b.code, given["day"], by=by, now=now),
}


@access(EDITOR)
@require_POST
def bundle_act(request: PortalRequest, code: str, verb: str) -> HttpResponse:
    """One button of the page."""
    versions = _versions(request, code)
    if bound := act_on(request, versions[0], verb, VERBS):
        return _show(request, versions, bound)
    is_gone = not Bundle.objects.visible_to(request.scope).filter(code=code).exists()
    return redirect("catalogue:bundles") if is_gone else redirect("catalogue:bundle", code)

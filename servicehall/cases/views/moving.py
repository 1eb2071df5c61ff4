"""A draft whose item has changed since: what is new is said before anybody goes on."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.access import SIGNED_IN, access
from common.errors import NotAllowed
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.views._filing import Filing, get_filing, layout
from servicehall.catalogue import answering
from servicehall.catalogue.models import ItemVersion, in_language
from servicehall.catalogue.wording import changes

# What somebody who fills in a form needs to hear; codes and search words are not among it.
TOLD = frozenset({"names", "eligible", "situations", "fields", "materials", "limits", "result"})


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def moved(request: PortalRequest, draft_id: uuid.UUID) -> HttpResponse:
    filing = get_filing(request, draft_id)
    if request.method == "POST":
        try:
            actions.move_draft(draft_id, by=request.scope, now=timezone.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return redirect("servicehall:draft-moved", draft_id)
        return redirect("servicehall:draft", draft_id)
    if not filing.outdated:
        return redirect("servicehall:draft", draft_id)
    offered = ItemVersion.objects.public(timezone.localdate())
    version = offered.filter(item_id=filing.draft.version.item_id).first()
    context = {
        "layout": layout(request),
        "draft": filing.draft,
        "version": version,
        "is_over": version is None,
        **(_differences(filing, version) if version else {}),
    }
    return TemplateResponse(request, "servicehall/filing/moved.html", context)


def _differences(filing: Filing, version: ItemVersion) -> dict[str, Any]:
    old, given = filing.draft.version, filing.answers
    kept = answering.fitting(version.questions, given)
    before = {question["key"] for question in answering.asked(old.questions, given)}
    now = answering.asked(version.questions, kept)
    labels: Mapping[str, str] = old.shown_titles
    return {
        "changes": [
            change
            for change in changes(old.content, version.content, {}, both=False)
            if change.section.key in TOLD
        ],
        "asked": [in_language(q["label"]) for q in now if q["key"] not in before],
        "lost": [labels.get(key, key) for key in given if key in labels and key not in kept],
    }

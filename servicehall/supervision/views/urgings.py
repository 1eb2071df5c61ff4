"""督办: the letters that are out, one of them, and what is done with it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common.access import STAFF, access
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.scopes import PortalRequest
from servicehall.supervision import actions
from servicehall.supervision.enums import UrgingAction
from servicehall.supervision.forms import WordsForm
from servicehall.supervision.models import Urging
from servicehall.supervision.transitions import available

SIZE = 30
REFUSED = 422


@dataclass(frozen=True, slots=True)
class Act:
    """A form below the letter: its label, its button, and the name under which the action takes the words."""

    label: str | Promise
    button: str | Promise
    run: Any
    words: str
    done: str | Promise


ACTS = {
    UrgingAction.REPLY: Act(
        _("办理情况和回复"),
        pgettext_lazy("按钮", "回复"),
        actions.reply_urging,
        "reply",
        _("已回复。"),
    ),
    UrgingAction.CLOSE: Act(
        _("督办结果"),
        pgettext_lazy("按钮", "办结"),
        actions.close_urging,
        "result",
        _("督办已办结。"),
    ),
    UrgingAction.RETURN: Act(
        _("退回的理由"),
        pgettext_lazy("按钮", "退回重办"),
        actions.return_urging,
        "reason",
        _("已退回，责任单位重新回复。"),
    ),
}


@access(STAFF)
@require_safe
def urgings(request: PortalRequest) -> HttpResponse:
    """The letters of the places over which one watches, and those that one's own office has to answer."""
    rows = Urging.objects.visible_to(request.scope).open()
    try:
        page = keyset_page(
            rows.select_related("body", "case__version", "case__community"),
            order=("due_on", "id"),
            after=request.GET.get("after"),
            size=SIZE,
        )
    except BadCursor:
        return redirect("supervision:urgings")
    context = {"layout": layout_of(request.scope), "page": page, "today": timezone.localdate()}
    return TemplateResponse(request, "supervision/urgings.html", context)


@access(STAFF)
@require_safe
def urging(request: PortalRequest, urging_id: uuid.UUID) -> HttpResponse:
    return _page(request, _found(request, urging_id))


@access(STAFF)
@require_POST
def act(request: PortalRequest, urging_id: uuid.UUID, slug: str) -> HttpResponse:
    if slug not in UrgingAction.values:
        raise Http404
    found, chosen = _found(request, urging_id), UrgingAction(slug)
    form = WordsForm(ACTS[chosen].label, request.POST, act=slug)
    if form.is_valid():
        words = {ACTS[chosen].words: form.cleaned_data["words"]}
        try:
            ACTS[chosen].run(found.pk, **words, by=request.scope, now=timezone.now())
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, str(ACTS[chosen].done))
            return redirect("supervision:urging", found.pk)
    return _page(request, found, typed=(chosen, form))


def _found(request: PortalRequest, urging_id: uuid.UUID) -> Urging:
    rows = Urging.objects.visible_to(request.scope).select_related(
        "body",
        "case__version",
        "case__community",
        "issued_by__body",
        "replied_by__body",
        "closed_by__body",
    )
    return get_object_or_404(rows, pk=urging_id)


def _page(
    request: PortalRequest,
    found: Urging,
    *,
    typed: tuple[UrgingAction, WordsForm] | None = None,
) -> HttpResponse:
    offered: list[UrgingAction] = []
    if found.body_id == request.scope.body_id:
        offered += available(found.state, by_office=True)
    if request.scope.covers(Power.SUPERVISE, found.case.community.path):
        offered += available(found.state, by_office=False)
    forms = [
        (
            action.value,
            ACTS[action].button,
            typed[1]
            if typed and typed[0] == action
            else WordsForm(ACTS[action].label, act=action.value),
        )
        for action in ACTS
        if action in offered
    ]
    context = {
        "layout": layout_of(request.scope),
        "urging": found,
        "forms": forms,
        "refused": typed[1] if typed else None,
        "can_open_case": request.scope.has(Power.READ_CASES) or request.scope.has(Power.SUPERVISE),
    }
    status = REFUSED if typed else 200
    return TemplateResponse(request, "supervision/urging.html", context, status=status)

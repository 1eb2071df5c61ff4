"""The life of a version at its page: the same buttons and words for an item, a joint form, the text of a letter."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django import forms
from django.contrib import messages
from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.scopes import PortalRequest, Scope
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.forms import DayForm, LastDayForm, NoteForm
from servicehall.catalogue.living import Version
from servicehall.catalogue.models import ItemVersion

Verb: TypeAlias = Callable[[Any, dict[str, Any], Scope, datetime], object]
Bound: TypeAlias = dict[str, forms.Form]  # by verb, a form that was not accepted

STATES: dict[str, tuple[str | Promise, str]] = {
    "draft": (gettext_lazy("草稿"), "info"),
    "waiting": (gettext_lazy("待发布"), "warning"),
    "coming": (gettext_lazy("将生效"), "info"),
    "running": (gettext_lazy("在用"), "success"),
    "over": (gettext_lazy("已停用"), "neutral"),
}
FORMS: dict[str, type[forms.Form]] = {
    "propose": DayForm, "send-back": NoteForm, "retire": LastDayForm,
}  # fmt: skip
DONE: dict[str, str | Promise] = {
    "start": gettext_lazy("已按最近一版起草。"),
    "propose": gettext_lazy("已提请发布，请另一位同事核对。"),
    "send-back": gettext_lazy("已退回修改。"),
    "publish": gettext_lazy("已发布。"),
    "take-back": gettext_lazy("已收回，又成了草稿。"),
    "discard": gettext_lazy("草稿已删除。"),
    "retire": gettext_lazy("已定好停用的日子。"),
}


def items_now() -> dict[str, str]:
    """The items that the hall offers, by code."""
    rows = ItemVersion.objects.public(timezone.localdate()).defer("content", "search_text")
    return {row.item_id: f"{row.item_id} {row.label}" for row in rows.order_by("item_id")}


def state_now(version: Version) -> str:
    """Where a version stands today: draft, waiting, coming, running, over."""
    today = timezone.localdate()
    if version.is_open:
        return str(version.state)
    if version.in_force_on(today):
        return "running"
    return "coming" if version.state == "published" and version.valid_from > today else "over"


def life_of(request: PortalRequest, versions: Sequence[Version], bound: Bound) -> dict[str, Any]:
    """What `catalogue/_life.html` shows of the newest version, and the table of all of them."""
    latest = versions[0]
    is_own = request.scope.user_id in {latest.changed_by_id, latest.proposed_by_id}
    return {
        "latest": latest,
        "state": STATES[state_now(latest)],
        "versions": [(each, STATES[state_now(each)]) for each in versions],
        "running": next((each for each in versions if state_now(each) == "running"), None),
        "is_draft": latest.state == VersionState.DRAFT,
        "is_waiting": latest.state == VersionState.WAITING,
        "is_coming": state_now(latest) == "coming",
        "may_decide": latest.state == VersionState.WAITING and not is_own,
        "day_form": bound.get("propose") or DayForm(initial={"day": timezone.localdate()}),
        "note_form": bound.get("send-back") or NoteForm(),
        "retire_form": bound.get("retire") or LastDayForm(),
    }


def act_on(request: PortalRequest, latest: Version, verb: str, verbs: Mapping[str, Verb]) -> Bound:
    """One button: one call inwards, and word of how it went. What it gives back was not accepted.

    `number` in the request is the version that the page showed.
    """
    if verb not in verbs:
        raise Http404
    form = FORMS.get(verb, forms.Form)(request.POST)
    if not form.is_valid():
        return {verb: form}
    try:
        if request.POST.get("number") != str(latest.number):
            raise Conflict("version_moved_on", _("这一版的状态已经变了，请刷新页面再看。"))
        verbs[verb](latest, form.cleaned_data, request.scope, timezone.now())
    except Invalid as refusal:
        for name, text in refusal.fields.items():
            form.add_error(name, str(text))
        return {verb: form}
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(DONE[verb]))
    return {}

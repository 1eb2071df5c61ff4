"""未送达消息: what failed, what is uncertain and whom to call, in the places where the post looks after messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_phone
from common.refusals import refuse
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.scopes import PortalRequest, Scope
from dashboards.forms_admin import CallForm
from dashboards.views._lists import list_page
from notifications import actions, kinds, reasons
from notifications.enums import Channel, MessageState, ReceiptState
from notifications.models import Message, OutboxPause
from servicehall.cases.models import Case

PAGE_SIZE = 30
CASE = "case:"  # how the hall writes in `about` which case a message speaks of

CALL, FAILED, UNCERTAIN = "call", "failed", "uncertain"
LISTS: dict[str, tuple[str | Promise, Q]] = {
    CALL: (gettext_lazy("待电话告知"), Q(channel=Channel.CALL, state=MessageState.DUE)),
    FAILED: (gettext_lazy("发送失败"), Q(state=MessageState.FAILED)),
    UNCERTAIN: (gettext_lazy("结果不明"), Q(state=MessageState.UNCERTAIN)),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as staff mend it: the text as it was sent, the number masked, the case where it may be opened."""

    message: Message
    title: str | Promise
    reason: str | Promise
    masked: str
    case: Case | None
    is_call: bool
    can_retry: bool


@access(power(Power.HANDLE_MESSAGES))
@require_safe
def message_list(request: PortalRequest) -> HttpResponse:
    rows = Message.objects.visible_to(request.scope).trouble()
    counts = rows.order_by().aggregate(
        **{name: Count("pk", filter=condition) for name, (_label, condition) in LISTS.items()}
    )
    chosen = request.GET.get("list", "")
    if chosen not in LISTS:
        chosen = next((name for name in LISTS if counts[name]), CALL)
    page = list_page(request, rows.filter(LISTS[chosen][1]), order=("-id",), size=PAGE_SIZE)
    context = {
        "layout": layout_of(request.scope),
        "chosen": chosen,
        "tabs": [(name, label, counts[name]) for name, (label, _condition) in LISTS.items()],
        "page": page,
        "entries": _entries(request.scope, page.items),
        "pause": OutboxPause.objects.in_force().first(),
    }
    return TemplateResponse(request, "dashboards/messages/list.html", context)


@access(power(Power.HANDLE_MESSAGES))
@require_POST
def retry(request: PortalRequest, message_id: uuid.UUID) -> HttpResponse:
    message = _found(request, message_id)
    chosen = UNCERTAIN if message.state == MessageState.UNCERTAIN else FAILED
    try:
        actions.retry(message, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已重新排入发送。"))
    return _back(chosen)


@access(power(Power.HANDLE_MESSAGES))
@require_http_methods(["GET", "POST"])
def called(request: PortalRequest, message_id: uuid.UUID) -> HttpResponse:
    """What to say, to whom; and the note that it was said."""
    message = _found(request, message_id)
    form = CallForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.mark_called(message, **form.cleaned_data, by=request.scope, now=timezone.now())
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已登记。"))
            return _back(CALL)
    context = {
        "layout": layout_of(request.scope),
        "entry": _entries(request.scope, [message])[0],
        "form": form,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/messages/called.html", context, status=status)


def _found(request: PortalRequest, message_id: uuid.UUID) -> Message:
    found: Message = get_object_or_404(Message.objects.visible_to(request.scope), pk=message_id)
    return found


def _back(chosen: str) -> HttpResponse:
    return redirect(f"{reverse('dashboards:messages')}?{urlencode({'list': chosen})}")


def _entries(scope: Scope, rows: Sequence[Message]) -> list[Entry]:
    """One more query for the cases behind them, as far as the viewer may open cases."""
    ids = {row.pk: _case_id(row) for row in rows}
    cases = Case.objects.visible_to(scope).select_related("applicant")
    found = cases.in_bulk({case_id for case_id in ids.values() if case_id})
    return [_entry(row, found.get(ids[row.pk])) for row in rows]


def _case_id(message: Message) -> uuid.UUID | None:
    try:
        return uuid.UUID(message.about.removeprefix(CASE))
    except ValueError:  # about something else
        return None


def _entry(message: Message, case: Case | None) -> Entry:
    kind, is_call = kinds.find(message.kind), message.channel == Channel.CALL
    return Entry(
        message=message,
        title=kind.title if kind else message.kind,
        reason=reasons.explain(message.last_error),
        masked=mask_phone(message.phone) if message.phone else "",
        case=case,
        is_call=is_call and message.state == MessageState.DUE,
        can_retry=message.state in {MessageState.FAILED, MessageState.UNCERTAIN}
        and message.receipt != ReceiptState.UNDELIVERED
        and not (kind and kind.is_secret),
    )

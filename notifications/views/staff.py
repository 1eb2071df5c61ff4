"""未送达消息: what did not arrive in the places of this post, and whom to call."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_phone
from common.paging import BadCursor, keyset_page
from notifications import actions, kinds, reasons
from notifications.enums import Channel
from notifications.models import Message
from notifications.querysets import HANDLE_MESSAGES

if TYPE_CHECKING:
    from notifications.views.requests import ScopedRequest

SIZE = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the work list."""

    message: Message
    title: str | Promise
    status: str | Promise
    reason: str | Promise
    masked: str
    is_call: bool
    can_retry: bool


@require_GET
@access(power(HANDLE_MESSAGES))
def undelivered(request: "ScopedRequest") -> HttpResponse:
    rows = Message.objects.visible_to(request.scope).trouble()
    try:
        page = keyset_page(rows, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("notifications:undelivered")
    context = {"page": page, "entries": [_entry(message) for message in page.items]}
    return TemplateResponse(request, "notifications/undelivered.html", context)


@require_POST
@access(power(HANDLE_MESSAGES))
def retry(request: "ScopedRequest", message_id: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.visible_to(request.scope), pk=message_id)
    try:
        actions.retry(message, by=request.scope, now=timezone.now())
    except NotAllowed as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, _("已重新排入发送。"))
    return redirect("notifications:undelivered")


@require_POST
@access(power(HANDLE_MESSAGES))
def called(request: "ScopedRequest", message_id: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.visible_to(request.scope), pk=message_id)
    try:
        actions.mark_called(message, by=request.scope, now=timezone.now())
    except NotAllowed as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, _("已登记电话告知。"))
    return redirect("notifications:undelivered")


@require_POST
@access(power(HANDLE_MESSAGES))
def number(request: "ScopedRequest", message_id: UUID) -> HttpResponse:
    """The number in clear, as a fragment; the look is recorded."""
    message = get_object_or_404(Message.objects.visible_to(request.scope).trouble(), pk=message_id)
    shown = actions.reveal_number(message, by=request.scope, now=timezone.now())
    return TemplateResponse(request, "notifications/_number.html", {"number": shown})


def _entry(message: Message) -> Entry:
    kind, is_call = kinds.find(message.kind), message.channel == Channel.CALL
    return Entry(
        message=message,
        title=kind.title if kind else message.kind,
        status=_("待电话告知") if is_call else message.get_state_display(),
        reason=reasons.explain(message.last_error),
        masked=mask_phone(message.phone) if message.phone else "",
        is_call=is_call,
        can_retry=not is_call and not (kind and kind.is_secret),
    )

"""我的消息: what the portal told this account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import UserKind
from common.access import SIGNED_IN, access
from common.paging import BadCursor, keyset_page
from notifications import actions, kinds
from notifications.models import Message

SIZE = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as its reader sees it."""

    id: UUID
    title: str | Promise
    text: str
    at: datetime | None
    is_unread: bool
    has_link: bool


@require_GET
@access(SIGNED_IN)
def inbox(request: HttpRequest) -> HttpResponse:
    mine = Message.objects.for_user(request.user.pk)
    try:
        page = keyset_page(mine, order=("-id",), after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("notifications:inbox")
    context = {
        "layout": "resident.html" if _is_resident(request) else "counter.html",
        "entries": [_entry(message) for message in page.items],
        "page": page,
        "unread": mine.unread().count(),
    }
    return TemplateResponse(request, "notifications/inbox.html", context)


@require_POST
@access(SIGNED_IN)
def open_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.for_user(request.user.pk), pk=message_id)
    actions.mark_read(message, now=timezone.now())
    return redirect(_link(message) or "notifications:inbox")


@require_POST
@access(SIGNED_IN)
def read_all(request: HttpRequest) -> HttpResponse:
    actions.mark_all_read(request.user.pk, now=timezone.now())
    messages.success(request, _("已全部标为已读。"))
    return redirect("notifications:inbox")


def _is_resident(request: HttpRequest) -> bool:
    return getattr(request.user, "kind", "") == UserKind.RESIDENT


def _entry(message: Message) -> Entry:
    kind = kinds.find(message.kind)
    language = translation.get_language() or ""
    return Entry(
        id=message.pk,
        title=kind.title if kind else _("消息"),
        text=kinds.read(message.kind, message.params, message.text, language),
        at=message.sent_at,
        is_unread=message.read_at is None,
        has_link=bool(_link(message)),
    )


def _link(message: Message) -> str:
    """Where the matter itself is shown, or "" when the kind names no page for it."""
    kind = kinds.find(message.kind)
    _what, _colon, key = message.about.partition(":")
    if kind is None or not kind.link:
        return ""
    try:
        return reverse(kind.link, args=[key] if key else [])
    except NoReverseMatch:
        return ""

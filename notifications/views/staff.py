"""What staff need of a message that did not arrive; the work list itself is dashboards.views.messages."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from common.access import access, power
from notifications import actions
from notifications.models import Message
from notifications.querysets import HANDLE_MESSAGES

if TYPE_CHECKING:
    from notifications.views.requests import ScopedRequest


@require_POST
@access(power(HANDLE_MESSAGES))
def number(request: "ScopedRequest", message_id: UUID) -> HttpResponse:
    """The number in clear, as a fragment; the look is recorded."""
    message = get_object_or_404(Message.objects.visible_to(request.scope).trouble(), pk=message_id)
    shown = actions.reveal_number(message, by=request.scope, now=timezone.now())
    return TemplateResponse(request, "notifications/_number.html", {"number": shown})

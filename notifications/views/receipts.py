"""Where the SMS gateways report what became of a text. No cookie opens it: the signature does."""

import json
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common.access import Policy, Who, access
from notifications import actions, signing
from notifications.enums import Gateway, ReceiptState

BY_SIGNATURE = Policy("signature", _("持有共享密钥的系统，凭签名，无须登录"), Who.PUBLIC)
LARGEST = 16 * 1024


@csrf_exempt
@require_POST
@access(BY_SIGNATURE)
def receipt(request: HttpRequest, gateway: str) -> HttpResponse:
    """Answers 204 to whatever is rightly signed, also to what is known or unknown: nothing is gained by a repeat."""
    if len(request.body) > LARGEST:
        return HttpResponse(status=413)
    now = timezone.now()
    secrets = settings.SMS_RECEIPT_SECRETS.get(gateway, [])
    try:
        receipt_id = signing.verify(secrets, request.headers, request.body, now=now)
    except signing.BadSignature:
        return HttpResponse(status=403)
    try:
        body = json.loads(request.body)
        message_id, state = UUID(body["idempotency_key"]), ReceiptState(body["state"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return HttpResponseBadRequest()
    actions.take_receipt(receipt_id[:120], message_id, state, gateway=Gateway(gateway), now=now)
    return HttpResponse(status=204)

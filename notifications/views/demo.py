"""The demonstration phone: what a resident would read on his own. Exists in the demonstration only."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from common.access import PUBLIC, access
from common.masking import mask_phone
from notifications.models import RecordedSms

LATEST = 300  # texts among which we look for numbers
ON_SCREEN = 30


@dataclass(frozen=True, slots=True)
class Phone:
    digest: str  # in addresses instead of the number
    masked: str
    is_current: bool


@require_GET
@access(PUBLIC)
def phone(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    latest = {bytes(row.phone_digest).hex(): row for row in reversed(_latest())}
    chosen = request.GET.get("number", "")
    if chosen not in latest:
        chosen = next(reversed(latest), "")
    context = {
        "phones": [
            Phone(digest, mask_phone(row.phone), digest == chosen)
            for digest, row in reversed(latest.items())
        ],
        "chosen": chosen,
        "texts": RecordedSms.objects.to_number(bytes.fromhex(chosen))[:ON_SCREEN],
    }
    is_refresh = request.headers.get("HX-Request") == "true"
    name = "notifications/_phone.html" if is_refresh else "notifications/phone.html"
    return TemplateResponse(request, name, context)


def _latest() -> list[RecordedSms]:
    return list(RecordedSms.objects.newest()[:LATEST])

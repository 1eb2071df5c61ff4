"""Files that people handed in: to those who may see them, as a download and never as a page."""

import uuid

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from common.access import SIGNED_IN, access
from common.storage import FileMissing
from community.governance.scopes import PortalRequest
from servicehall.cases.actions.files import open_file
from servicehall.cases.models import Upload

TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


@access(SIGNED_IN)
@require_GET
def download(request: PortalRequest, upload_id: uuid.UUID) -> HttpResponse:
    try:
        upload, content = open_file(upload_id, by=request.scope, now=timezone.now())
    except (Upload.DoesNotExist, FileMissing):
        raise Http404 from None
    return as_download(content, upload.kind, upload.title)


def as_download(content: bytes, kind: str, title: str) -> HttpResponse:
    """Never inline, never sniffed, never kept by a browser."""
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(True, title)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response

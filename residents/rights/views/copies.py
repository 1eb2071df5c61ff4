"""A copy of all that is held about me, to keep or to take elsewhere."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import step_up
from common.access import RESIDENT, access
from common.storage import FileMissing
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from residents.rights import actions
from residents.rights.actions.copies import FORMATS
from residents.rights.models import Copy

MOST = 10
TYPES = {"json": "application/json; charset=utf-8", "html": "text/html; charset=utf-8"}


@access(RESIDENT)
@step_up.verified_within()
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: PortalRequest) -> HttpResponse:
    """The copies that are there; one press asks for a new one. The password was given lately."""
    now = timezone.now()
    if request.method == "POST":
        try:
            actions.ask_copy(by=request.scope, language=get_language() or "zh-hans", now=now)
        except Person.DoesNotExist:
            return redirect("residents:me")
        messages.success(request, _("正在准备，一般一分钟内做好。好了会告诉您，也可以刷新本页看。"))
        return redirect("rights:copies")
    rows = list(Copy.objects.visible_to(request.scope)[:MOST])
    lines = [(row, row.expires_at is not None and row.expires_at > now) for row in rows]
    return TemplateResponse(request, "rights/copies.html", {"lines": lines})


@access(RESIDENT)
@step_up.verified_within()
@require_safe
def download(request: PortalRequest, copy_id: uuid.UUID, form: str) -> HttpResponse:
    """One of the two files, as a download and never as a page."""
    if form not in FORMATS:
        raise Http404
    now = timezone.now()
    try:
        content = actions.open_copy(copy_id, form, by=request.scope, now=now)
    except (Copy.DoesNotExist, FileMissing):
        raise Http404 from None
    response = HttpResponse(content, content_type=TYPES[form])
    day = timezone.localdate(now)
    response["Content-Disposition"] = f'attachment; filename="my-data-{day:%Y%m%d}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response

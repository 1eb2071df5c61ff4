"""The catalogue as a file: out of one installation, as drafts into another."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from common.access import access, power
from common.errors import Invalid
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.catalogue import actions
from servicehall.catalogue.actions.carrying import Carried
from servicehall.catalogue.forms import FileForm
from servicehall.catalogue.views._editor import HTTP_INVALID

FATES: dict[str, tuple[str | Promise, str]] = {
    "new": (_("新的，已建草稿"), "success"),
    "changed": (_("有变化，已建草稿"), "info"),
    "same": (_("相同"), "neutral"),
    "busy": (_("没有导入"), "warning"),
    "refused": (_("没有导入"), "danger"),
}


@access(power(Power.EDIT_CATALOGUE))
@require_POST
def export(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    data = actions.export_items(by=request.scope, now=now)
    name = f"catalogue-{timezone.localdate(now):%Y%m%d}.json"
    return HttpResponse(
        data,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@access(power(Power.EDIT_CATALOGUE))
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: PortalRequest) -> HttpResponse:
    """Take a file; say of each item what became of it, with the way to its differences."""
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    found: list[Carried] = []
    if form.is_valid():
        try:
            data = form.cleaned_data["file"].read()
            found = actions.import_items(data, by=request.scope, now=timezone.now())
        except Invalid as refusal:
            form.add_error("file", str(refusal.message))
    # What is as it was needs nobody; it stands last.
    rows = [(item, *FATES[item.fate]) for item in sorted(found, key=lambda one: one.fate == "same")]
    status = HTTP_INVALID if form.errors else 200
    context = {"form": form, "rows": rows}
    return TemplateResponse(request, "catalogue/import.html", context, status=status)

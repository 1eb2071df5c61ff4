"""我的材料: the list, a new one, and choosing one for a filing."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.access import RESIDENT, access
from common.errors import NotAllowed
from common.storage import FileMissing
from common.uploads import UploadRefused, check_upload
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.enums import DOUBTS
from servicehall.cases.forms import PaperForm
from servicehall.cases.models import Draft, KeptPaper
from servicehall.cases.views._filing import get_filing
from servicehall.cases.views._joint import on_joint_form
from servicehall.cases.views.draft_files import step_with_file
from servicehall.cases.views.files import as_download

REFUSED = 422


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: PortalRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = PaperForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid() and _keep(request, form):
        messages.success(request, _("已存好，办事时直接选用。"))
        return redirect("servicehall:my-papers")
    context = {"form": form, "rows": _rows(request)}
    status = REFUSED if sent else 200
    return TemplateResponse(request, "servicehall/papers/mine.html", context, status=status)


def _keep(request: PortalRequest, form: PaperForm) -> bool:
    given = dict(form.cleaned_data)
    file = given.pop("file")
    try:
        clean = check_upload(file.read(), file.name or "")
        actions.keep_paper(clean, by=request.scope, now=timezone.now(), **given)
    except UploadRefused as refusal:
        form.add_error("file", str(refusal.message))
    except NotAllowed as refusal:
        form.take(refusal)
    except Person.DoesNotExist:
        form.add_error(None, _("请带身份证到就近的服务站核对一次，以后就能在网上办。"))
    else:
        return True
    return False


def _rows(request: PortalRequest) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "paper": paper,
            "is_expired": paper.expires_on is not None and paper.expires_on < today,
            "doubts": [DOUBTS[code] for code in paper.doubts if code in DOUBTS],
        }
        for paper in KeptPaper.objects.visible_to(request.scope)
    ]


@access(RESIDENT)
@require_GET
def download(request: PortalRequest, paper_id: uuid.UUID) -> HttpResponse:
    try:
        paper, content = actions.open_paper(paper_id, by=request.scope)
    except (KeptPaper.DoesNotExist, FileMissing):
        raise Http404 from None
    return as_download(content, paper.file_kind, f"{paper.title}.{paper.file_kind}")


@access(RESIDENT)
@require_POST
def drop(request: PortalRequest, paper_id: uuid.UUID) -> HttpResponse:
    try:
        actions.drop_paper(paper_id, by=request.scope)
    except KeptPaper.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("已删除。以前申请里的复印件不受影响。"))
    return redirect("servicehall:my-papers")


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: PortalRequest, draft_id: uuid.UUID, field: str) -> HttpResponse:
    """An old paper instead of a new photograph."""
    filing, name = on_joint_form(request, get_filing(request, draft_id), field)
    back = filing.page_url(step_with_file(filing, name).key)
    context: dict[str, Any] = {
        "label": filing.label,
        "rows": _rows(request),
        "back": back,
        "problem": "",
    }
    if request.method != "POST":
        return TemplateResponse(request, "servicehall/papers/choose.html", context)
    try:
        actions.use_paper(
            uuid.UUID(request.POST.get("paper", "")),
            draft_id,
            field,
            by=request.scope,
            now=timezone.now(),
        )
    except (KeptPaper.DoesNotExist, Draft.DoesNotExist, FileMissing, ValueError):
        raise Http404 from None
    except NotAllowed as refusal:
        context["problem"] = refusal.message
        return TemplateResponse(request, "servicehall/papers/choose.html", context, status=REFUSED)
    messages.success(request, _("已选用。"))
    return redirect(back)

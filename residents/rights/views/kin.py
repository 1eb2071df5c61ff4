"""For somebody who has died: what his next of kin asks (PIPL 49)."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.access import RESIDENT, access
from common.errors import NotAllowed
from common.masking import mask_id
from community.governance.scopes import PortalRequest
from residents.base.models import Person
from residents.rights import actions
from residents.rights.forms import KinForm
from residents.rights.models import KinRequest

REFUSED = 422
MOST = 20


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: PortalRequest) -> HttpResponse:
    form = KinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.file_kin_request(**form.cleaned_data, by=request.scope, now=timezone.now())
        except Person.DoesNotExist:
            return redirect("residents:me")
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("申请已提交，工作人员会和您联系核对。"))
            return redirect("rights:kin")
    rows = KinRequest.objects.visible_to(request.scope).order_by("-id")[:MOST]
    context = {"form": form, "lines": [(row, mask_id(row.deceased_number)) for row in rows]}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/kin.html", context, status=status)


@access(RESIDENT)
@require_POST
def withdraw(request: PortalRequest, request_id: uuid.UUID) -> HttpResponse:
    try:
        actions.withdraw_kin_request(request_id, by=request.scope, now=timezone.now())
    except KinRequest.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已撤回。"))
    return redirect("rights:kin")

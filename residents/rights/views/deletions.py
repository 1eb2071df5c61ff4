"""Delete what I told of myself, close the account; and what must stay, until when and why."""

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
from community.governance.scopes import PortalRequest
from residents.base.models import Person, SourceRecord
from residents.rights import actions, erasing
from residents.rights.forms import DeletionForm
from residents.rights.models import Deletion, RetentionRule

REFUSED = 422
MOST = 20
RESULTS = {"done": "success", "kept": "warning", "elsewhere": "info"}


@access(RESIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    scope = request.scope
    person = Person.objects.visible_to(scope).select_related("detail").first()
    if person is None:
        return redirect("residents:me")
    rules = list(RetentionRule.objects.public(timezone.localdate(now)))
    records = SourceRecord.objects.visible_to(scope).filter(person_id=person.pk)
    parts = erasing.parts_of(person, records, rules)
    form = DeletionForm(parts, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.file_deletion(form.cleaned_data["parts"], by=scope, now=now)
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("申请已提交，有结果会告诉您。"))
            return redirect("rights:deletion")
    asked = list(Deletion.objects.visible_to(scope).order_by("-id")[:MOST])
    context = {
        "form": form,
        "rules": rules,
        "lines": [(row, part_rows(row)) for row in asked],
        "is_open": any(row.is_open for row in asked),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "rights/deletion.html", context, status=status)


def part_rows(row: Deletion) -> list[tuple[str, str, str]]:
    """What was asked, what came of it, and its tone."""
    words = {
        "done": _("已删除"),
        "kept": _("保留，理由见答复"),
        "elsewhere": _("您说的已删除，部门登记的仍在"),
    }
    return [
        (
            erasing.label_of(part),
            words.get(row.done.get(part, ""), ""),
            RESULTS.get(row.done.get(part, ""), ""),
        )
        for part in row.parts
    ]


@access(RESIDENT)
@require_POST
def withdraw(request: PortalRequest, deletion_id: uuid.UUID) -> HttpResponse:
    try:
        actions.withdraw_deletion(deletion_id, by=request.scope, now=timezone.now())
    except Deletion.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("已撤回。"))
    return redirect("rights:deletion")

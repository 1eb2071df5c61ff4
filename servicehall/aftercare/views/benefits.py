"""待遇, for the station that checks and the body that decides."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.aftercare import actions, forms
from servicehall.aftercare.actions.benefits import refused
from servicehall.aftercare.enums import BenefitAction, TaskKind
from servicehall.aftercare.models import Benefit, BenefitTask
from servicehall.aftercare.transitions import BENEFIT

SIZE = 30
READ = power(Power.READ_CASES)
# What is settled by seeing that somebody is alive.
ALIVE = {TaskKind.LIFE_PROOF, TaskKind.DECEASED, TaskKind.MISSING}


@dataclass(frozen=True, slots=True)
class Act:
    """A button: its word, its form and the one action that it calls."""

    slug: str
    label: str | Promise
    key: str
    action: BenefitAction
    run: Callable[..., Benefit]
    form: type[forms.BenefitForm]
    done: str | Promise
    kind: str = "secondary"


A = BenefitAction
ACTS = {
    act.slug: act
    for act in (
        Act("prove", pgettext_lazy("按钮", "登记认证"), "a", A.PROVE, actions.prove, forms.ProveForm,
            _("认证已登记。"), "primary"),
        Act("recheck", pgettext_lazy("按钮", "复核，继续享受"), "n", A.RECHECK, actions.recheck,
            forms.RecheckForm, _("复核已登记。"), "primary"),
        Act("report", pgettext_lazy("按钮", "上报情况"), "b", A.REPORT, actions.report, forms.ReportForm,
            _("已上报给作出决定的单位。")),
        Act("amount", pgettext_lazy("按钮", "核定金额"), "m", A.SET_AMOUNT, actions.set_amount,
            forms.SetAmountForm, _("金额已核定。"), "primary"),
        Act("change", pgettext_lazy("按钮", "变更"), "e", A.CHANGE, actions.change, forms.ChangeForm,
            _("已变更，并告知本人。")),
        Act("suspend", pgettext_lazy("按钮", "暂停"), "s", A.SUSPEND, actions.suspend, forms.SuspendForm,
            _("已暂停，并告知本人。")),
        Act("resume", pgettext_lazy("按钮", "恢复"), "r", A.RESUME, actions.resume, forms.ResumeForm,
            _("已恢复，并告知本人。"), "primary"),
        Act("stop", pgettext_lazy("按钮", "停止"), "x", A.STOP, actions.stop, forms.StopForm,
            _("已停止，并告知本人。")),
    )
}  # fmt: skip


@access(READ)
@require_safe
def desk(request: PortalRequest) -> HttpResponse:
    """What has come due, the nearest day first."""
    kind = request.GET.get("kind", "")
    rows = BenefitTask.objects.visible_to(request.scope).open()
    if kind in TaskKind.values:
        rows = rows.filter(kind=kind)
    try:
        page = keyset_page(
            rows.select_related("benefit__person__community", "benefit__version"),
            order=("due_on", "id"),
            after=request.GET.get("after"),
            size=SIZE,
        )
    except BadCursor:
        return redirect("aftercare:benefits")
    context = {
        "page": page,
        "lines": [(task, mask_name(task.benefit.person.full_name)) for task in page.items],
        "today": timezone.localdate(),
        "kind": kind,
        "kinds": TaskKind.choices,
    }
    return TemplateResponse(request, "aftercare/benefits.html", context)


@access(READ)
@require_safe
def benefit(request: PortalRequest, benefit_id: uuid.UUID) -> HttpResponse:
    return _page(request, _opened(request, benefit_id))


@access(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: PortalRequest, benefit_id: uuid.UUID, slug: str) -> HttpResponse:
    chosen = ACTS.get(slug)
    if chosen is None:
        raise Http404
    found = _opened(request, benefit_id)
    form = chosen.form(found, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                chosen.run(found.pk, by=request.scope, now=timezone.now(), **form.cleaned_data)
            except NotAllowed as refusal:
                status = form.take(refusal)
            else:
                messages.success(request, str(chosen.done))
                return redirect("aftercare:benefit", found.pk)
    return _page(request, found, chosen=chosen, form=form, status=status)


def _opened(request: PortalRequest, pk: uuid.UUID) -> Benefit:
    try:
        return actions.open_benefit(pk, by=request.scope, now=timezone.now())
    except Benefit.DoesNotExist:
        raise Http404 from None


def _page(
    request: PortalRequest,
    found: Benefit,
    *,
    chosen: Act | None = None,
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    tasks = list(found.tasks.open())
    due = {task.kind for task in tasks}
    refusals = {by: _refusal(found, by, request) for by in ("station", "decider")}
    acts = [
        act
        for act in ACTS.values()
        if found.state in BENEFIT[act.action].sources
        and refusals[BENEFIT[act.action].by] is None
        and not (act.action == A.SET_AMOUNT and found.amount)
        and not (act.action == A.CHANGE and not found.amount)
        and not (act.action == A.REPORT and not tasks)
        and not (act.action == A.PROVE and found.prove_by_on is None and not (due & ALIVE))
        and not (act.action == A.RECHECK and found.review_on is None)
    ]
    context = {
        "benefit": found,
        "tasks": tasks,
        "events": list(found.events.select_related("post__body")),
        "acts": acts,
        "chosen": chosen,
        "form": form,
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "aftercare/benefit.html", context, status=status)


def _refusal(found: Benefit, who: str, request: PortalRequest) -> NotAllowed | None:
    rule = next(rule for rule in BENEFIT.values() if rule.by == who)
    return refused(found, rule, by=request.scope)

"""差评整改, for those who follow it up, those who review, and the body that is asked to mend something."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from common.access import access, power
from common.errors import NotAllowed
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.scopes import PortalRequest, Scope
from residents.base.actions import ProofNeeded
from servicehall.aftercare import actions, forms, quality
from servicehall.aftercare.actions.rectifying import refused
from servicehall.aftercare.enums import RectifyAction
from servicehall.aftercare.models import Rectification
from servicehall.aftercare.transitions import RECTIFY

SIZE = 30
HANDLE = power(Power.HANDLE_RATINGS)


@dataclass(frozen=True, slots=True)
class Act:
    """A button: its word, its form and the one action that it calls."""

    slug: str
    label: str | Promise
    key: str
    action: RectifyAction
    run: Callable[..., Rectification]
    form: type[forms.RectifyForm]
    done: str | Promise
    kind: str = "secondary"


A = RectifyAction
ACTS = {
    act.slug: act
    for act in (
        Act("call", pgettext_lazy("按钮", "登记回访"), "c", A.CALL_BACK, actions.call_back, forms.CallForm,
            _("回访已登记。"), "primary"),
        Act("confirm", pgettext_lazy("按钮", "核实属实"), "n", A.CONFIRM, actions.confirm, forms.ConfirmForm,
            _("已交被评单位整改。"), "primary"),
        Act("doubt", pgettext_lazy("按钮", "疑为误评"), "d", A.DOUBT, actions.doubt, forms.ReasonForm,
            _("已提请复核。")),
        Act("uphold", pgettext_lazy("按钮", "维持评价"), "n", A.UPHOLD, actions.uphold, forms.UpholdForm,
            _("已维持，继续整改。"), "primary"),
        Act("set-aside", pgettext_lazy("按钮", "认定为误评"), "x", A.SET_ASIDE, actions.set_aside,
            forms.ReasonForm, _("已认定为误评，并告知评价人。")),
        Act("rectify", pgettext_lazy("按钮", "确认已整改"), "n", A.RECTIFY, actions.rectify, forms.MendedForm,
            _("已登记整改完成。"), "primary"),
        Act("tell", pgettext_lazy("按钮", "反馈评价人"), "t", A.TELL, actions.tell_rater, forms.TellForm,
            _("已反馈，评价人可以再评一次。"), "primary"),
    )
}  # fmt: skip
MENDING = {
    act.slug: act
    for act in (
        Act("answer", pgettext_lazy("按钮", "上报整改情况"), "a", A.ANSWER, actions.answer, forms.AnswerForm,
            _("已上报。"), "primary"),
        Act("appeal", pgettext_lazy("按钮", "申诉误评"), "p", A.APPEAL, actions.appeal, forms.ReasonForm,
            _("已申诉，由另一单位复核。")),
    )
}  # fmt: skip


# --- lists ----------------------------------------------------------------------------------------
@access(HANDLE)
@require_safe
def desk(request: PortalRequest) -> HttpResponse:
    """What we follow up or review, the most urgent first."""
    rows = Rectification.objects.visible_to(request.scope).open().filter(act_by_on__isnull=False)
    return _list(request, rows.select_related("case__version", "concerned"), "desk")


@access(HANDLE)
@require_safe
def closed(request: PortalRequest) -> HttpResponse:
    """Told or ended, newest first."""
    rows = Rectification.objects.visible_to(request.scope).filter(act_by_on__isnull=True)
    return _list(request, rows.select_related("case__version", "concerned"), "closed")


@access(HANDLE)
@require_safe
def mending(request: PortalRequest) -> HttpResponse:
    """What our own body is asked to put right: what and by when, nobody's name and no case."""
    return _list(request, Rectification.objects.to_mend(request.scope), "mending")


def _list(request: PortalRequest, rows: Any, tab: str) -> HttpResponse:
    order = ("act_by_on", "id") if tab == "desk" else ("-id",)
    try:
        page = keyset_page(rows, order=order, after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect(request.path)
    context = {
        "layout": layout_of(request.scope),
        "page": page,
        "tab": tab,
        "today": timezone.localdate(),
    }
    name = "mending" if tab == "mending" else "ratings"
    return TemplateResponse(request, f"aftercare/{name}.html", context)


# --- one of them ----------------------------------------------------------------------------------
@access(HANDLE)
@require_safe
def rectification(request: PortalRequest, rectification_id: uuid.UUID) -> HttpResponse:
    return _page(request, _opened(request, rectification_id))


@access(HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: PortalRequest, rectification_id: uuid.UUID, slug: str) -> HttpResponse:
    chosen = ACTS.get(slug)
    if chosen is None:
        raise Http404
    found = _opened(request, rectification_id)
    return _act(request, found, chosen, _page, "aftercare:rectification")


def _act(
    request: PortalRequest,
    found: Rectification,
    chosen: Act,
    page: Callable[..., HttpResponse],
    back: str,
) -> HttpResponse:
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
                return redirect(back, found.pk)
    return page(request, found, chosen=chosen, form=form, status=status)


def _opened(request: PortalRequest, pk: uuid.UUID) -> Rectification:
    try:
        return actions.open_rectification(pk, by=request.scope, now=timezone.now())
    except Rectification.DoesNotExist:
        raise Http404 from None


def _page(
    request: PortalRequest,
    found: Rectification,
    *,
    chosen: Act | None = None,
    form: forms.RectifyForm | None = None,
    phone: str = "",
    status: int = 200,
) -> HttpResponse:
    case = found.case
    rating = getattr(case, "rating", None) if found.is_rated else None
    context = {
        "layout": layout_of(request.scope),
        "found": found,
        "case": case,
        "rating": rating,
        "reasons": _reasons(rating, case.channel) if rating else [],
        "events": list(found.events.all()),
        "acts": _offered(found, ACTS, request.scope),
        "chosen": chosen,
        "form": form,
        "phone": phone,
        "may_call": not found.is_anonymous and request.scope.body_id == found.handler_id,
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "aftercare/rectification.html", context, status=status)


def _reasons(rating: Any, channel: str) -> list[str]:
    if rating.questions is None:
        return []
    known = dict(rating.questions.reasons(channel, rating.level))
    return [str(known.get(code, code)) for code in rating.reasons]


def _offered(found: Rectification, acts: Mapping[str, Act], by: Scope) -> list[Act]:
    return [
        act
        for act in acts.values()
        if found.state in RECTIFY[act.action].sources
        and refused(found, RECTIFY[act.action], by=by, with_kin=False) is None
    ]


@access(HANDLE)
@require_POST
def phone(request: PortalRequest, rectification_id: uuid.UUID) -> HttpResponse:
    """The telephone for the call-back: asked for, shown once, written down."""
    found = _opened(request, rectification_id)
    now = timezone.now()
    try:
        number = actions.reveal_phone(
            found.pk, is_proven=step_up.is_proven(request, now=now), by=request.scope, now=now
        )
    except ProofNeeded as refusal:
        messages.warning(request, str(refusal.message))
        return step_up.ask(request, request.path.removesuffix("phone/"))
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
        return redirect("aftercare:rectification", found.pk)
    return _page(request, found, phone=number or str(_("没有登记")))


# --- the body concerned ---------------------------------------------------------------------------
@access(HANDLE)
@require_safe
def mend(request: PortalRequest, rectification_id: uuid.UUID) -> HttpResponse:
    return _mend_page(request, _to_mend(request, rectification_id))


@access(HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def mend_act(request: PortalRequest, rectification_id: uuid.UUID, slug: str) -> HttpResponse:
    chosen = MENDING.get(slug)
    if chosen is None:
        raise Http404
    found = _to_mend(request, rectification_id)
    return _act(request, found, chosen, _mend_page, "aftercare:mend")


def _to_mend(request: PortalRequest, pk: uuid.UUID) -> Rectification:
    return get_object_or_404(Rectification.objects.to_mend(request.scope), pk=pk)


def _mend_page(
    request: PortalRequest,
    found: Rectification,
    *,
    chosen: Act | None = None,
    form: forms.RectifyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    acts = [
        act
        for act in MENDING.values()
        if found.state in RECTIFY[act.action].sources
        and not (act.action == A.APPEAL and found.is_appealed)
    ]
    context = {"layout": layout_of(request.scope), "found": found, "acts": acts, "chosen": chosen, "form": form,
               "today": timezone.localdate()}  # fmt: skip
    return TemplateResponse(request, "aftercare/mend.html", context, status=status)


@access(power(Power.READ_CASES))
@require_safe
def our_quality(request: PortalRequest) -> HttpResponse:
    """The ratings of one's own body, in shares, where there are enough of them."""
    found = quality.of_body(request.scope, timezone.localdate())
    return TemplateResponse(request, "aftercare/quality.html", {"found": found})

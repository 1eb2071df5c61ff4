"""接口令牌: one's own tokens, seen, made and revoked."""

import uuid
from calendar import monthrange
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.step_up import recently_verified, verified_within
from common.access import CHOOSE_POST, SIGNED_IN, access
from common.errors import NotAllowed
from community.governance.actions import MadeToken, make_token, revoke_token
from community.governance.faces import layout_of
from community.governance.forms import TokenForm
from community.governance.models import ApiToken
from community.governance.scopes import PortalRequest

ONE_DAY = timedelta(days=1)
SHOWN = 50  # beyond the live ones there are only old ones


@access(SIGNED_IN)
@require_safe
def tokens(request: PortalRequest) -> HttpResponse:
    if not (request.scope.is_resident or request.scope.is_staff):
        return redirect(CHOOSE_POST)
    return _page(request)


@access(SIGNED_IN)
@require_POST
@verified_within()
def make(request: PortalRequest) -> HttpResponse:
    """Answers with the secret itself, not with a redirect: it is kept nowhere, so that only now it can be shown."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    now, data = timezone.now(), form.cleaned_data
    try:
        made = make_token(
            name=data["name"],
            scopes=data["scopes"],
            last_day=_months_later(timezone.localdate(now), data["months"]) - ONE_DAY,
            networks=data["networks"],
            key=str(data["key"]),
            by=request.scope,
            now=now,
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, form, status=422)
    return _page(request, made=made)


@access(SIGNED_IN)
@require_POST
def revoke(request: PortalRequest, token_id: uuid.UUID) -> HttpResponse:
    try:
        revoke_token(token_id, by=request.scope, now=timezone.now())
    except ApiToken.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("令牌已停用，使用它的系统不能再访问。"))
    return redirect("governance:tokens")


def _page(
    request: PortalRequest,
    form: TokenForm | None = None,
    *,
    made: MadeToken | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "layout": layout_of(request.scope),
        "rows": ApiToken.objects.visible_to(request.scope)[:SHOWN],
        "form": form or TokenForm(initial={"key": uuid.uuid4()}),
        "may_make": recently_verified(request),
        "verify_url": f"{reverse('accounts:verify')}?{urlencode({'next': reverse('governance:tokens')})}",
        "made": made,
        "now": timezone.now(),
    }
    response = TemplateResponse(request, "governance/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def _months_later(day: date, months: int) -> date:
    """The same day some months on, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

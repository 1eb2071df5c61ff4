"""The own account: sign-ins, password, second factor."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import signing_in, step_up
from accounts.actions import factors, sessions as session_actions, users
from accounts.forms import ChangePasswordForm, CodeForm, PasswordForm
from accounts.models import Session, User
from accounts.views.sign_in import GET_OR_POST, check_code, check_password, layout_of, page
from common.access import SIGNED_IN, access
from common.errors import Invalid

# More sign-ins than this nobody reads; the button that ends all others reaches the rest too.
SHOWN = 50


class AccountRequest(HttpRequest):
    user: User


@access(SIGNED_IN)
@require_safe
def me(request: AccountRequest) -> HttpResponse:
    """我的账号: where am I signed in, and how am I protected."""
    context = {
        "layout": layout_of(request),
        "sessions": Session.objects.of(request.user.pk)[:SHOWN],
        "current": signing_in.current_session_id(request),
        "has_device": signing_in.has_device(request.user),
    }
    return TemplateResponse(request, "accounts/me.html", context)


@access(SIGNED_IN)
@require_safe
def stay(request: AccountRequest) -> HttpResponse:
    """Somebody types or reads without sending anything: the request itself counts as use of the session."""
    return HttpResponse(status=204)


@access(SIGNED_IN)
@require_POST
def end_session(request: AccountRequest, session_id: str) -> HttpResponse:
    """End one other sign-in; asking for somebody else's changes nothing and tells nothing."""
    if session_actions.end_session(session_id, by=signing_in.acting(request), now=timezone.now()):
        messages.success(request, _("已退出该设备。"))
    return redirect("accounts:me")


@access(SIGNED_IN)
@require_POST
def end_other_sessions(request: AccountRequest) -> HttpResponse:
    keep = signing_in.current_session_id(request)
    session_actions.end_other_sessions(keep=keep, by=signing_in.acting(request), now=timezone.now())
    messages.success(request, _("其他设备都已退出。"))
    return redirect("accounts:me")


@access(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(GET_OR_POST)
def change_password(request: AccountRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST or None)
    wait = check_password(request, request.user, form) if form.is_valid() else 0
    if form.is_bound and form.is_valid():
        keep = signing_in.current_session_id(request)
        by, now = signing_in.acting(request), timezone.now()
        try:
            user = users.set_password(
                request.user, form.cleaned_data["new_password"], keep_session=keep, by=by, now=now
            )
        except Invalid as error:
            form.add_error("new_password", str(error.message))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("密码已修改，其他设备都已退出。"))
            return redirect("accounts:me")
    return page(request, "accounts/change_password.html", form, wait=wait, person=request.user)


@access(SIGNED_IN)
@step_up.verified_within(300)
@require_http_methods(GET_OR_POST)
def recovery_codes(request: AccountRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    if request.method != "POST" or not signing_in.has_device(request.user):
        return redirect("accounts:me")
    codes = factors.renew_recovery_codes(
        request.user, by=signing_in.acting(request), now=timezone.now()
    )
    context = {"codes": codes, "next": "accounts:me"}
    return TemplateResponse(request, "accounts/recovery_codes.html", context)


@access(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(GET_OR_POST)
def verify(request: AccountRequest) -> HttpResponse:
    """Step-up: the factor once more (the password, where there is no device), then back."""
    has_device = signing_in.has_device(request.user)
    form_class = CodeForm if has_device else PasswordForm
    form = form_class(request.POST or None, initial={"next": request.GET.get("next", "")})
    wait = 0
    if form.is_valid():
        check = check_code if has_device else check_password
        wait = check(request, request.user, form)
    if not form.is_bound or form.errors:
        return page(request, "accounts/verify.html", form, wait=wait, has_device=has_device)
    step_up.verified(request, now=timezone.now())
    if request.session.pop(step_up.SEND_AGAIN, False):
        messages.info(request, _("已确认是您本人。请再点一次刚才的按钮。"))
    return redirect(signing_in.safe_next(request, form.cleaned_data["next"]) or "accounts:me")

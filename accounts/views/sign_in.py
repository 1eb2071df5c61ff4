"""Signing in, step by step, and out."""

import base64
from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import lockout, signing_in, totp
from accounts.actions import factors, sessions as session_actions, users
from accounts.enums import UserKind
from accounts.forms import CodeForm, NewPasswordForm, SignInForm
from accounts.models import User
from accounts.signing_in import Pending
from common import crypto
from common.access import PUBLIC, access
from common.errors import Invalid

NEW_DEVICE = "new_device"
GET_OR_POST = ["GET", "HEAD", "POST"]


@access(PUBLIC)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(GET_OR_POST)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password, for staff and residents alike."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    if not form.is_valid():
        return page(request, "accounts/sign_in.html", form)
    data = form.cleaned_data
    user = authenticate(request, username=data["username"], password=data["password"])
    if not isinstance(user, User):
        seconds = getattr(request, "sign_in_wait", 0)
        form.add_error(None, too_early(seconds) if seconds else _("账号或密码不对，请再看一下。"))
        return page(request, "accounts/sign_in.html", form, wait=seconds)
    signing_in.begin(request, user, next_url=data["next"], now=timezone.now())
    return onward(request)


@access(PUBLIC)
@never_cache
@require_http_methods(GET_OR_POST)
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code from the telephone, or a recovery code."""
    state = at_step(request, "accounts:second-factor")
    if state is None:
        return onward(request)
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return page(request, "accounts/second_factor.html", form)
    wait = check_code(request, state.user, form)
    if form.errors:
        return page(request, "accounts/second_factor.html", form, wait=wait)
    signing_in.factor_given(request)
    return onward(request)


@access(PUBLIC)
@never_cache
@require_http_methods(GET_OR_POST)
def enrol(request: HttpRequest) -> HttpResponse:
    """Staff without a device set one up before the first page opens."""
    state = at_step(request, "accounts:enrol")
    if state is None:
        return onward(request)
    secret = _secret_in_the_making(request, state.user)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        by, now = signing_in.acting(request, state.user), timezone.now()
        try:
            codes = factors.confirm_totp(
                state.user, secret, form.cleaned_data["code"], by=by, now=now
            )
        except Invalid as error:
            form.add_error("code", str(error.message))
        else:
            del request.session[NEW_DEVICE]
            signing_in.factor_given(request)
            return TemplateResponse(
                request,
                "accounts/recovery_codes.html",
                {"codes": codes, "next": "accounts:continue"},
            )
    issuer = _("一站")
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    address = totp.uri(secret, account=state.user.get_username(), issuer=issuer)
    return page(request, "accounts/enrol.html", form, secret=secret, groups=groups, address=address)


@access(PUBLIC)
@never_cache
@sensitive_post_parameters()
@require_http_methods(GET_OR_POST)
def new_password(request: HttpRequest) -> HttpResponse:
    """The first password was given by another person and ends here."""
    state = at_step(request, "accounts:new-password")
    if state is None:
        return onward(request)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        by, now = signing_in.acting(request, state.user), timezone.now()
        try:
            user = users.replace_given_password(
                state.user, form.cleaned_data["new_password"], by=by, now=now
            )
        except Invalid as error:
            form.add_error("new_password", str(error.message))
        else:
            signing_in.password_renewed(request, user)
            return onward(request)
    return page(request, "accounts/new_password.html", form, person=state.user)


@access(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD"])
def carry_on(request: HttpRequest) -> HttpResponse:
    """After the recovery codes were noted: whatever is still to do."""
    return onward(request)


@access(PUBLIC)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session here and in the database, and lets the browser forget what it kept."""
    if isinstance(request.user, User):
        by = signing_in.acting(request)
        session_actions.note_sign_out(request.user, by=by, now=timezone.now())
    logout(request)
    response = redirect(settings.LOGIN_URL)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def at_step(request: HttpRequest, step: str) -> Pending | None:
    """The sign-in under way, when this page is the one that is due."""
    state = signing_in.pending(request, now=timezone.now())
    return state if state and signing_in.next_step(state) == step else None


def onward(request: HttpRequest) -> HttpResponse:
    """To the next step; after the last one the session is opened."""
    now = timezone.now()
    state = signing_in.pending(request, now=now)
    if state is None:
        return redirect(settings.LOGIN_URL)
    step = signing_in.next_step(state)
    return redirect(step or signing_in.finish(request, state, now=now))


def check_code(request: HttpRequest, user: User, form: forms.Form) -> int:
    """Adds an error to the form unless the code is right; returns seconds to wait."""
    ip, now = getattr(request, "client_ip", ""), timezone.now()
    wait = lockout.wait(user.get_username(), ip, now=now)
    if wait:
        form.add_error(None, too_early(wait))
    elif not factors.use_code(
        user, form.cleaned_data["code"], by=signing_in.acting(request, user), now=now
    ):
        lockout.fail(user.get_username(), ip, now=now)
        form.add_error("code", _("验证码不对或已用过，请输入手机上当前显示的 6 位数字。"))
    return wait


def check_password(request: HttpRequest, user: User, form: forms.Form) -> int:
    """Adds an error to the form unless this is the user's password; returns seconds to wait."""
    given = form.cleaned_data["password"]
    if authenticate(request, username=user.get_username(), password=given) == user:
        return 0
    wait = int(getattr(request, "sign_in_wait", 0))
    form.add_error("password", too_early(wait) if wait else _("密码不对，请再看一下。"))
    return wait


def too_early(seconds: int) -> str:
    return ngettext(
        "尝试次数太多，请在 %(seconds)d 秒后再试。",
        "尝试次数太多，请在 %(seconds)d 秒后再试。",
        seconds,
    ) % {"seconds": seconds}


def page(
    request: HttpRequest, template: str, form: forms.Form, *, wait: int = 0, **more: object
) -> HttpResponse:
    """The form's page: 200 when asked for, 422 with errors, 429 when it is too early."""
    status = HTTPStatus.OK
    if form.errors:
        status = HTTPStatus.TOO_MANY_REQUESTS if wait else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "layout": layout_of(request), **more}
    response = TemplateResponse(request, template, context, status=status)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def layout_of(request: HttpRequest) -> str:
    """Staff read their account inside their own frame."""
    return (
        "counter.html" if getattr(request.user, "kind", "") == UserKind.STAFF else "resident.html"
    )


def _secret_in_the_making(request: HttpRequest, user: User) -> str:
    """The same secret until it is confirmed; encrypted, since sessions lie in the database."""
    aad = f"session|totp|{user.pk}"
    kept = request.session.get(NEW_DEVICE)
    if kept:
        return crypto.decrypt(base64.b64decode(kept), aad=aad)
    secret = totp.new_secret()
    request.session[NEW_DEVICE] = base64.b64encode(crypto.encrypt(secret, aad=aad)).decode()
    return secret

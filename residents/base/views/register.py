"""An account of one's own: who are you, the code from the phone, a password. Also for a forgotten password.

Every answer before the code is right depends on what was typed and from where, never on who is in the base.
"""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import signing_in
from common.access import PUBLIC, access
from common.errors import Conflict, Invalid, NotAllowed
from common.masking import mask_phone
from community.governance.scopes import PortalRequest
from residents.base.actions import registration
from residents.base.enums import ClaimPurpose
from residents.base.forms_register import CodeForm, FirstPasswordForm, IdentityForm
from residents.base.models import AccountClaim
from residents.base.models.registration import TRIES

CLAIM = "account_claim"
View = Callable[..., HttpResponse]


def step(*methods: str) -> Callable[[View], View]:
    """What every page of this way has: for those not signed in, kept by no cache and in no error report."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: PortalRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.scope.is_nobody:
                return redirect(settings.LOGIN_REDIRECT_URL)
            return view(request, *args, **kwargs)

        return access(PUBLIC)(
            never_cache(sensitive_post_parameters()(require_http_methods(methods)(guarded)))
        )

    return decorate


@step("GET", "HEAD", "POST")
def start(request: PortalRequest, purpose: ClaimPurpose) -> HttpResponse:
    """The first question: who are you?"""
    form = IdentityForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "start", form, purpose=purpose, step=1)
    by, now = signing_in.acting(request), timezone.now()
    try:
        claim = registration.ask_code(
            purpose, **form.cleaned_data, language=_language(), by=by, now=now
        )
    except NotAllowed as error:
        return _refused(request, "start", form, error, purpose=purpose, step=1)
    request.session[CLAIM] = str(claim.pk)
    return redirect("residents:code")


@step("GET", "HEAD", "POST")
def code(request: PortalRequest) -> HttpResponse:
    """The second: the code from the phone."""
    claim = _claim(request)
    if claim is None:
        return redirect("residents:to-counter")
    if claim.verified_at:
        return redirect("residents:first-password")
    more: dict[str, Any] = {
        "purpose": claim.purpose,
        "phone": mask_phone(claim.phone or ""),
        "step": 2,
    }
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "code", form, **more)
    by, now = signing_in.acting(request), timezone.now()
    try:
        verified = registration.enter_code(claim.pk, form.cleaned_data["code"], by=by, now=now)
    except NotAllowed as error:
        return _refused(request, "code", form, error, **more)
    if verified is None:
        form.add_error("code", _wrong(TRIES - claim.tries - 1))
        return _page(request, "code", form, **more)
    request.session.cycle_key()
    return redirect("residents:first-password")


@step("POST")
def code_again(request: PortalRequest) -> HttpResponse:
    """Another code to the same phone."""
    claim = _claim(request)
    if claim is None or claim.verified_at:
        return redirect("residents:code")
    by, now = signing_in.acting(request), timezone.now()
    try:
        claim = registration.ask_again(claim, language=_language(), by=by, now=now)
    except NotAllowed as error:
        more: dict[str, Any] = {
            "purpose": claim.purpose,
            "phone": mask_phone(claim.phone or ""),
            "step": 2,
        }
        return _refused(request, "code", CodeForm({"code": ""}), error, **more)
    request.session[CLAIM] = str(claim.pk)
    messages.success(request, _("又发了一条短信。请输入最新那条里的验证码。"))
    return redirect("residents:code")


@step("GET", "HEAD", "POST")
def first_password(request: PortalRequest) -> HttpResponse:
    """The last: a password; then one is signed in."""
    claim = _claim(request)
    if claim is None or not claim.verified_at:
        return redirect("residents:code")
    form = FirstPasswordForm(request.POST or None)
    more: dict[str, Any] = {"purpose": claim.purpose, "step": 3}
    if not form.is_valid():
        return _page(request, "first_password", form, **more)
    by, now = signing_in.acting(request), timezone.now()
    try:
        user = registration.set_first_password(
            claim.pk, form.cleaned_data["new_password"], by=by, now=now
        )
    except Invalid as error:
        return _refused(request, "first_password", form, error, **more)
    except Conflict:
        request.session.pop(CLAIM, None)
        return redirect("residents:to-counter")
    signing_in.begin(request, user, next_url="", now=now)
    return redirect("accounts:continue")


@step("GET", "HEAD")
def to_counter(request: PortalRequest) -> HttpResponse:
    """The way for everybody whom the portal cannot recognise by itself."""
    return TemplateResponse(request, "residents/register/to_counter.html")


def _claim(request: PortalRequest) -> AccountClaim | None:
    return AccountClaim.objects.underway(request.session.get(CLAIM), timezone.now())


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _wrong(left: int) -> str:
    if left <= 0:
        return _("验证码不对，已经试了太多次。请点“重新获取验证码”。")
    return ngettext(
        "验证码不对，还可以再试 %(left)d 次。", "验证码不对，还可以再试 %(left)d 次。", left
    ) % {"left": left}


def _refused(
    request: PortalRequest, name: str, form: forms.Form, error: NotAllowed, **more: object
) -> HttpResponse:
    """The page again with what the action said, at the question it concerns."""
    form.is_valid()
    form.errors.clear()
    fields = error.fields if isinstance(error, Invalid) else {}
    about = "new_password" if "new_password" in form.fields else None
    for field, text in fields.items() or {"": error.message}.items():
        form.add_error(field if field in form.fields else about, str(text))
    return _page(request, name, form, is_too_often=error.code == "too_often", **more)


def _page(
    request: PortalRequest,
    name: str,
    form: forms.Form,
    *,
    is_too_often: bool = False,
    **more: object,
) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    if is_too_often:
        status = HTTPStatus.TOO_MANY_REQUESTS
    labels = [_("您是谁"), _("短信验证码"), _("设密码")]
    context = {"form": form, "labels": labels, **more}
    return TemplateResponse(request, f"residents/register/{name}.html", context, status=status)

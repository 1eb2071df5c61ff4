"""账号管理: accounts of staff, for those who hold Power.MANAGE_USERS. What an account may do, posts decide."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import factors, users as actions
from accounts.models import User
from common import ratelimit
from common.access import access, power
from common.errors import NotAllowed
from common.refusals import refuse
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from dashboards import administration
from dashboards.forms_admin import NewUserForm, NumberForm, ReasonForm, UserFilter
from dashboards.views._lists import list_page
from dashboards.views._proof import is_proven, proof
from residents.base.actions import tie_staff, untie_staff

PAGE_SIZE = 50
TIES_PER_HOUR = 30
# Read out and typed once: no letter that looks like another, 16 of 31 signs are 79 bits.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Four groups of four."""
    return "-".join("".join(secrets.choice(SIGNS) for _sign in range(4)) for _group in range(4))


@access(power(Power.MANAGE_USERS))
@require_safe
def user_list(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    form = UserFilter(request.GET)
    rows = administration.staff_accounts(request.scope, today)
    if form.is_valid():
        text, state = form.cleaned_data["q"].strip(), form.cleaned_data["state"]
        if text:
            rows = rows.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
        if state:
            rows = rows.filter(is_active=state == "active")
    page = list_page(request, rows.select_related("totp"), order=("username",), size=PAGE_SIZE)
    posts = administration.posts_of(page.items, today)
    context = {
        "form": form,
        "page": page,
        "rows": [(user, hasattr(user, "totp"), posts.get(user.pk, [])) for user in page.items],
        "is_filtered": any(form.data.get(name) for name in form.fields),
    }
    return TemplateResponse(request, "dashboards/users/list.html", context)


@access(power(Power.MANAGE_USERS))
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Answers with the password itself, not with a redirect: it is kept nowhere, so that only now it can be shown."""
    form = NewUserForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and is_proven(request, form):
        password = one_time_password()
        try:
            user = actions.create_staff_user(
                **form.cleaned_data, password=password, by=request.scope, now=timezone.now()
            )
        except NotAllowed as refusal:
            refuse(form, refusal)
            if refusal.code == "username_taken":
                form.add_error("username", str(refusal.message))
        else:
            return _password_page(request, user, password)
    context = {"form": form, **proof(request)}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/users/new.html", context, status=status)


def _password_page(request: PortalRequest, user: User, password: str) -> HttpResponse:
    context = {"account": user, "password": password}
    return TemplateResponse(request, "dashboards/users/password.html", context)


@access(power(Power.MANAGE_USERS))
@require_safe
def user_page(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    return _page(request, _found(request, user_id))


@access(power(Power.MANAGE_USERS))
@require_POST
def reset_password(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    user = _another(request, user_id)
    form = forms.Form(request.POST)
    if form.is_valid() and is_proven(request, form):
        password = one_time_password()
        actions.set_password(user, password, must_change=True, by=request.scope, now=timezone.now())
        return _password_page(request, user, password)
    return _page(request, user, status=422, password_form=form)


@access(power(Power.MANAGE_USERS))
@require_POST
def remove_factor(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    def run(user: User, reason: str) -> None:
        factors.remove_totp(user, reason=reason, by=request.scope, now=timezone.now())

    done = _("动态口令已解除。此人下次登录时要重新启用。")
    return _with_reason(request, user_id, "factor", run, done=done)


@access(power(Power.MANAGE_USERS))
@require_POST
def disable(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    def run(user: User, reason: str) -> None:
        actions.disable_user(user, reason=reason, by=request.scope, now=timezone.now())

    done = _("账号已停用，正在登录的设备都已退出。")
    return _with_reason(request, user_id, "state", run, done=done)


@access(power(Power.MANAGE_USERS))
@require_POST
def enable(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    def run(user: User, reason: str) -> None:
        actions.enable_user(user, reason=reason, by=request.scope, now=timezone.now())

    return _with_reason(request, user_id, "state", run, done=_("账号已启用。"))


@access(power(Power.MANAGE_USERS))
@sensitive_post_parameters("id_number")
@require_POST
def tie(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    """Which person of the residents' records this is, so that nobody acts on the matter of his own household."""
    user, now = _another(request, user_id), timezone.now()
    form = NumberForm(request.POST, auto_id="tie-%s")
    if form.is_valid() and is_proven(request, form) and _may_try(request, form, now):
        try:
            tie_staff(user, form.cleaned_data["id_number"], by=request.scope, now=now)
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已登记。请核对下面显示的姓名和号码是不是本人。"))
            return redirect("dashboards:user", user.pk)
    return _page(request, user, status=422, tie_form=form)


def _may_try(request: PortalRequest, form: forms.Form, now: datetime) -> bool:
    """Whoever tries many numbers would learn who is in the records."""
    if ratelimit.hit("tie-staff", str(request.scope.user_id), TIES_PER_HOUR, 3600, now):
        return True
    form.add_error(None, _("尝试次数太多，请一小时后再试。"))
    return False


@access(power(Power.MANAGE_USERS))
@require_POST
def untie(request: PortalRequest, user_id: uuid.UUID) -> HttpResponse:
    def run(user: User, reason: str) -> None:
        untie_staff(user, reason=reason, by=request.scope, now=timezone.now())

    return _with_reason(request, user_id, "untie", run, done=_("已解除。"))


def _found(request: PortalRequest, user_id: uuid.UUID) -> User:
    accounts = administration.staff_accounts(request.scope, timezone.localdate())
    return get_object_or_404(accounts.select_related("totp"), pk=user_id)


def _another(request: PortalRequest, user_id: uuid.UUID) -> User:
    """Nobody acts on his own account here, however many posts he holds."""
    user = _found(request, user_id)
    if user.pk == request.scope.user_id:
        raise PermissionDenied
    return user


def _with_reason(
    request: PortalRequest,
    user_id: uuid.UUID,
    name: str,
    run: Callable[[User, str], None],
    *,
    done: str,
) -> HttpResponse:
    user = _another(request, user_id)
    form = ReasonForm(request.POST, auto_id=f"{name}-%s")
    if form.is_valid() and is_proven(request, form):
        try:
            run(user, form.cleaned_data["reason"])
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, done)
            return redirect("dashboards:user", user.pk)
    bound: dict[str, forms.Form] = {f"{name}_form": form}
    return _page(request, user, status=422, **bound)


def _page(
    request: PortalRequest, user: User, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "account": user,
        "has_device": hasattr(user, "totp"),
        "posts": administration.posts_of([user], today).get(user.pk, []),
        "is_own": user.pk == request.scope.user_id,
        "person": administration.person_of(user),
        "password_form": forms.Form(),
        "tie_form": NumberForm(auto_id="tie-%s"),
        "untie_form": ReasonForm(auto_id="untie-%s"),
        "factor_form": ReasonForm(auto_id="factor-%s"),
        "state_form": ReasonForm(auto_id="state-%s"),
        **bound,
        **proof(request),
    }
    return TemplateResponse(request, "dashboards/users/user.html", context, status=status)

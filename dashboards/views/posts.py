"""任职与授权: who may do what where, for those who hold Power.GRANT."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.refusals import refuse
from community.governance.actions import appoint as appoint_action, end_post
from community.governance.enums import Power
from community.governance.models import Body
from community.governance.scopes import PortalRequest
from dashboards import administration
from dashboards.forms_admin import ALL, ENDED, AppointForm, PostFilter, ReasonForm
from dashboards.views._lists import list_page
from dashboards.views._proof import is_proven, proof
from servicehall.catalogue.models import Window

PAGE_SIZE = 50


@access(power(Power.GRANT))
@require_safe
def post_list(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    form = PostFilter(request.GET)
    posts = administration.posts_in_reach(request.scope).filter(_wanted(form, today))
    page = list_page(request, posts, order=("body__code", "role", "id"), size=PAGE_SIZE)
    context = {
        "form": form,
        "page": page,
        "today": today,
        "holders": administration.holders(request.scope, today),
        "vacancies": administration.vacancies(request.scope, today),
    }
    return TemplateResponse(request, "dashboards/posts/list.html", context)


def _wanted(form: PostFilter, today: object) -> Q:
    data = form.cleaned_data if form.is_valid() else {}
    ended = Q(ended_on__lte=today)
    wanted = {ALL: Q(), ENDED: ended}.get(data.get("state", ""), ~ended | Q(ended_on__isnull=True))
    if data.get("role"):
        wanted &= Q(role=data["role"])
    if text := data.get("q", "").strip():
        wanted &= Q(user__username__icontains=text) | Q(user__display_name__icontains=text)
    if text := data.get("body", "").strip():
        wanted &= Q(body__name__icontains=text) | Q(body__name_en__icontains=text)
    return wanted


@access(power(Power.GRANT))
@require_safe
def body_list(request: PortalRequest) -> HttpResponse:
    """Where somebody can be appointed."""
    text = request.GET.get("q", "").strip()
    bodies = administration.bodies_in_reach(request.scope, timezone.localdate())
    if text:
        bodies = bodies.filter(Q(name__icontains=text) | Q(name_en__icontains=text))
    page = list_page(request, bodies, order=("code",), size=PAGE_SIZE)
    return TemplateResponse(request, "dashboards/posts/bodies.html", {"page": page, "q": text})


@access(power(Power.GRANT))
@require_http_methods(["GET", "POST"])
def body(request: PortalRequest, body_id: uuid.UUID) -> HttpResponse:
    """The roles of a body, who holds them and what they may do where; and the form of appointment."""
    today = timezone.localdate()
    here = get_object_or_404(administration.bodies_in_reach(request.scope, today), pk=body_id)
    form = AppointForm(request.POST if request.method == "POST" else None, body=here, today=today)
    if form.is_valid() and is_proven(request, form) and _appoint(request, here, form):
        return redirect("dashboards:body", here.pk)
    context = {
        "body": here,
        "roles": administration.roles_at(here, today),
        "today": today,
        "form": form,
        **proof(request),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/posts/body.html", context, status=status)


def _appoint(request: PortalRequest, body: Body, form: AppointForm) -> bool:
    data = form.cleaned_data
    user = administration.appointable(data.pop("username"))
    if user is None or user.display_name != data.pop("display_name").strip():
        form.add_error("username", _("没有这个账号，或者账号与姓名不符，请核对。"))
        return False
    try:
        post = appoint_action(user, body=body, by=request.scope, now=timezone.now(), **data)
    except NotAllowed as refusal:
        refuse(form, refusal)
        return False
    given = {"name": user.display_name, "role": post.title or post.get_role_display()}
    messages.success(request, _("%(name)s已任%(role)s。") % given)
    return True


@access(power(Power.GRANT))
@require_http_methods(["GET", "POST"])
def post_page(request: PortalRequest, post_id: uuid.UUID) -> HttpResponse:
    """One post, and the form that ends it today."""
    now = timezone.now()
    today = timezone.localdate(now)
    post = get_object_or_404(administration.posts_in_reach(request.scope), pk=post_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and is_proven(request, form):
        try:
            end_post(post, ended_on=today, **form.cleaned_data, by=request.scope, now=now)
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("任职已结束，权限从下一次操作起失效。"))
            return redirect("dashboards:post", post.pk)
    here = administration.roles_at(post.body, today)
    context = {
        "post": post,
        "at_role": next((role for role in here if role.role == post.role), None),
        "windows": [w for w in Window.objects.public() if w.pk in post.lines],
        "is_own": post.user_id == request.scope.user_id,
        "is_over": post.ended_on is not None and post.ended_on <= today,
        "form": form,
        **proof(request),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "dashboards/posts/post.html", context, status=status)

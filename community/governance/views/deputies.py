"""代理安排: who acts for whom in one's own body, from when to when."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from common.access import access, power
from common.errors import NotAllowed
from common.refusals import TakingForm
from community.governance import actions
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.models import Post
from community.governance.scopes import PortalRequest, Scope

REFUSED = 422


class DeputyForm(TakingForm):
    """Whose post, who acts for him, from when to when, why."""

    post = forms.ModelChoiceField(Post.objects.none(), label=gettext_lazy("谁不在"))
    user = forms.ChoiceField(label=gettext_lazy("谁来代理"))
    from_on = forms.DateField(
        label=gettext_lazy("从哪天"), widget=forms.DateInput(attrs={"type": "date"})
    )
    to_on = forms.DateField(
        label=gettext_lazy("到哪天"),
        help_text=gettext_lazy("包括这一天；到期自动结束。"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("如休假、出差、培训。")
    )

    def __init__(self, scope: Scope, data: Any = None) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"from_on": today})
        own = Post.objects.of_body(scope, today).filter(deputises__isnull=True)
        self.fields["post"] = _PostField(
            own, label=gettext_lazy("谁不在"), empty_label=gettext_lazy("请选择")
        )
        self.people = {
            str(post.user_id): post.user for post in own if post.user_id != scope.user_id
        }
        self.fields["user"] = forms.ChoiceField(
            label=gettext_lazy("谁来代理"),
            choices=[("", _("请选择"))]
            + [(key, user.display_name) for key, user in self.people.items()],
        )

    def clean_user(self) -> User:
        return self.people[self.cleaned_data["user"]]


class _PostField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user.display_name} · {obj.capacity}"


@access(power(Power.ASSIGN_CASES))
@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: PortalRequest) -> HttpResponse:
    """Who acts for whom, now and later; and the form that arranges it."""
    form = DeputyForm(request.scope, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = REFUSED
        if form.is_valid():
            try:
                actions.arrange_deputy(by=request.scope, now=timezone.now(), **form.cleaned_data)
            except NotAllowed as refusal:
                form.take(refusal)
            else:
                messages.success(request, _("已安排。到期自动结束。"))
                return redirect("governance:deputies")
    today = timezone.localdate()
    context = {
        "layout": layout_of(request.scope),
        "form": form,
        "rows": Post.objects.deputies_of_body(request.scope, today),
        "today": today,
    }
    return TemplateResponse(request, "governance/deputies.html", context, status=status)


@access(power(Power.ASSIGN_CASES))
@require_POST
def end(request: PortalRequest, post_id: uuid.UUID) -> HttpResponse:
    """The holder is back early."""
    found = get_object_or_404(
        Post.objects.deputies_of_body(request.scope, timezone.localdate()), pk=post_id
    )
    actions.end_deputy(found, by=request.scope, now=timezone.now())
    messages.success(request, _("代理已结束。"))
    return redirect("governance:deputies")

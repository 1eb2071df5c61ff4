"""Changes of rights ask for the person's own factor once more, without losing what was typed (security.md 3)."""

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.step_up import recently_verified
from community.governance.scopes import PortalRequest


def proof(request: PortalRequest) -> dict[str, object]:
    """For `dashboards/_proof.html`: whether to ask, and where."""
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return {
        "proof_missing": not recently_verified(request),
        "proof_url": f"{reverse('accounts:verify')}?{query}",
        "proof_elsewhere": request.method != "GET",
    }


def is_proven(request: PortalRequest, form: forms.Form) -> bool:
    """Whether the person proved itself lately. If not, the form says what to do and keeps its input."""
    if recently_verified(request):
        return True
    form.add_error(None, _("请先确认是您本人，然后再提交一次。填好的内容都还在。"))
    return False

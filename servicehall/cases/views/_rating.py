"""好差评, on either side of the sign-in: five levels in words, reasons that fit, once a case."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import NotAllowed
from community.governance.scopes import PortalRequest
from servicehall.cases import actions
from servicehall.cases.enums import CaseState
from servicehall.cases.forms import RatingForm
from servicehall.cases.models import Case
from servicehall.catalogue.enums import Satisfaction
from servicehall.catalogue.models import RatingQuestions

# The best comes first; the code is text so that templates can put it into an address.
LEVELS = [{"label": level.label, "code": str(level.value)} for level in Satisfaction]
RATABLE = frozenset({CaseState.COMPLETED, CaseState.DELIVERED})


def can_rate(case: Case) -> bool:
    return case.state in RATABLE and getattr(case, "rating", None) is None


def rate_page(request: PortalRequest, case: Case, *, back: str) -> HttpResponse:
    """The level comes with the address (a tile was pressed); the reasons on the page fit it."""
    if not can_rate(case):
        return redirect(back)
    level = _level(request.POST.get("level") or request.GET.get("level", ""))
    if level is None:
        return redirect(back)
    questions = RatingQuestions.objects.public().in_force(timezone.localdate()).first()
    reasons = questions.reasons(case.channel, level) if questions else []
    form = RatingForm(level, reasons, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rate(
                case,
                level=form.cleaned_data["level"],
                reasons=form.cleaned_data.get("reasons", []),
                comment=form.cleaned_data["comment"],
                is_anonymous=form.cleaned_data["is_anonymous"],
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("谢谢您的评价。办这件事的人看不到是谁评的。"))
        return redirect(back)
    context = {"case": case, "form": form, "level": Satisfaction(level), "back": back}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "servicehall/mine/rate.html", context, status=status)


def _level(text: str) -> Satisfaction | None:
    known = {str(level.value): level for level in Satisfaction}
    return known.get(text)

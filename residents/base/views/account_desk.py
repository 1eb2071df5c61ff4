"""At the counter: an account for the person who stands there, or a new first password for it."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from common.access import access, power
from common.errors import Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.actions import registration
from residents.base.forms_register import CounterAccountForm
from residents.base.models import Person


@access(power(Power.ACCEPT_CASES))
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def open_account(request: PortalRequest, person_id: UUID) -> HttpResponse:
    """Name masked, number asked from the document: the page itself tells nothing that a list does not."""
    reachable = Person.objects.visible_to(request.scope, Power.ACCEPT_CASES)
    person = get_object_or_404(reachable, pk=person_id)
    form = CounterAccountForm(request.POST or None)
    if not registration.needs_guardian(person, timezone.localdate()):
        del form.fields["has_guardian"]
    context = {"person": person, "form": form}
    if form.is_valid():
        try:
            context["given"] = registration.give_password_at_counter(
                person.pk,
                id_number=form.cleaned_data["id_number"],
                has_guardian=form.cleaned_data.get("has_guardian", False),
                by=request.scope,
                now=timezone.now(),
            )
        except NotAllowed as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            for field, text in fields.items() or {None: error.message}.items():
                form.add_error(field, str(text))
        else:
            return TemplateResponse(request, "residents/register/account_given.html", context)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "residents/register/open_account.html", context, status=status)

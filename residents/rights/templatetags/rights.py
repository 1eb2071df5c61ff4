"""`{% open_requests as n %}`: how much waits for the acting post, for the navigation. One indexed query."""

from django import template
from django.template.context import RequestContext

from community.governance.enums import Power
from residents.rights.models import Correction

register = template.Library()


@register.simple_tag(takes_context=True)
def open_requests(context: RequestContext) -> int:
    """Corrections that wait for who looks; 0 without the power and where there is no request."""
    scope = getattr(context.get("request"), "scope", None)
    if scope is None or not scope.has(Power.REVIEW_CORRECTIONS):
        return 0
    return Correction.objects.visible_to(scope).open().count()

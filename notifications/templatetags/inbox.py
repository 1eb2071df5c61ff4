"""`{% unread_messages as n %}`: for the bell in the navigation. One indexed query, where it is used."""

from django import template
from django.template.context import RequestContext

from notifications.models import Message

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: RequestContext) -> int:
    """How many messages this account has not read; 0 for the anonymous and where there is no request."""
    user = getattr(context.get("request"), "user", None)
    return Message.objects.for_user(user.pk).unread().count() if user else 0

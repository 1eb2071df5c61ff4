"""Posts on record: `{% load posts %}{{ row.answered_by|post }}`."""

from django import template

from community.governance.naming import post_read

register = template.Library()


@register.filter
def post(recorded: str | None) -> str:
    return post_read(recorded or "")

"""Personal values in lists: `{% load masked %}{{ person.full_name|masked_name }}`."""

from django import template

from common.masking import mask_id, mask_name, mask_phone

register = template.Library()


@register.filter
def masked_name(name: str | None) -> str:
    return mask_name(name or "")


@register.filter
def masked_id(number: str | None) -> str:
    return mask_id(number or "")


@register.filter
def masked_phone(phone: str | None) -> str:
    return mask_phone(phone or "")

"""How the hall's data is said on its pages: `{% load hall %}`."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _, ngettext

from community.governance.workdays import LimitUnit
from servicehall.catalogue.models import in_language

register = template.Library()


@register.filter
def said(text: Mapping[str, str] | None) -> str:
    """A bilingual text of the catalogue in the language of the reader."""
    return in_language(dict(text) if text else None)


@register.filter
def of_record(row: Mapping[str, str | None], name: str) -> str:
    """A text of the catalogue that is Chinese on record and may have an English one beside it: `title`, `title_en`."""
    return in_language({"zh": row.get(name) or "", "en": row.get(f"{name}_en") or ""})


@register.filter
def grouped(number: str) -> str:
    """A receipt number in fours, as people read it out: "1503 0200 2001 …"."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


@register.filter
def with_grouped_numbers(text: str) -> str:
    """A sentence with its receipt numbers in fours, so that they can be read and a narrow screen can break them."""
    return re.sub(r"\d{20,}", lambda found: grouped(found[0]), text)


@register.filter
def iso_day(text: str | None) -> date | None:
    """A day of the catalogue files (written as text in JSON) as a date."""
    return date.fromisoformat(text) if text else None


@register.simple_tag
def limit(amount: int, unit: str) -> str:
    """A time limit in words; nothing at all means on the spot."""
    if not amount:
        return _("当场办结")
    words: Mapping[str, Any] = {
        LimitUnit.WORKDAYS: ngettext("%(count)s 个工作日", "%(count)s 个工作日", amount),
        LimitUnit.DAYS: ngettext("%(count)s 天", "%(count)s 天", amount),
        LimitUnit.HOURS: ngettext("%(count)s 小时", "%(count)s 小时", amount),
    }
    return str(words[LimitUnit(unit)] % {"count": amount})


@register.simple_tag
def url_if_known(name: str, *args: object) -> str:
    """The address of a page, or nothing where no such page exists."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""

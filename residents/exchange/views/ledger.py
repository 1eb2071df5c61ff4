"""基层负担台账: what reports cost communities in time, by asking office."""

from datetime import date

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.access import access, power
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from residents.exchange import facts

SIZE = 50
FIRST_YEAR = 2020


def _time(minutes: int) -> tuple[str, str]:
    """Below an hour in minutes: five minutes are no "0.1 hours", and one minute is not nothing."""
    if minutes < 60:
        return str(minutes), _("分钟")
    return f"{minutes / 60:.1f}", _("小时")


@access(power(Power.READ_FACTS))
@require_safe
def ledger(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    year = _number(request.GET.get("year"), FIRST_YEAR, today.year) or today.year
    book = facts.ledger(request.scope, year)
    month = today.replace(day=1)
    twice = facts.typed_twice(request.scope, month, _next_month(month))
    context = {
        "book": book,
        "years": [
            (str(each), f"{reverse('exchange:ledger')}?year={each}", each == year)
            for each in range(today.year, today.year - 3, -1)
        ],
        "months": range(1, 13),
        "offices": [
            {
                "body": office.body,
                "minutes": office.minutes,
                "url": _list_url(year, body=str(office.body_id)),
                "months": [
                    (n, minutes, _list_url(year, month=n, body=str(office.body_id)))
                    for n, minutes in enumerate(office.months, start=1)
                ],
            }
            for office in book.offices
        ],
        "bars": [(o.body, o.minutes, _list_url(year, body=str(o.body_id))) for o in book.offices],
        "held": [(ATTRIBUTES[key].label, n) for key, n in book.held_asked],
        "spent": _time(book.minutes_spent),
        "saved": _time(book.minutes_saved),
        "list_url": _list_url(year),
        "twice": [(ATTRIBUTES[key].label, form, n) for key, form, n in twice],
        "twice_sum": sum(n for _key, _form, n in twice),
    }
    return TemplateResponse(request, "exchange/ledger.html", context)


@access(power(Power.READ_FACTS))
@require_safe
def ledger_list(request: PortalRequest) -> HttpResponse:
    """The forms behind a figure: as many as it counts, and their minutes add up to it."""
    today = timezone.localdate()
    year = _number(request.GET.get("year"), FIRST_YEAR, today.year) or today.year
    rows = facts.forms(request.scope, year).select_related("request__body", "community")
    if month := _number(request.GET.get("month"), 1, 12):
        rows = rows.filter(filled_at__month=month)
    if body := facts.body_of(request.GET.get("body", "")):
        rows = rows.filter(request__body_id=body)
    try:
        page = keyset_page(
            rows, order=("-filled_at", "id"), after=request.GET.get("after"), size=SIZE
        )
    except BadCursor:
        page = keyset_page(rows, order=("-filled_at", "id"), after=None, size=SIZE)
    context = {"page": page, "year": year, "month": month, "minutes": facts.minutes_of(rows)}
    return TemplateResponse(request, "exchange/ledger_list.html", context)


def _list_url(year: int, **more: int | str) -> str:
    return f"{reverse('exchange:ledger-list')}?{urlencode({'year': year, **more})}"


def _number(text: str | None, least: int, most: int) -> int | None:
    return int(text) if text and text.isdecimal() and least <= int(text) <= most else None


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

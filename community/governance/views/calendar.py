"""The work calendar of a year: read by all staff, changed by those who hold Power.SETUP."""

from calendar import Calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.access import STAFF, access, power
from common.errors import Invalid, NotAllowed
from community.governance.actions import publish_year, set_day, withdraw_year
from community.governance.actions.calendar import FIRST_YEAR, LAST_YEAR
from community.governance.enums import Power
from community.governance.faces import layout_of
from community.governance.forms import REST, WORK, DayForm, PublishYearForm, WithdrawYearForm
from community.governance.models import WorkCalendarDay, WorkCalendarYear
from community.governance.scopes import PortalRequest
from community.governance.workdays import ONE_DAY, WorkCalendar, statutory_holidays


@dataclass(frozen=True)
class Cell:
    """One day on the sheet. `kind`: work, rest (an ordinary weekend), holiday, makeup (a weekend that is worked)."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Cell | None]]  # Monday first; None outside the month

    @property
    def spans(self) -> Iterator[tuple[Cell, Cell]]:
        """First and last of each run of days that have the same name, for the list under the month."""
        cells = [cell for week in self.weeks for cell in week if cell]
        for (kind, name), run in groupby(cells, key=lambda cell: (cell.kind, cell.name)):
            if name or kind in {"holiday", "makeup"}:
                days = list(run)
                yield days[0], days[-1]


def sheet(year: int, calendar: WorkCalendar, names: dict[date, str]) -> list[Month]:
    def cell(day: date) -> Cell:
        is_weekend, is_workday = day.weekday() > 4, calendar.is_workday(day)
        if is_workday:
            kind = "makeup" if is_weekend else "work"
        else:
            kind = "rest" if is_weekend and day not in names else "holiday"
        return Cell(day, kind, names.get(day, ""))

    weeks = Calendar().monthdatescalendar
    return [
        Month(
            date(year, m, 1),
            [[cell(d) if d.month == m else None for d in week] for week in weeks(year, m)],
        )
        for m in range(1, 13)
    ]


@access(STAFF)
@require_safe
def now(_request: PortalRequest) -> HttpResponse:
    return redirect("governance:calendar-year", timezone.localdate().year)


@access(STAFF)
@require_safe
def year(request: PortalRequest, year: int) -> HttpResponse:
    return _page(request, year)


@access(power(Power.SETUP))
@require_POST
def day(request: PortalRequest, year: int) -> HttpResponse:
    form = DayForm(request.POST, year=year)

    def run(data: dict[str, Any]) -> str:
        set_day(
            data["day"],
            is_workday=data["is_workday"],
            note=data["note"],
            reason=data["reason"],
            by=request.scope,
            now=timezone.now(),
        )
        return f"#m{data['day'].month}"

    return _submit(
        request, year, form, run, done=_("日历已更新，新的期限按此计算。"), day_form=form
    )


@access(power(Power.SETUP))
@require_POST
def publish(request: PortalRequest, year: int) -> HttpResponse:
    form = PublishYearForm(request.POST)

    def run(data: dict[str, Any]) -> str:
        publish_year(year, **data, by=request.scope, now=timezone.now())
        return ""

    return _submit(
        request, year, form, run, done=_("这一年的日期现在是确定的。"), publish_form=form
    )


@access(power(Power.SETUP))
@require_POST
def withdraw(request: PortalRequest, year: int) -> HttpResponse:
    form = WithdrawYearForm(request.POST)

    def run(data: dict[str, Any]) -> str:
        withdraw_year(year, **data, by=request.scope, now=timezone.now())
        return ""

    return _submit(
        request, year, form, run, done=_("这一年的日期重新变为暂定。"), withdraw_form=form
    )


def _submit(
    request: PortalRequest,
    year: int,
    form: forms.Form,
    run: Callable[[dict[str, Any]], str],
    *,
    done: str,
    **shown: forms.Form,
) -> HttpResponse:
    """Run the action and go back to the sheet, or show the sheet again with what is wrong."""
    if form.is_valid():
        try:
            anchor = run(form.cleaned_data)
        except Invalid as refusal:
            for name, message in refusal.fields.items():
                form.add_error(name, str(message))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, done)
            return redirect(reverse("governance:calendar-year", args=[year]) + anchor)
    return _page(request, year, status=422, **shown)


def _page(
    request: PortalRequest, year: int, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    calendar = WorkCalendarYear.objects.calendar()
    row = WorkCalendarYear.objects.public().filter(year=year).first()
    is_published = row is not None and row.is_published
    names = {} if is_published else dict(statutory_holidays(year))
    names |= {d.day: d.note for d in WorkCalendarDay.objects.public().of_year(year)}
    context = {
        "layout": layout_of(request.scope),
        "year": year,
        "row": row,
        "is_published": is_published,
        "months": sheet(year, calendar, names),
        "workdays": calendar.between(date(year, 1, 1) - ONE_DAY, date(year, 12, 31)),
        "today": timezone.localdate(),
        "earlier": year - 1 if year > FIRST_YEAR else None,
        "later": year + 1 if year < LAST_YEAR else None,
        "can_change": request.scope.has(Power.SETUP),
        "day_form": DayForm(year=year, initial=_asked_day(request, year, calendar, names)),
        "publish_form": PublishYearForm(),
        "withdraw_form": WithdrawYearForm(),
        **bound,
    }
    return TemplateResponse(request, "governance/calendar.html", context, status=status)


def _asked_day(
    request: PortalRequest, year: int, calendar: WorkCalendar, names: dict[date, str]
) -> dict[str, object]:
    """A day picked on the sheet fills the form with its opposite."""
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    if asked is None or asked.year != year:
        return {}
    return {
        "day": asked.isoformat(),
        "as_what": REST if calendar.is_workday(asked) else WORK,
        "note": names.get(asked),
    }

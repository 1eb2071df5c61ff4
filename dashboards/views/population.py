"""人口变动月报: a place and a month, by register and by who lives there; every figure opens its list."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone

from common.access import access, power
from common.masking import mask_name
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest, Scope
from dashboards import figures
from dashboards.tree import Tree
from dashboards.views._lists import list_page
from dashboards.views.overview import shown
from residents.base import statement
from residents.base.enums import Basis
from residents.base.models import Person
from residents.base.statement import COLUMNS, DEFINED, SIGNS, Month

PAGE_SIZE = 50
BACK = 12  # months on the curve
BY_CODE = {column.code: column for column in DEFINED}


@access(power(Power.READ_FACTS))
def population(request: PortalRequest, code: str) -> HttpResponse:
    tree = Tree.load()
    here = tree.find(request.scope, Power.READ_FACTS, code)
    if here is None:
        raise Http404
    today = timezone.localdate()
    counted_from = statement.first_month(here.pk) or statement.first_of(today)
    month, basis = max(_month(request, today), counted_from), _basis(request)
    first = max(_back(month, BACK - 1), counted_from)
    children = tree.children(here, month)
    found = statement.statements(
        [here.pk, *(child.pk for child in children)],
        first,
        month,
        tree.lineages(),
    )
    context = {
        "place": here,
        "above": [
            node for node in tree.above(here) if request.scope.covers(Power.READ_FACTS, node.path)
        ],
        "month": month,
        "months": _offered(counted_from, today),
        "basis": Basis(basis),
        "bases": [(each, _query(month, each)) for each in Basis],
        "columns": DEFINED,
        "stats": [(each, found[here.pk, month, each]) for each in Basis],
        "rows": [
            _row(request.scope, here, month, each, found[here.pk, month, each]) for each in Basis
        ],
        "below": _below(request.scope, children, month, basis, found),
        "trend": _trend(here, found, first, month),
        "can_list": request.scope.covers(Power.READ_PERSONS, here.path),
    }
    return TemplateResponse(request, "dashboards/population.html", context)


def _month(request: PortalRequest, today: date) -> date:
    """The month asked for; without one, or with one to come, this month."""
    now = statement.first_of(today)
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return now
    return asked if date(1990, 1, 1) <= asked <= now else now


def _basis(request: PortalRequest) -> str:
    asked = request.GET.get("basis", "")
    return asked if asked in Basis.values else Basis.ACTUAL.value


def _query(month: date, basis: str, **more: str) -> str:
    return urlencode({"month": f"{month:%Y-%m}", "basis": basis, **more})


def _back(month: date, by: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 - by, 12)
    return date(year, index + 1, 1)


def _offered(counted_from: date, today: date) -> list[tuple[str, date]]:
    """Months to choose from, the newest first, as far back as is counted."""
    months = statement.months(counted_from, statement.first_of(today))
    return [(f"{each:%Y-%m}", each) for each in sorted(months, reverse=True)]


# --- figures ----------------------------------------------------------------------------------------
def _row(scope: Scope, place: Place, month: date, basis: str, found: Month) -> dict[str, Any]:
    """The month of a place; small numbers are held back from those who may not open the list."""
    can_list = scope.covers(Power.READ_PERSONS, place.path)
    hidden = set() if can_list else figures.balanced(found.flows, figures.small(found.flows), SIGNS)
    return {
        "name": str(Basis(basis).label),
        "url": "",
        "start": found.start,
        "end": found.end,
        "households": found.households,
        "cells": _cells(place, month, basis, found.flows, hidden, can_list=can_list),
    }


def _cells(
    place: Place,
    month: date,
    basis: str,
    flows: Mapping[str, int],
    hidden: set[str],
    *,
    can_list: bool,
) -> list[dict[str, Any]]:
    address = reverse("dashboards:population-list", args=[place.code])
    return [
        {
            "column": column,
            "shown": shown(flows.get(column.code, 0), is_hidden=column.code in hidden),
            "url": f"{address}?{_query(month, basis, column=column.code)}"
            if can_list and flows.get(column.code)
            else "",
        }
        for column in DEFINED
    ]


def _below(
    scope: Scope, children: Sequence[Place], month: date, basis: str, found: statement.Statements
) -> list[dict[str, Any]]:
    """A row a place below."""
    months = [found[child.pk, month, basis] for child in children]
    can_list = [scope.covers(Power.READ_PERSONS, child.path) for child in children]
    kept = figures.hidden_balanced([month.flows for month in months], COLUMNS, SIGNS)
    return [
        {
            "name": child.label,
            "url": f"{reverse('dashboards:population', args=[child.code])}?{_query(month, basis)}",
            "start": figure.start,
            "end": figure.end,
            "households": figure.households,
            "cells": _cells(
                child,
                month,
                basis,
                figure.flows,
                set() if listed else hidden,
                can_list=listed,
            ),
        }
        for child, figure, listed, hidden in zip(children, months, can_list, kept, strict=True)
    ]


def _trend(here: Place, found: statement.Statements, first: date, month: date) -> dict[str, Any]:
    months = list(statement.months(first, month))
    return {
        "labels": [formats.date_format(each, "Y-m") for each in months],
        "series": [
            (basis.label, [found[here.pk, each, basis].end for each in months]) for basis in Basis
        ],
    }


# --- the list behind a figure -----------------------------------------------------------------------
@access(power(Power.READ_PERSONS))
def population_list(request: PortalRequest, code: str) -> HttpResponse:
    """The events that a figure counted. Names are masked as in every list; a look at a file asks its purpose."""
    here = get_object_or_404(
        Place.objects.public().visible_to(request.scope, Power.READ_PERSONS), code=code
    )
    month, basis = _month(request, timezone.localdate()), _basis(request)
    column = BY_CODE.get(request.GET.get("column", ""), DEFINED[0])
    events = statement.behind(column.code, basis, here, month)
    page = list_page(
        request,
        events.select_related(
            "person", "lived_in", "lives_in", "was_registered_in", "registered_in"
        ),
        order=("-on", "-id"),
        size=PAGE_SIZE,
    )
    openable = set(
        Person.objects.visible_to(request.scope)
        .filter(pk__in=[event.person_id for event in page.items])
        .values_list("pk", flat=True)
    )
    sides = statement.sides_of(basis)
    context = {
        "place": here,
        "month": month,
        "basis": Basis(basis),
        "column": column,
        "total": events.count(),
        "page": page,
        "rows": [
            (event, mask_name(event.person.full_name), *(getattr(event, side) for side in sides))
            for event in page.items
        ],
        "openable": openable,
        "back": f"{reverse('dashboards:population', args=[here.code])}?{_query(month, basis)}"
        if request.scope.covers(Power.READ_FACTS, here.path)
        else "",
    }
    return TemplateResponse(request, "dashboards/population_list.html", context)

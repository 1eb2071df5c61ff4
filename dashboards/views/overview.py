"""The dashboard: figures of a place and of the places below it; every figure opens its list."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import access, power
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest, Scope
from dashboards import figures, series
from dashboards.forms import Choice, choice
from dashboards.tree import Tree
from dashboards.views._lists import list_page
from servicehall.cases.facts import MEASURES, RATIOS
from servicehall.cases.models import Case

PAGE_SIZE = 50
HEADLINE = ("filed", "open", "yellow", "red", "double_red", "closed")
COLUMNS = (
    "filed",
    "closed",
    "on_time",
    "open",
    "yellow",
    "red",
    "double_red",
    "told",
    "rated",
    "rated_good",
)
TONES = {"yellow": "warning", "red": "danger", "double_red": "danger"}


@access(power(Power.READ_FACTS))
def overview(request: PortalRequest) -> HttpResponse:
    """The highest place of the post; of several, the first."""
    places = Tree.load().tops(request.scope, Power.READ_FACTS)
    if not places:
        return TemplateResponse(request, "dashboards/nothing.html")
    target = reverse("dashboards:place", args=[places[0].code])
    query = request.GET.urlencode()
    return redirect(f"{target}?{query}" if query else target)


@access(power(Power.READ_FACTS))
def place(request: PortalRequest, code: str) -> HttpResponse:
    tree = Tree.load()
    here = tree.find(request.scope, Power.READ_FACTS, code)
    if here is None:
        raise Http404
    today = timezone.localdate()
    chosen = choice(request.GET, here, today=today)
    children = tree.children(here, today)
    totals, days = figures.totals(
        request.scope, here, children, chosen.period, tree=tree, today=today
    )
    sums = figures.by_measure(totals[here.pk], chosen.line)
    can_list = figures.may_see_small(request.scope, here)
    small = figures.held_back(totals[here.pk], chosen.line)
    held_back = figures.kept_from(request.scope, here, sums, small)
    rows = _rows(request.scope, chosen, children, totals)
    context = {
        "choice": chosen,
        "place": here,
        "places": tree.tops(request.scope, Power.READ_FACTS),
        "above": [
            node for node in tree.above(here) if request.scope.covers(Power.READ_FACTS, node.path)
        ],
        "stats": _stats(chosen, sums, HEADLINE, can_list=can_list, hidden=held_back),
        "ratios": _ratios(sums, hidden=held_back),
        "watched": _stats(chosen, sums, _watched(sums), can_list=can_list, hidden=held_back),
        "columns": [MEASURES[measure] for measure in COLUMNS],
        "ratio_columns": [ratio for ratio in RATIOS.values() if ratio.is_column],
        "rows": rows,
        "rows_are_windows": not children,
        "bars": [(row["name"], row["cells"][0]["shown"], row["url"]) for row in rows],
        "trend": series.trend(days, chosen, today=today, shows_small=can_list),
        "can_list": can_list,
    }
    return TemplateResponse(request, "dashboards/place.html", context)


def list_url(chosen: Choice, place: Place, measure: str, line: str = "") -> str:
    query = {"measure": measure, "period": chosen.period.code}
    if line or chosen.line:
        query["window"] = line or chosen.line
    return f"{reverse('dashboards:list', args=[place.code])}?{urlencode(query)}"


def shown(value: int, *, is_hidden: bool) -> int | str:
    return (
        _("少于5")
        if is_hidden and 0 < value < figures.SMALL
        else _("不显示")
        if is_hidden
        else value
    )


def _watched(sums: Mapping[str, int]) -> list[str]:
    """What supervision counts: findings and letters, and each trigger that there was."""
    always = {"found", "urged"}
    return [
        code
        for code in MEASURES
        if code in always or (code.startswith("found_") and sums.get(code))
    ]


def _stats(
    chosen: Choice,
    sums: Mapping[str, int],
    codes: Iterable[str],
    *,
    can_list: bool,
    hidden: Container[str],
) -> list[dict[str, Any]]:
    stats = []
    for code in codes:
        value = sums.get(code, 0)
        stats.append(
            {
                "measure": MEASURES[code],
                "value": shown(value, is_hidden=code in hidden),
                "url": list_url(chosen, chosen.place, code) if can_list and value else "",
                "tone": TONES.get(code, "") if value else "",
            }
        )
    return stats


def _ratios(
    sums: Mapping[str, int], *, hidden: Container[str] = (), columns_only: bool = False
) -> list[dict[str, Any]]:
    """The ratios of a place; one whose part or whole is hidden would give the number away."""
    found = []
    for code, rule in RATIOS.items():
        if columns_only and not rule.is_column:
            continue
        is_hidden = rule.part in hidden or rule.whole in hidden
        value = None if is_hidden else figures.ratio(code, sums)
        found.append(
            {
                "ratio": rule,
                "value": "—" if value is None else value,
                "unit": "" if value is None else "%",
            }
        )
    return found


def _rows(
    scope: Scope, chosen: Choice, children: Sequence[Place], totals: figures.Totals
) -> list[dict[str, Any]]:
    """A row a place below, or a row a window where no place is below."""
    if children:
        sources: list[tuple[str, str, Place, str, Counter[str]]] = [
            (
                child.label,
                f"{reverse('dashboards:place', args=[child.code])}?{chosen.query}",
                child,
                "",
                figures.by_measure(totals[child.pk], chosen.line),
            )
            for child in children
        ]
    else:
        windows = figures.by_window(totals[chosen.place.pk])
        sources = [
            (window.label, "", chosen.place, window.pk, windows.get(window.pk, Counter()))
            for window in chosen.windows
            if not chosen.line or window.pk == chosen.line
        ]
    closed = {
        measure
        for measure in MEASURES
        if not all(figures.may_open(scope, place, measure) for _n, _u, place, *_rest in sources)
    }
    cells = figures.hidden([sums for *_rest, sums in sources], closed)
    unseen = [
        figures.with_levels(sums, {measure for row, measure in cells if row == number})
        for number, (*_rest, sums) in enumerate(sources)
    ]
    return [
        {
            "name": name,
            "url": url,
            "cells": [
                {
                    "measure": MEASURES[measure],
                    "shown": shown(sums.get(measure, 0), is_hidden=measure in unseen[number]),
                    "url": list_url(chosen, place, measure, line)
                    if sums.get(measure) and figures.may_open(scope, place, measure)
                    else "",
                }
                for measure in COLUMNS
            ],
            "ratios": _ratios(sums, hidden=unseen[number], columns_only=True),
        }
        for number, (name, url, place, line, sums) in enumerate(sources)
    ]


@access(power(Power.LIST_CASES))
def case_list(request: PortalRequest, code: str) -> HttpResponse:
    """The list behind a figure: the same condition, so as many rows as the figure says."""
    here = get_object_or_404(
        Place.objects.public().visible_to(request.scope, Power.LIST_CASES), code=code
    )
    today = timezone.localdate()
    chosen = choice(request.GET, here, today=today)
    measure = MEASURES.get(request.GET.get("measure", ""), MEASURES["filed"])
    if not figures.may_open(request.scope, here, measure.code):
        raise Http404
    cases = figures.cases_behind(
        request.scope, measure, chosen.period, here, chosen.line, today=today
    )
    page = list_page(
        request,
        cases.with_light(today).for_lists(),
        order=("-filed_at", "-id"),
        size=PAGE_SIZE,
    )
    context = {
        "choice": chosen,
        "place": here,
        "measure": measure,
        "window": next((w for w in chosen.windows if w.pk == chosen.line), None),
        "total": cases.count(),
        "page": page,
        "openable": set(
            Case.objects.visible_to(request.scope)
            .filter(pk__in=[case.pk for case in page.items])
            .values_list("pk", flat=True)
        ),
    }
    return TemplateResponse(request, "dashboards/list.html", context)

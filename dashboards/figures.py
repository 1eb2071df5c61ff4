"""From facts to what a page shows: sums by place and window, ratios, suppression. Pure but for the reads.

A figure is the sum of the facts of the full days of its period plus today's own count, which is one bounded
query a measure group; stocks are counted as they stand. Cells of one to four persons are hidden from those
who may not see the list behind them, and with a single hidden cell the next smallest, so that no one can
subtract (domain 1L).
"""

from __future__ import annotations

import math
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.governance.enums import BodyKind, Power
from community.governance.models import Place
from community.governance.scopes import OVERSEERS, Scope
from dashboards.models import DailyFact
from dashboards.tree import Tree
from servicehall.cases import facts
from servicehall.cases.facts import MEASURES, RATIOS
from servicehall.cases.models import Case

if TYPE_CHECKING:
    from servicehall.cases.querysets import CaseQuerySet

SMALL = 5
RATED = ("rated_good", "rated_middle", "rated_bad")  # they add up to "rated"
CURVE = timedelta(days=7)  # the curve shows a week even of a shorter period

Totals = dict[uuid.UUID, Counter[tuple[str, str]]]  # place → (window, measure) → number


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a figure, both ends included."""

    code: str
    label: str | Promise
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def periods(today: date) -> dict[str, Period]:
    """The periods on offer; each ends today."""
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    offered = (
        Period("today", _("今天"), today, today),
        Period("week", _("近7天"), today - timedelta(days=6), today),
        Period("month", _("本月"), month, today),
        Period("quarter", _("本季度"), quarter, today),
        Period("year", _("本年"), date(today.year, 1, 1), today),
    )
    return {period.code: period for period in offered}


def totals(
    scope: Scope,
    here: Place,
    children: Collection[Place],
    period: Period,
    *,
    tree: Tree,
    today: date,
) -> tuple[Totals, list[tuple[date, str, str, int]]]:
    """The sums of every measure by place and window, and the days of `here` for its curve.

    Four queries: facts of the children, days of the place itself, and what moves today.
    """
    yesterday = today - timedelta(days=1)
    found: Totals = {place.pk: Counter() for place in (here, *children)}
    known = DailyFact.objects.visible_to(scope)
    for place, line, measure, value in known.sums(
        [child.pk for child in children], period.first, min(period.last, yesterday)
    ):
        found[place][line, measure] += value
    days = known.days_of(here.pk, min(period.first, today - CURVE), yesterday)
    for day, line, measure, value in days:
        if day >= period.first:
            found[here.pk][line, measure] += value
    lineages = tree.lineages()
    for fact in facts.count(MEASURES.values(), today, today, today=today):
        for place in lineages[fact.community_id] if concerns(scope, fact) else ():
            if place in found:
                found[place][fact.line, fact.measure] += fact.value
    return found, days


def concerns(scope: Scope, fact: facts.Fact) -> bool:
    """Whether a count belongs to the figures of a post; the same rule as querysets.reach."""
    if scope.body_kind == BodyKind.DEPARTMENT:
        return fact.department == scope.body_key
    return scope.answers_for(fact.line)


def by_measure(lines: Mapping[tuple[str, str], int], line: str = "") -> Counter[str]:
    """The sums of a place over its windows, or at one window."""
    sums: Counter[str] = Counter()
    for (window, measure), value in lines.items():
        if not line or window == line:
            sums[measure] += value
    return sums


def by_window(lines: Mapping[tuple[str, str], int]) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for (window, measure), value in lines.items():
        sums[window][measure] += value
    return dict(sums)


def ratio(code: str, sums: Mapping[str, int]) -> float | None:
    """A ratio in per cent with one decimal, None when nothing was counted."""
    rule = RATIOS[code]
    whole = sums.get(rule.whole, 0)
    return round(100 * sums.get(rule.part, 0) / whole, 1) if whole else None


def may_see_small(scope: Scope, place: Place) -> bool:
    """Who may open the list behind a figure may also see that it is a small one."""
    return scope.covers(Power.LIST_CASES, place.path)


def may_open(scope: Scope, place: Place, measure: str) -> bool:
    """Whether the list behind a figure is this viewer's. Who handles cases does not learn who rated them."""
    if MEASURES[measure].is_of_ratings and scope.body_kind not in OVERSEERS:
        return False
    return may_see_small(scope, place)


def small(sums: Mapping[str, int]) -> set[str]:
    """The measures whose number is too small to be shown to whoever may not open its list."""
    return {measure for measure, value in sums.items() if 0 < value < SMALL}


def held_back(lines: Mapping[tuple[str, str], int], line: str) -> set[str]:
    """The measures of a place, or of one window there, that whoever may not list cases does not see.

    Seen one after the other the windows are a table too: where one is small, the next smallest goes with it.
    """
    if not line:
        return small(by_measure(lines))
    windows = by_window(lines)
    codes = sorted(windows)
    cells = hidden([windows[code] for code in codes], MEASURES)
    return {measure for number, measure in cells if codes[number] == line}


def kept_from(
    scope: Scope, place: Place, sums: Mapping[str, int], found: Iterable[str]
) -> set[str]:
    """What of the measures that are held back stays hidden from this viewer."""
    return with_levels(sums, {measure for measure in found if not may_open(scope, place, measure)})


def with_levels(sums: Mapping[str, int], found: Iterable[str]) -> set[str]:
    """The hidden measures of a row: where one level of the ratings is hidden, the next smallest goes with it."""
    kept = set(found)
    levels = [level for level in RATED if sums.get(level)]
    if len(kept.intersection(levels)) == 1 and len(levels) > 1:
        kept.add(min(set(levels) - kept, key=lambda level: (sums[level], level)))
    return kept


def hidden(rows: Sequence[Mapping[str, int]], measures: Iterable[str]) -> set[tuple[int, str]]:
    """Which cells (row number, measure) of a table with a total must not be shown."""
    cells: set[tuple[int, str]] = set()
    for measure in measures:
        values = [row.get(measure, 0) for row in rows]
        small = [number for number, value in enumerate(values) if 0 < value < SMALL]
        if len(small) == 1 and len(values) > 1:
            # The total minus the others would give a single hidden cell away.
            others = [n for n, value in enumerate(values) if n not in small and value]
            small += [min(others, key=lambda n: values[n])] if others else []
        cells |= {(number, measure) for number in small}
    return cells


def balanced(
    flows: Mapping[str, int], found: Collection[str], signs: Mapping[str, int]
) -> set[str]:
    """The hidden columns of a row that says how many there were before and after.

    Their signed sum is known. So many more go with them that no small number follows from it.
    """
    kept = set(found)
    rest = [column for column in signs if column not in kept]
    rest.sort(key=lambda column: (not flows.get(column), flows.get(column, 0)))
    while rest and _follows(flows, kept, signs):
        helps = (each for each in rest if not _follows(flows, kept | {each}, signs))
        kept.add(column := next(helps, rest[0]))
        rest.remove(column)
    return kept


def _follows(flows: Mapping[str, int], kept: Collection[str], signs: Mapping[str, int]) -> bool:
    """Whether fewer than two values of a small number fit the sum. Of any other hidden one nothing is known."""
    values = {column: flows.get(column, 0) for column in kept if column in signs}
    total = sum(signs[column] * value for column, value in values.items())
    for column in small(values):
        low = high = 0.0
        for other, value in values.items():
            if other != column:
                most = SMALL - 1 if 0 < value < SMALL else math.inf
                ends = signs[other] * (1 if most < math.inf else 0), signs[other] * most
                low, high = low + min(ends), high + max(ends)
        fitting = [n for n in range(1, SMALL) if low <= total - signs[column] * n <= high]
        if len(fitting) < 2:
            return True
    return False


def hidden_balanced(
    rows: Sequence[Mapping[str, int]], columns: Collection[str], signs: Mapping[str, int]
) -> list[set[str]]:
    """As `hidden`, by row, in a table with a total whose rows are balanced."""
    cells = hidden(rows, columns)
    found: list[set[str]] = [{c for n, c in cells if n == number} for number in range(len(rows))]
    while True:
        grown = [balanced(row, kept, signs) for row, kept in zip(rows, found, strict=True)]
        for column in columns:
            if len(rows) > 1 and sum(column in kept for kept in grown) == 1:
                others = [n for n, kept in enumerate(grown) if column not in kept]
                next_one = min(
                    others, key=lambda n: (not rows[n].get(column), rows[n].get(column, 0))
                )
                grown[next_one].add(column)
        if grown == found:
            return found
        found = grown


def cases_behind(
    scope: Scope, measure: facts.Measure, period: Period, place: Place, line: str, *, today: date
) -> CaseQuerySet:
    """The cases that a figure counted, as far as the viewer may list cases."""
    cases = Case.objects.listed_for(scope).filter(
        measure.condition(period.first, period.last, today), community__path__startswith=place.path
    )
    return cases.filter(version__item__window_id=line) if line else cases

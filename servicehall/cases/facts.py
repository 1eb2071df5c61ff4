"""How the hall counts itself: each measure is one condition on cases, used for the figure and for its list.

Flows belong to the days of a period; stocks are what stands now. Definitions are shown beside the figures
(domain 1L) and no figure has a second definition anywhere.
"""

import functools
import operator
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicehall.cases.enums import Light
from servicehall.cases.models import Case
from servicehall.cases.querysets import light_is
from servicehall.catalogue.enums import BAD, GOOD, MIDDLE, Satisfaction

Condition = Callable[[date, date, date], Q]


@dataclass(frozen=True, slots=True)
class Measure:
    """`condition(first, last, today)` picks the cases of a figure; both days of the period included. A stock is
    one of open cases.

    `about` is the table whose days it counts: measures of one table are counted in one query. What is about
    ratings, or what follows them, leads nobody who handles cases to a case (`is_of_ratings`). `day` is the column
    of its condition, or an expression: on which day of the period a case counts. A stock has none.
    """

    code: str
    label: str | Promise
    definition: str | Promise
    condition: Condition
    day: str | Combinable = ""
    about: str = "case"

    @property
    def is_stock(self) -> bool:
        return self.day == ""

    @property
    def is_of_ratings(self) -> bool:
        return self.about in {"rating", "rectification"}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share of two measures, in per cent; empty when nothing was counted. `is_column`: in tables too."""

    code: str
    label: str | Promise
    definition: str | Promise
    part: str
    whole: str
    is_column: bool = True


@dataclass(frozen=True, slots=True)
class Fact:
    """One count: so many cases of a measure on a day, in a community, in a line of business (the
    window of the item) and of a department (the one that the item belongs to)."""

    day: date
    community_id: uuid.UUID
    line: str
    department: str
    measure: str
    value: int


_CORRECTED: list[Callable[[date], Iterable[date]]] = []


def _light(light: Light) -> Condition:
    return lambda _first, _last, today: light_is(light, today)


def _rated(first: date, last: date, levels: Iterable[int] = Satisfaction) -> Q:
    """Ratings of a period that count: one that was found to be a mistake does not."""
    return Q(
        rating__rated_on__range=(first, last),
        rating__is_counted=True,
        rating__level__in=sorted(levels),
    )


MEASURES = {
    measure.code: measure
    for measure in (
        Measure(
            "filed",
            _("收件"),
            _("期内提交的办件数，含网上、窗口和接口。"),
            lambda first, last, _today: Q(filed_on__range=(first, last)),
            day="filed_on",
        ),
        Measure(
            "closed",
            _("办结"),
            _("期内作出准予或不予决定的办件数，不含撤回、终止和不予受理。"),
            lambda first, last, _today: Q(closed_on__range=(first, last)) & ~Q(outcome=""),
            day="closed_on",
        ),
        Measure(
            "on_time",
            _("按时办结"),
            _("期内办结、且办结日不晚于承诺办结日的办件数。"),
            lambda first, last, _today: (
                Q(closed_on__range=(first, last), is_on_time=True) & ~Q(outcome="")
            ),
            day="closed_on",
        ),
        Measure(
            "refused",
            _("不予"),
            _("期内作出不予决定的办件数。"),
            lambda first, last, _today: Q(closed_on__range=(first, last), outcome="refused"),
            day="closed_on",
        ),
        Measure(
            "not_accepted",
            _("不予受理"),
            _("期内决定不予受理的办件数。"),
            lambda first, last, _today: Q(closed_on__range=(first, last), state="not_accepted"),
            day="closed_on",
        ),
        Measure(
            "told",
            _("一次性告知"),
            _("期内发出第一次补正告知的办件数。"),
            lambda first, last, _today: Q(first_told_on__range=(first, last)),
            day="first_told_on",
        ),
        Measure(
            "told_again",
            _("再次告知"),
            _("期内因新情况再次要求补正的办件数，目标为零。"),
            lambda first, last, _today: Q(told_again_on__range=(first, last)),
            day="told_again_on",
        ),
        Measure(
            "rated",
            _("评价"),
            _("期内收到的评价数，不含认定为误评的。评价自愿，未评价不计为满意。"),
            lambda first, last, _today: _rated(first, last),
            day="rating__rated_on",
            about="rating",
        ),
        Measure(
            "rated_good",
            _("好评"),
            _("期内评价为非常满意或满意的件数。"),
            lambda first, last, _today: _rated(first, last, GOOD),
            day="rating__rated_on",
            about="rating",
        ),
        Measure(
            "rated_middle",
            _("中评"),
            _("期内评价为基本满意的件数。"),
            lambda first, last, _today: _rated(first, last, MIDDLE),
            day="rating__rated_on",
            about="rating",
        ),
        Measure(
            "rated_bad",
            _("差评"),
            _("期内评价为不满意或非常不满意的件数。"),
            lambda first, last, _today: _rated(first, last, BAD),
            day="rating__rated_on",
            about="rating",
        ),
        Measure(
            "open",
            _("在办"),
            _("现在尚未结束的办件数，含待补正。"),
            lambda _first, _last, _today: Q(closed_on__isnull=True),
        ),
        Measure(
            "yellow",
            _("黄灯"),
            _("现在临近承诺时限、本环节已超期，或超过答复期限未答复的在办件。"),
            _light(Light.YELLOW),
        ),
        Measure(
            "red",
            _("红灯"),
            _("现在已超过承诺时限、未超过法定时限的在办件。"),
            _light(Light.RED),
        ),
        Measure(
            "double_red",
            _("双红灯"),
            _("现在已超过法定时限的在办件。"),
            _light(Light.DOUBLE_RED),
        ),
    )
}

RATIOS = {
    ratio.code: ratio
    for ratio in (
        Ratio("on_time_rate", _("按时办结率"), _("按时办结 ÷ 办结。"), "on_time", "closed"),
        Ratio("told_rate", _("补正率"), _("一次性告知 ÷ 收件。"), "told", "filed"),
        Ratio("good_rate", _("好评率"), _("好评 ÷ 评价。"), "rated_good", "rated"),
        Ratio(
            "middle_rate",
            _("中评率"),
            _("中评 ÷ 评价。"),
            "rated_middle",
            "rated",
            is_column=False,
        ),
        Ratio("bad_rate", _("差评率"), _("差评 ÷ 评价。"), "rated_bad", "rated", is_column=False),
    )
}


def declare(
    measures: Iterable[Measure],
    ratios: Iterable[Ratio] = (),
    *,
    corrected: Callable[[date], Iterable[date]] | None = None,
) -> None:
    """Add the figures of an app above, when the portal starts. `corrected` names the days, however long ago, of which
    some figure has changed since a day."""
    MEASURES.update((measure.code, measure) for measure in measures)
    RATIOS.update((ratio.code, ratio) for ratio in ratios)
    if corrected is not None:
        _CORRECTED.append(corrected)


def corrected_since(day: date) -> set[date]:
    """The days that have to be counted once more."""
    return {each for corrected in _CORRECTED for each in corrected(day)}


def count(measures: Iterable[Measure], first: date, last: date, *, today: date) -> Iterator[Fact]:
    """The measures by community, line and department over a period, dated with its last day.

    One query, a part for each table: only rows that some measure counts are read, each by its own index.
    """
    groups: dict[str, list[Measure]] = {}
    for measure in measures:
        groups.setdefault(measure.about, []).append(measure)
    dated = Value(last, DateField())
    yield from _count([(dated, group) for group in groups.values()], first, last, today)


def count_days(first: date, last: date, *, today: date) -> Iterator[Fact]:
    """Every flow of each day of a period, in one query. Stocks have no past: they are read as they stand."""
    groups: dict[tuple[str, object], tuple[Combinable, list[Measure]]] = {}
    for measure in MEASURES.values():
        if not measure.is_stock:
            day = F(measure.day) if isinstance(measure.day, str) else measure.day
            groups.setdefault((measure.about, measure.day), (day, []))[1].append(measure)
    yield from _count(list(groups.values()), first, last, today)


def _count(
    groups: Sequence[tuple[Combinable, Sequence[Measure]]], first: date, last: date, today: date
) -> Iterator[Fact]:
    parts = [_counted(n, day, group, first, last, today) for n, (day, group) in enumerate(groups)]
    for on, community, line, department, (part, *numbers) in parts[0].union(*parts[1:], all=True):
        for measure, number in zip(groups[part][1], numbers, strict=True):
            if number:
                yield Fact(on, community, line, department, measure.code, number)


def _counted(
    part: int,
    day: Combinable,
    measures: Sequence[Measure],
    first: date,
    last: date,
    today: date,
) -> "QuerySet[Case, tuple[Any, ...]]":
    """Day, community, line, department; then the number of the part and how many each of its measures counts."""
    conditions = [measure.condition(first, last, today) for measure in measures]
    read = [
        condition
        for measure, condition in zip(measures, conditions, strict=True)
        if not measure.is_stock
    ]
    if len(read) < len(measures):
        read.append(Q(closed_on__isnull=True))
    numbers = Func(
        Value(part),
        *(Count("pk", filter=condition) for condition in conditions),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(IntegerField()),
    )
    return (
        Case.objects.filter(functools.reduce(operator.or_, read))
        .order_by()
        .annotate(on=day)  # after the filter, so that it speaks of the same joined row
        .values_list("on", "community_id", "version__item__window_id", "version__department")
        .annotate(numbers=numbers)
    )

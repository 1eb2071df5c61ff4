"""Charts drawn on the server as SVG, with the same numbers in a table: readable, printable, no script.

Lying bars are a table whose cells hold a bar, so their texts keep the size of the page. Lines carry their table below.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from django import template
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.functional import Promise
from django.utils.safestring import SafeString

register = template.Library()

Text = str | Promise
Number = int | float
SERIES = 5  # hues of the style sheet: .series--0 … .series--4
WIDTH, HEIGHT = 640, 240  # units of the drawing of lines; it scales with its box
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 40  # room around the plot for the names of its axes
TICKS = 6  # names that fit below the axis


def nice_top(largest: Number) -> Number:
    """The round number at or above the largest value, where an axis ends: one digit times a power of ten."""
    step: Number = 1
    while step * 10 < largest:
        step *= 10
    return next(step * factor for factor in (1, 2, 3, 4, 5, 6, 8, 10) if step * factor >= largest)


def _draw(kind: str, **values: object) -> SafeString:
    return render_to_string(f"ui/chart_{kind}.html", values)


@register.simple_tag
def chart_bars(
    rows: Iterable[Sequence[object]], *, title: Text, unit: Text = "", label: Text = ""
) -> SafeString:
    """Lying bars. rows: (name, value) or (name, value, url of the list behind it); label: what the names are.

    A value that is no number (a suppressed cell) is printed as it is and has no bar.
    """
    given = [(row[0], row[1], row[2] if len(row) > 2 else "") for row in rows]
    top = max((value for _, value, _ in given if isinstance(value, int | float)), default=0) or 1
    bars = [
        {
            "name": name,
            "value": value,
            "url": url,
            "length": round(value / top * 100, 2) if isinstance(value, int | float) else 0,
        }
        for name, value, url in given
    ]
    return _draw("bars", title=title, unit=unit, label=label, bars=bars)


@register.simple_tag
def chart_stacked(
    rows: Iterable[tuple[Text, Sequence[Number]]],
    keys: Sequence[Text],
    *,
    title: Text,
    unit: Text = "",
    label: Text = "",
    hues: str = "",
) -> SafeString:
    """Lying bars of parts. rows: (name, one value per key); keys: the names of the parts.

    hues: a colour per key where it has a meaning, such as "green yellow red"; otherwise the colours of series.
    """
    colours = hues.split() or [str(number % SERIES) for number in range(len(keys))]
    given = [(name, list(values)) for name, values in rows]
    top = max((sum(values) for _, values in given), default=0) or 1
    bars = [
        {
            "name": name,
            "total": sum(values),
            "parts": [
                {
                    "x": round((end - value) / top * 100, 2),
                    "length": round(value / top * 100, 2),
                    "hue": hue,
                    "value": value,
                }
                for value, end, hue in zip(values, accumulate(values), colours, strict=True)
            ],
        }
        for name, values in given
    ]
    names = [{"name": key, "hue": hue} for key, hue in zip(keys, colours, strict=True)]
    return _draw("stacked", title=title, unit=unit, label=label, keys=names, bars=bars)


@register.simple_tag
def chart_lines(
    labels: Sequence[Text],
    series: Sequence[tuple[Text, Sequence[Number | None]]],
    *,
    title: Text,
    unit: Text = "",
    label: Text = "",
) -> SafeString:
    """Lines over time. labels: the points of time; series: (name, one value per point); None leaves a gap."""
    top = nice_top(max((v for _, values in series for v in values if v is not None), default=1))
    step = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1, 1)

    def x(index: int) -> float:
        return round(LEFT + index * step, 1)

    def y(value: Number) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)

    def points(values: Sequence[Number | None]) -> list[tuple[float, float]]:
        return [(x(i), y(value)) for i, value in enumerate(values) if value is not None]

    def path(values: Sequence[Number | None]) -> str:
        """Move to the first point and after each gap, draw to the others."""
        before = [None, *values]
        return " ".join(
            f"{'M' if before[i] is None else 'L'}{x(i)} {y(value)}"
            for i, value in enumerate(values)
            if value is not None
        )

    every = -(-len(labels) // TICKS) or 1
    return _draw(
        "lines",
        title=title,
        unit=unit,
        label=label,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        lines=[
            {"name": name, "hue": str(i % SERIES), "path": path(values), "points": points(values)}
            for i, (name, values) in enumerate(series)
        ],
        marks=[
            (y(value), formats.localize(value))
            for value in (0, top / 2 if top % 2 else top // 2, top)
        ],
        ticks=[(x(i), text) for i, text in enumerate(labels) if i % every == 0],
        ticks_y=HEIGHT - BOTTOM / 2,
        rows=[(text, [values[i] for _, values in series]) for i, text in enumerate(labels)],
    )

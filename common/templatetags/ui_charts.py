"""Charts drawn on the server as SVG, each with the same numbers as a table below it: readable, printable, no script."""

from collections.abc import Iterable, Sequence

from django import template
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.functional import Promise
from django.utils.safestring import SafeString

register = template.Library()

Text = str | Promise
Number = int | float
WIDTH = 640  # units of the drawing; it scales with its box
LABELS = 150  # room for the names at the left of bars
VALUES = 70  # room for the numbers at their right
ROW = 34
BAR = 20
PLOT_HEIGHT = 220
SERIES = 5  # hues defined in the style sheet


def nice_top(largest: Number) -> Number:
    """The round number at or above the largest value where an axis ends: 1, 2 or 5 times a power of ten."""
    step: Number = 1
    while step * 10 < largest:
        step *= 10
    return next((step * factor for factor in (1, 2, 5, 10) if step * factor >= largest), step * 10)


def _draw(kind: str, **values: object) -> SafeString:
    return render_to_string(f"ui/chart_{kind}.html", {"width": WIDTH, **values})


@register.simple_tag
def chart_bars(
    rows: Iterable[Sequence[object]], *, title: Text, unit: Text = "", label: Text = ""
) -> SafeString:
    """Lying bars. rows: (name, value) or (name, value, url of the list behind it); label: what the names are."""
    given = [(str(row[0]), row[1], str(row[2]) if len(row) > 2 else "") for row in rows]
    top = max([value for _, value, _ in given if isinstance(value, int | float)], default=0) or 1
    bars = [
        {
            "name": name,
            "value": value,
            "url": url,
            "y": index * ROW + (ROW - BAR) / 2,
            "text_y": index * ROW + ROW / 2,
            "length": round(value / top * (WIDTH - LABELS - VALUES), 1)
            if isinstance(value, int | float)
            else 0,
        }
        for index, (name, value, url) in enumerate(given)
    ]
    for bar in bars:
        bar["value_x"] = LABELS + float(str(bar["length"])) + 8
    return _draw(
        "bars",
        title=title,
        unit=unit,
        label=label,
        bars=bars,
        height=len(bars) * ROW,
        labels=LABELS,
        names_x=LABELS - 10,
        thickness=BAR,
    )


@register.simple_tag
def chart_stacked(
    rows: Iterable[tuple[Text, Sequence[Number]]],
    keys: Sequence[Text],
    *,
    title: Text,
    unit: Text = "",
    label: Text = "",
) -> SafeString:
    """Lying bars of parts. rows: (name, one value per key); keys: the names of the parts."""
    given = [(str(name), list(values)) for name, values in rows]
    top = max((sum(values) for _, values in given), default=0) or 1
    bars = []
    for index, (name, values) in enumerate(given):
        x, parts = float(LABELS), []
        for number, value in enumerate(values):
            length = value / top * (WIDTH - LABELS - VALUES)
            parts.append(
                {
                    "x": round(x, 1),
                    "length": round(length, 1),
                    "series": number % SERIES,
                    "value": value,
                }
            )
            x += length
        bars.append(
            {
                "name": name,
                "parts": parts,
                "total": sum(values),
                "y": index * ROW + (ROW - BAR) / 2,
                "text_y": index * ROW + ROW / 2,
                "value_x": round(x + 8, 1),
            }
        )
    return _draw(
        "stacked",
        title=title,
        unit=unit,
        label=label,
        keys=[{"name": key, "series": number % SERIES} for number, key in enumerate(keys)],
        bars=bars,
        height=len(bars) * ROW,
        names_x=LABELS - 10,
        thickness=BAR,
    )


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
    left, right, bottom = 52, 12, 30
    top = nice_top(
        max((v for _, values in series for v in values if v is not None), default=0) or 1
    )
    step = (WIDTH - left - right) / max(len(labels) - 1, 1)
    height = PLOT_HEIGHT - bottom

    def y(value: Number) -> float:
        return round(10 + (height - 10) * (1 - value / top), 1)

    lines = []
    for number, (name, values) in enumerate(series):
        points = [
            (round(left + i * step, 1), y(v), v) for i, v in enumerate(values) if v is not None
        ]
        path = ""
        for i, value in enumerate(values):
            if value is not None:
                move = "L" if i and values[i - 1] is not None else "M"
                path += f"{move}{round(left + i * step, 1)} {y(value)} "
        lines.append(
            {"name": name, "path": path.strip(), "points": points, "series": number % SERIES}
        )
    every = max(1, -(-len(labels) // 8))  # at most eight names fit below the axis
    return _draw(
        "lines",
        title=title,
        unit=unit,
        label=label,
        lines=lines,
        height=PLOT_HEIGHT,
        left=left,
        right_end=WIDTH - right,
        marks=[
            {"y": y(top * part / 4), "text": formats.localize(round(top * part / 4, 1))}
            for part in range(5)
        ]
        if top >= 4
        else [{"y": y(part), "text": part} for part in range(int(top) + 1)],
        ticks=[
            {"x": round(left + i * step, 1), "text": text}
            for i, text in enumerate(labels)
            if i % every == 0
        ],
        ticks_y=PLOT_HEIGHT - 8,
        names=[name for name, _ in series],
        rows=[(text, [values[i] for _, values in series]) for i, text in enumerate(labels)],
    )

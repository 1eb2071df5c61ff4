"""What a machine must know to read an export: a Table Schema (Frictionless Data, v1) beside each file."""

from typing import Any

from residents.base.attributes import ATTRIBUTES
from residents.exchange.layouts import Column, Layout

_DAYS = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYYMMDD": "%Y%m%d",
    "serial": "%Y-%m-%d",
    "YYYY/M/D": "%Y/%m/%d",
}


def table_schema(layout: Layout) -> dict[str, Any]:
    """The schema with the way to the table: lines above the headings, encoding, the mark in the last line."""
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "fields": [_field(column) for column in layout.columns],
        "missingValues": ["", *sorted({c.empty for c in layout.columns if c.empty})],
        "yizhan": {
            "format": layout.format,
            "encoding": layout.encoding if layout.format == "csv" else "",
            "headerRow": len(layout.titles) + 1,
            "lastRowIsWatermark": True,
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.heading, "type": "string"}
    if column.value:
        field["yizhan:value"] = column.value
    attribute = ATTRIBUTES.get(column.value)
    if attribute is not None and attribute.is_date and column.date in _DAYS:
        return field | {"type": "date", "format": _DAYS[column.date]}
    if column.form == "number":
        return field | {"type": "integer"}
    if isinstance(column.codes, dict):
        written = list(dict.fromkeys([*column.codes.values(), column.empty]))
        field["constraints"] = {"enum": [each for each in written if each]}
    return field

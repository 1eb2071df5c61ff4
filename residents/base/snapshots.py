"""Rows as JSON and back, encrypted columns opened: for a journal that is sealed itself."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.apps import apps
from django.db import models

Shot: TypeAlias = dict[str, Any]  # {column: value as JSON has it}


def model_of(label: str) -> type[models.Model]:
    return apps.get_model(label)


def shot(row: models.Model, names: Iterable[str] = ()) -> Shot:
    """The columns of a row, all of them or those named."""
    wanted = set(names)
    return {
        field.attname: _json(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not field.generated and (not wanted or wanted & {field.name, field.attname})
    }


def put(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Set the columns of a row as a shot has them; the names of the fields, for update_fields."""
    fields = {field.attname: field for field in row._meta.concrete_fields}
    for attname, value in values.items():
        setattr(row, attname, _python(fields[attname], value))
    return [fields[attname].name for attname in values if not fields[attname].primary_key]


def revived(label: str, values: Mapping[str, Any]) -> models.Model:
    """A row that is no more, as it was; not saved."""
    row = model_of(label)()
    put(row, values)
    return row


def _json(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _python(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    return field.to_python(value)

"""Pages of a list by the last row seen: as quick on page 900 as on page 1, and no row twice or never."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet, Value
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid

MAX_SIZE = 100

_Row = TypeVar("_Row")
# Exact both ways, microseconds included (Django's JSON encoder cuts them, and would show rows twice).
_CODECS: Mapping[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "int": (lambda value: str(int(value)), int),
    "float": (float.__repr__, float),
    "str": (str.__str__, str),
    "Decimal": (str, Decimal),
    "datetime": (datetime.isoformat, datetime.fromisoformat),
    "date": (date.isoformat, date.fromisoformat),
    "UUID": (str, UUID),
}


class BadCursor(Invalid):
    """The cursor is not ours, was changed, or belongs to another list."""

    def __init__(self) -> None:
        super().__init__("bad_cursor", _("翻页位置已失效，请从第一页重新开始。"))


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Some rows, and the cursor of the page behind them (None on the last page)."""

    items: list[_Row]
    next: str | None


def keyset_page(
    queryset: QuerySet[Any, _Row], *, order: tuple[str, ...], after: str | None, size: int
) -> Page[_Row]:
    """The `size` rows (at most 100) that follow the cursor `after`; None or "" is the start. One query.

    `order` names columns, relations with "__" (select them) or annotations, each with "-" for descending,
    and ends so that no two rows are equal: for models one column must be unique, for `values()` the caller
    sees to it. NULL stands where PostgreSQL puts it: last when ascending, first when descending. Takes
    model rows, `values()` and `values_list(named=True)`. Raises BadCursor, and ValueError for a wrong order.

    The cursor is encrypted, since it holds values of a row and travels in addresses.
    """
    _require_total_order(queryset, order)
    size = min(max(size, 1), MAX_SIZE)
    queryset = queryset.order_by(
        *(F(n).desc() if d else F(n).asc() for n, d in map(_column, order))
    )
    if after:
        queryset = queryset.filter(_behind(queryset, order, _opened(after, order)))
    rows = list(queryset[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], _sealed(rows[size - 1], order) if more else None)


def _behind(queryset: QuerySet[Any, Any], order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows after `values`: greater in the first column, or equal there and greater in the next, and so on."""
    condition: Q | None = None
    for column, value in reversed(list(zip(order, values, strict=True))):
        name, descending = _column(column)
        nullable = _is_nullable(queryset.model, name)
        greater = _greater(name, value, descending, nullable)
        if condition is None:
            condition = greater
            continue
        condition = greater | (_equal(name, value) & condition)
        if (
            value is not None and not nullable
        ):  # says the same once more, in a form that an index can use
            condition = Q((f"{name}__{'lte' if descending else 'gte'}", value)) & condition
    if condition is None:
        raise ValueError("order is empty")
    return condition


def _greater(name: str, value: Any, descending: bool, nullable: bool) -> Q:
    if (
        value is None
    ):  # NULLs come last ascending: nothing is behind them; first descending: all others are
        return Q((f"{name}__isnull", False)) if descending else Q(Value(False))
    behind = Q((f"{name}__{'lt' if descending else 'gt'}", value))
    return behind | Q((f"{name}__isnull", True)) if nullable and not descending else behind


def _equal(name: str, value: Any) -> Q:
    return Q((f"{name}__isnull", True)) if value is None else Q((name, value))


def _column(column: str) -> tuple[str, bool]:
    return column.removeprefix("-"), column.startswith("-")


def _is_nullable(model: type[Model], name: str) -> bool:
    """Annotations count as nullable."""
    steps = _fields(model, name)
    return not steps or any(field.null for field in steps)


def _require_total_order(queryset: QuerySet[Any, Any], order: Sequence[str]) -> None:
    if not order:
        raise ValueError("order is empty")
    if queryset._fields is not None:  # type: ignore[attr-defined]  # values(): its rows may be groups
        return
    names = [_column(column)[0] for column in order]
    own = [_fields(queryset.model, name) for name in names if "__" not in name]
    if not any(steps and steps[0].unique and not steps[0].null for steps in own):
        raise ValueError(f"two rows may be equal in {order}: end the order with the primary key")


def _fields(model: type[Model], name: str) -> list[Any]:
    """The fields along a path of relations; empty when `name` is no path of fields."""
    found: list[Any] = []
    options = model._meta
    for step in name.split("__"):
        if step == "pk":
            found.append(options.pk)
            continue
        try:
            field = options.get_field(step)
        except FieldDoesNotExist:
            by_attname = [f for f in options.concrete_fields if f.attname == step]
            if not by_attname:
                return []
            field = by_attname[0]
        if not field.concrete:
            return []
        found.append(field)
        if isinstance(field.related_model, type):
            options = field.related_model._meta
    return found


def _value(row: Any, name: str) -> Any:
    if isinstance(row, Mapping):
        return row[name]
    if isinstance(row, tuple):
        return getattr(row, name)
    for step in name.split("__"):
        if row is None:
            return None
        row = getattr(row, step)
    return row.pk if isinstance(row, Model) else row


def _sealed(row: Any, order: Sequence[str]) -> str:
    values = [_written(_value(row, _column(column)[0])) for column in order]
    return (
        _box(settings.SECRET_KEY)
        .encrypt(json.dumps([list(order), values]).encode())
        .decode()
        .rstrip("=")
    )


def position(of: str, number: int) -> str:
    """A cursor that names a place in a list that is read by number, sealed like those of pages."""
    return _sealed({of: number}, (of,))


def number_at(of: str, cursor: str) -> int:
    """The number in a cursor that `position` made for the same list. Raises BadCursor."""
    return int(_opened(cursor, (of,))[0])


def _opened(cursor: str, order: Sequence[str]) -> list[Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        of_order, values = json.loads(_box(settings.SECRET_KEY).decrypt(padded))
    except (InvalidToken, UnicodeEncodeError):
        raise BadCursor from None
    if of_order != list(order):
        raise BadCursor
    return [None if value is None else _CODECS[value[0]][1](value[1]) for value in values]


def _written(value: Any) -> tuple[str, str] | None:
    if value is None:
        return None
    for kind in type(value).__mro__:
        if kind.__name__ in _CODECS:
            return kind.__name__, _CODECS[kind.__name__][0](value)
    raise TypeError(f"a list cannot be ordered by a {type(value).__name__}")


@lru_cache(maxsize=2)
def _box(secret: str) -> Fernet:
    key = salted_hmac("common.paging", "cursor", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))

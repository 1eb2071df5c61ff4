"""Lists of this audience: by keyset; a place in a list that is no longer known is its beginning."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from common.paging import BadCursor, Page, keyset_page

_M = TypeVar("_M", bound=Model)


def list_page(
    request: HttpRequest, rows: QuerySet[_M], *, order: tuple[str, ...], size: int
) -> Page[_M]:
    try:
        return keyset_page(rows, order=order, after=request.GET.get("after"), size=size)
    except BadCursor:
        return keyset_page(rows, order=order, after=None, size=size)

"""Somebody knocks at the address of a row."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from tests.access.table import Row
from tests.access.world import Who, World, foreign


def knock(world: World, row: Row, who: Who, *, at_nothing: bool = False) -> HttpResponse:
    """The answer; `at_nothing` puts ids into the address behind which there is no row."""
    given = row.given(world)
    url = reverse(row.name, kwargs=foreign(given) if at_nothing else given) + row.query
    client = world.client(who, by_token=row.is_api)
    more: dict[str, Any] = {}
    if row.is_api and row.method != "get":
        more = {
            "content_type": "application/json",
            "headers": {"Idempotency-Key": "0123456789abcdef-table"},
        }
    answer: HttpResponse = getattr(client, row.method)(url, row.data, **more)
    return answer

"""P16: what a page asks of the database, and what goes over the line at the first visit."""

from collections.abc import Iterator
from functools import partial

from bench.city import City
from bench.harness import Reading
from bench.visitor import Visitor

QUERIES, FIRST_VISIT, LIST_PAGE = 10, 60_000, 12_000


def measures(city: City) -> Iterator[Reading]:
    district = city.district_path.rstrip("/").rpartition("/")[2]
    pages = {
        "home": (Visitor(), "/"),
        "guide": (Visitor(), "/items/W4-04/"),
        "desk": (city.clerk, "/hall/"),
        "dashboard": (city.office, f"/officials/places/{district}/?period=quarter"),
    }
    for name, (visitor, path) in pages.items():
        check = partial(visitor.sees, path, "</html>")
        yield Reading(f"P16 {name}", partial(visitor.queries, path), check, QUERIES, "queries")
        first = partial(visitor.first_visit, path)
        yield Reading(f"P16 {name}, first visit", first, check, FIRST_VISIT, "bytes")
        if name in ("desk", "dashboard"):
            again = partial(visitor.weight, path)
            yield Reading(f"P16 {name}, the page alone", again, check, LIST_PAGE, "bytes")

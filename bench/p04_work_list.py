"""P4: the desk with its list of cases, against a view that does nothing."""

from collections.abc import Iterator

from bench.city import City
from bench.harness import Trial, Wrong
from bench.visitor import BARE, Visitor
from servicehall.cases.views.desk import SIZE

GOAL = 20.0
DESK = "/hall/"
CALLS = 5


def measures(city: City) -> Iterator[Trial]:
    def check() -> None:
        rows = city.clerk.sees(DESK).count("data-row")
        if rows < SIZE:
            raise Wrong(f"the desk shows {rows} rows")

    yield Trial(
        f"P4 work list, {SIZE} rows",
        [lambda: city.clerk.get(DESK)] * CALLS,
        [lambda: Visitor().get(BARE)] * CALLS,
        check,
        GOAL,
        by="cpu",
    )

"""P5: session, account, scope and power, against a view that asks for none of them."""

from collections.abc import Iterator

from bench.city import City
from bench.harness import Trial, Wrong
from bench.urls import DOOR
from bench.visitor import BARE, Visitor

GOAL = 3.5  # the bare view, and 2.5 times as much above it
CALLS = 20


def measures(city: City) -> Iterator[Trial]:
    def check() -> None:
        if city.clerk.get(f"/{DOOR}").body != b"ok" or Visitor().get(f"/{DOOR}").status == 200:
            raise Wrong("the door does not tell who may enter")

    yield Trial(
        "P5 session, scope and power",
        [lambda: city.clerk.get(f"/{DOOR}")] * CALLS,
        [lambda: Visitor().get(BARE)] * CALLS,
        check,
        GOAL,
        by="cpu",
    )

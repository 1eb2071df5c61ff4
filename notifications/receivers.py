"""Which bodies hear of events: the app above that knows bodies says so, since we know none."""

from collections.abc import Callable
from typing import TypeAlias

Lister: TypeAlias = Callable[
    [str], list[tuple[str, str]]
]  # below a place: key and name of each body

_listers: list[Lister] = []


def declare(lister: Lister) -> None:
    """Make bodies known. The same lister twice counts once."""
    if lister not in _listers:
        _listers.append(lister)


def below(place_path: str) -> dict[str, str]:
    """{key: name} of the bodies below a place that may be told of events."""
    return {key: name for lister in _listers for key, name in lister(place_path)}

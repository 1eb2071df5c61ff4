"""What the apps above show beside a case: its papers, its notice to the public, its benefit.

Each declares a panel when the portal starts. Panels are fetched after the page stands (`case-more` and its
likes), so that a case costs the same handful of queries however many apps have something to add.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from servicehall.cases.models import Case


class Audience(Enum):
    """Who looks: staff on the case page, the applicant on his own, whoever follows by number and code."""

    STAFF = "staff"
    APPLICANT = "applicant"
    TRACKER = "tracker"


Reads = Callable[["Case", "Scope", date], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A template and what it needs, in two queries at most; `reads` gives None where there is nothing to show."""

    template: str
    reads: Reads
    audiences: frozenset[Audience]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Shown:
    template: str
    context: Mapping[str, Any]


_panels: list[Panel] = []


def declare(panel: Panel) -> None:
    if panel not in _panels:
        _panels.append(panel)
        _panels.sort(key=lambda known: (known.order, known.template))


AT_ONCE = 3


def shown(
    audience: Audience, case: "Case", by: "Scope", today: date, *, start: int = 0
) -> tuple[list[Shown], int | None]:
    """A few panels from `start` on, as far as they have something to say, and where the next few begin.

    A few at a time, so that no answer costs more than ten questions however many apps declare one.
    """
    meant = [panel for panel in _panels if audience in panel.audiences]
    found = [
        Shown(panel.template, context)
        for panel in meant[start : start + AT_ONCE]
        if (context := panel.reads(case, by, today)) is not None
    ]
    following = start + AT_ONCE
    return found, following if following < len(meant) else None


def start_of(text: str) -> int:
    """Where a page of panels begins, from an address; what is spoiled begins anew."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0

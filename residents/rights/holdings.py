"""What is held about a person beside his attributes. Apps above us add theirs in their `holdings.py`.

    hold("cases", _("办件"), rows_of_person)

`rows_of_person(person_id)` gives rows {key: value}, plain values, in the language that is active.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise

Rows = Sequence[Mapping[str, str]]
_held: dict[str, tuple[str | Promise, Callable[[UUID], Rows]]] = {}


def hold(code: str, label: str | Promise, rows: Callable[[UUID], Rows]) -> None:
    """Have what an app holds of a person stand in his copy."""
    _held[code] = (label, rows)


def held(person_id: UUID) -> list[tuple[str, str, Rows]]:
    """Code, title and rows of each."""
    return [(code, str(label), rows(person_id)) for code, (label, rows) in _held.items()]

"""What is held about a person beside his attributes. Apps above us add theirs in their `holdings.py`.

    hold("cases", _("办件"), rows_of_person)
    hold("kept_papers", _("我的材料"), rows_of_person, forget=forget_papers)

`rows_of_person(person_id)` gives rows {key: value}, plain values, in the language that is active. What is kept for
the person alone, and is nobody's evidence, says with `forget(person_id)` how it goes: the rows at once, in the
transaction of the deletion; the names of its files are returned and dropped after that.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise

Rows = Sequence[Mapping[str, str]]
Forget = Callable[[UUID], list[str]]
_held: dict[str, tuple[str | Promise, Callable[[UUID], Rows]]] = {}
_forgotten: dict[str, Forget] = {}


def hold(
    code: str,
    label: str | Promise,
    rows: Callable[[UUID], Rows],
    *,
    forget: Forget | None = None,
) -> None:
    """Have what an app holds of a person stand in his copy, and go at his wish where it may."""
    _held[code] = (label, rows)
    if forget is not None:
        _forgotten[code] = forget


def forgettable(person_id: UUID) -> list[str]:
    """The codes of what is there and may go at the person's wish."""
    return [code for code in _forgotten if _held[code][1](person_id)]


def label_of(code: str) -> str:
    return str(_held[code][0]) if code in _held else ""


def forget(person_id: UUID, codes: Collection[str]) -> list[str]:
    """Delete these; the names of the files that are left to drop."""
    return [name for code, do in _forgotten.items() if code in codes for name in do(person_id)]


def held(person_id: UUID) -> list[tuple[str, str, Rows]]:
    """Code, title and rows of each."""
    return [(code, str(label), rows(person_id)) for code, (label, rows) in _held.items()]

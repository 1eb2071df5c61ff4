"""What the base knows of one person, attribute by attribute, with what other sources say where they disagree.

The resident's own page, corrections, copies and the pages of the family are drawn from these lines. Apps above
us add a word beside a value with `beside` (a correction is being checked).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.utils import formats
from django.utils.functional import Promise

from residents.base.attributes import ATTRIBUTES, ON_PERSON, Attribute

if TYPE_CHECKING:
    from residents.base.models import Person, PersonDetail, SourceRecord

Text = str | Promise
Notes = Callable[[UUID], Mapping[str, Text]]
_notes: list[Notes] = []


def beside(notes: Notes) -> None:
    """Have `notes(person id)` say what stands beside which attribute."""
    _notes.append(notes)


def notes_of(person_id: UUID) -> dict[str, Text]:
    """What the apps above have to say beside the attributes of a person."""
    return {key: text for each in _notes for key, text in each(person_id).items()}


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says."""

    value: str
    shown: str
    source: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """One attribute: its kept value, where it comes from, and who says otherwise."""

    key: str
    label: Text
    value: str
    shown: str
    is_masked: bool
    source: str
    as_of: date | None
    others: tuple[Said, ...] = ()
    note: Text = ""


def known(
    person: "Person",
    sources: Mapping[str, str],
    *,
    records: Iterable["SourceRecord"] = (),
    disputed: Collection[str] = (),
    shown: Mapping[str, str] | None = None,
    notes: Mapping[str, Text] | None = None,
    full: bool = False,
) -> list[Known]:
    """All attributes. `records` are read for those in `disputed` only; `shown` are values asked for in full."""
    said = [(record.source_id, record.values) for record in records] if disputed else []
    found = []
    for key, attribute in ATTRIBUTES.items():
        value, provenance = kept(person, key)
        is_masked = bool(value) and attribute.is_secret and not full and key not in (shown or {})
        hide = _shown_by(attribute, full=full)
        code, day = [*provenance, "", ""][:2]
        others = tuple(
            Said(entry[0], hide(entry[0]), sources.get(source, source), _day(entry[1]))
            for source, values in said
            if key in disputed
            and (entry := values.get(key))
            and not attribute.agree(entry[0], value)
        )
        found.append(
            Known(
                key=key,
                label=attribute.label,
                value=value,
                shown=hide(value) if is_masked or not attribute.is_secret else value,
                is_masked=is_masked,
                source=sources.get(code, ""),
                as_of=_day(day),
                others=others,
                note=(notes or {}).get(key, ""),
            )
        )
    return found


def _shown_by(attribute: Attribute, *, full: bool) -> Callable[[str], str]:
    if attribute.is_date:
        return lambda text: str(formats.date_format(date.fromisoformat(text))) if text else ""
    if full:
        return lambda text: str(attribute.codes.get(text, text))
    return attribute.shown


def kept(person: "Person", key: str) -> tuple[str, list[str]]:
    """The canonical value of an attribute and its provenance; "" where nothing is known."""
    holder: Person | PersonDetail = person
    if key not in ON_PERSON:
        try:
            holder = person.detail
        except ObjectDoesNotExist:
            return "", []
    value = getattr(holder, key)
    text = value.isoformat() if isinstance(value, date) else str(value or "")
    return text, list(holder.provenance.get(key, []))


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None

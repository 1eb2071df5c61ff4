"""What the base already knows, so that nobody types it again: value, source and date of each fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.masking import mask_card, mask_id, mask_phone
from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.enums import OccupancyKind
from residents.base.models import HouseholdMember, Occupancy, Person, SourceSystem


@dataclass(frozen=True, slots=True)
class Fact:
    """A known value: as stored, as shown (masked where personal), its source and the day it was written."""

    value: Any
    shown: str
    source: str
    as_of: date | None


def known_facts(person: Person) -> dict[str, Fact]:
    """The facts of a person by prefill key (servicehall/catalogue/data/README.md). Four queries at most."""
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}

    def fact(value: Any, shown: str, attribute: str) -> Fact:
        code, day = [*person.provenance.get(attribute, []), None, None][:2]
        return Fact(
            value, shown, sources.get(code or "", ""), date.fromisoformat(day) if day else None
        )

    facts = {
        "full_name": fact(person.full_name, person.full_name, "full_name"),
        "birth_on": fact(person.birth_on, str(person.birth_on or ""), "birth_on"),
        "sex": fact(person.sex, str(person.get_sex_display()), "sex"),
        "id_number": fact(person.id_number, mask_id(person.id_number or ""), "id_number"),
        "phone": fact(person.phone, mask_phone(person.phone or ""), "phone"),
        "bank_card": fact(person.bank_card, mask_card(person.bank_card or ""), "bank_card"),
    }
    facts |= _addresses(person, sources)
    members = list(HouseholdMember.objects.living_with(person.pk).exclude(person=person))
    facts["household_members"] = Fact(
        [str(member.person_id) for member in members],
        str(_("、")).join(
            _("%(name)s（%(relation)s）")
            % {"name": m.person.full_name, "relation": m.get_relation_display()}
            for m in members
        ),
        sources.get("police", ""),
        None,
    )
    return {key: known for key, known in facts.items() if known.value}


def _addresses(person: Person, sources: Mapping[str, str]) -> dict[str, Fact]:
    keys = {
        OccupancyKind.REGISTERED: ("registered_address", "police"),
        OccupancyKind.ACTUAL: ("actual_address", "grid_visit"),
        OccupancyKind.RENTED: ("actual_address", "grid_visit"),
    }
    found: dict[str, Fact] = {}
    for occupancy in Occupancy.objects.current().filter(person=person).select_related("dwelling"):
        if occupancy.dwelling is None:
            continue  # the community is known, an address is not
        key, source = keys[OccupancyKind(occupancy.kind)]
        found[key] = Fact(
            occupancy.dwelling.address,
            occupancy.dwelling.address,
            sources.get(source, source),
            occupancy.from_on,
        )
    return found


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A community that an address can lie in; `full_name` is how the address begins on record."""

    code: str
    label: str
    group: str
    full_name: str


def communities(day: date) -> list[PlaceChoice]:
    """The communities of the city on a day under their streets, with one query."""
    places = Place.objects.public().on(day).order_by("path").select_related("parent__parent")
    return [
        PlaceChoice(
            place.code, place.label, place.parent.label if place.parent else "", _full(place)
        )
        for place in places.filter(level=PlaceLevel.COMMUNITY)
    ]


def _full(place: Place) -> str:
    """District, street and community in Chinese; the city goes without saying."""
    above = [place.parent.parent, place.parent] if place.parent else []
    return "".join(p.name for p in [*above, place] if p and p.level != PlaceLevel.CITY)


FACT_LABELS = {
    "full_name": _("姓名"),
    "sex": _("性别"),
    "birth_on": _("出生日期"),
    "id_number": _("证件号码"),
    "phone": _("联系电话"),
    "registered_address": _("户籍地址"),
    "actual_address": _("现住地址"),
    "bank_card": _("银行卡"),
    "household_members": _("家庭成员"),
}

"""What was typed into a search box: one guess by its shape, and the indexed ways to answer it."""

import re
import unicodedata

from django.apps import apps
from django.db.models import Q
from django.db.models.functions import Coalesce

from common.crypto import blind_index
from common.identity import normalise_id_number, normalise_phone
from common.names import normalise_name, tripled
from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base import documents
from residents.base.enums import OccupancyKind

EVERYWHERE = Q()
CHINESE = re.compile(r"[^\x00-\x7f]")
NUMBER = re.compile(r"\d{17}[\dX]|\d{15}")
TAIL = re.compile(r"\d{5}[\dX]")
PHONE = re.compile(r"\+?\d{7,14}")
HOME = (OccupancyKind.ACTUAL, OccupancyKind.RENTED)
ABOVE_BUILDINGS = (PlaceLevel.YARD, PlaceLevel.AREA, PlaceLevel.COMMUNITY)
# 海馨小区3栋, 3号楼2单元401, 海馨3-2-401: a yard, then the numbers of building, unit and door, as many as there are.
ADDRESS = re.compile(
    r"(?:.*?社区)?(?P<yard>.*?)"
    r"(?:0*(?P<building>\d{1,4})(?:栋|幢|号楼|楼|座|排|#楼?|-(?=\d+-\d)))?"
    r"(?:0*(?P<unit>\d{1,3})(?:单元|-(?=\d)))?"
    r"(?:0*(?P<door>\d{1,5})(?:室|号|户)?)?"
)
SHORT_ADDRESS = re.compile(r"\d{1,3}-\d{1,2}-\d{3,4}")  # 3-2-401; telephones have longer parts
# Names of yards; a person may be called so too (王家园), hence these look for both.
YARD = re.compile(r".+(?:小区|家园|花园|公寓|新村|大院|村民小组)")


def clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def is_number(text: str) -> bool:
    """Whether it is looked for by a number that few share: of a document, or a telephone."""
    compact = _compact(clean(text))
    return documents.is_number(compact) or any(
        shape.fullmatch(compact) for shape in (NUMBER, TAIL, PHONE)
    )


def is_tail(text: str) -> bool:
    """Whether it looks like the last six of an ID number."""
    return bool(TAIL.fullmatch(_compact(clean(text))))


def ways(text: str, near: Q = EVERYWHERE) -> tuple[Q, ...]:
    """The conditions on a person, one of which is to hold; each stands on one index. Nothing: it is unclear.

    Full ID number, its last six, phone, address, name (any part), pinyin or initials. `near`: the places
    among which an address is looked for.
    """
    text = clean(text)
    compact = _compact(text)
    if CHINESE.search(text) or SHORT_ADDRESS.fullmatch(text):
        return _by_chinese(text, near)
    if NUMBER.fullmatch(compact) or documents.is_number(compact):
        return (has_number(compact),)
    if TAIL.fullmatch(compact):
        return (Q(id_tail_index=blind_index(compact, field="id_tail")),)
    if PHONE.fullmatch(compact):
        return (Q(phone_index=blind_index(normalise_phone(compact), field="phone")),)
    letters = " ".join(text.lower().split())
    return _by_letters(letters.replace(" ", "")) if re.fullmatch(r"[a-z ]{2,}", letters) else ()


def has_number(number: str) -> Q:
    """Whoever has this document number; where an entry with it was merged, the person that stayed."""
    index = blind_index(normalise_id_number(number), field="id_number")
    having = apps.get_model("residents", "Person").objects.filter(id_index=index)
    return Q(pk__in=having.values_list(Coalesce("merged_into_id", "id"), flat=True))


def _compact(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def _by_chinese(text: str, near: Q) -> tuple[Q, ...]:
    if re.search(r"\d", text):
        return (_at_address(text, near),)
    name = normalise_name(text)
    if not name:
        return ()
    named = Q(name_tripled__contains=tripled(name))
    return (named, _at_address(text, near)) if YARD.fullmatch(text) else (named,)


def _by_letters(letters: str) -> tuple[Q, ...]:
    # As a range, which the index in the order of names answers; LIKE would ask for another.
    behind = letters[:-1] + chr(ord(letters[-1]) + 1)
    return (
        Q(initials__startswith=letters),
        Q(initials_alt__startswith=letters) & ~Q(initials_alt=""),
        Q(pinyin__gte=letters, pinyin__lt=behind),
    )


def _at_address(text: str, near: Q) -> Q:
    """Who lives there now. Whether a building is called 栋, 幢 or 号楼 makes no difference: its number counts."""
    found = ADDRESS.fullmatch("".join(text.split()))
    if found is None or not any(found.groups()):
        return Q(pk__in=[])
    yard, building, unit, door = found.groups()
    units = Place.objects.filter(level=PlaceLevel.UNIT)
    if yard:
        # From above: there are few yards, and many units in a district.
        yards = Place.objects.filter(near, level__in=ABOVE_BUILDINGS, name__contains=yard)
        units = units.filter(parent__parent__in=yards.values("pk"))
    else:
        units = units.filter(near)
    if building:
        units = units.filter(parent__name__regex=_numbered(building))
    if unit:
        units = units.filter(name__regex=_numbered(unit))
    if not door:
        return Q(place__in=units.values("pk"))
    occupancies = apps.get_model("residents", "Occupancy").objects
    living = occupancies.current().filter(kind__in=HOME, dwelling__place__in=units.values("pk"))
    return Q(pk__in=living.filter(dwelling__door__in=[door, f"0{door}"]).values("person_id"))


def _numbered(number: str) -> str:
    return f"^0*{number}([^0-9]|$)"

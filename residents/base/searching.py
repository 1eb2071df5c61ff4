"""What was typed into a search box: one guess by its shape, and the indexed ways to answer it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Left
from django.db.models.lookups import Exact

from common.crypto import blind_index
from common.identity import normalise_id_number, normalise_phone
from common.names import normalise_name
from community.governance.enums import ABOVE_BUILDINGS, PlaceLevel
from community.governance.models import Place
from residents.base import documents
from residents.base.enums import OccupancyKind

CHINESE = re.compile(r"[^\x00-\x7f]")
NUMBER = re.compile(r"\d{17}[\dX]|\d{15}")
TAIL = re.compile(r"\d{5}[\dX]")
PHONE = re.compile(r"\+?\d{7,14}")
HOME = (OccupancyKind.ACTUAL, OccupancyKind.RENTED)
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
PART = 2  # as many characters of a name stand together in one entry of its index (NamePart)


@dataclass(frozen=True, slots=True)
class Way:
    """Whom a text may mean, as a condition on a person.

    `first`: the same as SQL for pinyin and id in the communities `here`, of each at least the first {size} in the
    order of names. Numbers have none: few share one.
    """

    fits: Callable[[], Q]
    first: str = ""
    values: tuple[str, ...] = ()


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


def ways(text: str) -> tuple[Way, ...]:
    """Whom the text may mean: one of the ways is to fit; each stands on one index. Nothing: it is unclear.

    Full ID number, its last six, phone, address, name (any part), pinyin or initials.
    """
    text = clean(text)
    compact = _compact(text)
    if CHINESE.search(text) or SHORT_ADDRESS.fullmatch(text):
        return _by_chinese(text)
    if NUMBER.fullmatch(compact) or documents.is_number(compact):
        return (Way(lambda: has_number(compact)),)
    if TAIL.fullmatch(compact):
        return (Way(lambda: Q(id_tail_index=blind_index(compact, field="id_tail"))),)
    if PHONE.fullmatch(compact):
        return (Way(lambda: Q(phone_index=blind_index(normalise_phone(compact), field="phone"))),)
    letters = " ".join(text.lower().split())
    return _by_letters(letters.replace(" ", "")) if re.fullmatch(r"[a-z ]{2,}", letters) else ()


def first_by_name(ways: Iterable[Way], paths: Iterable[str], size: int) -> RawSQL | None:
    """The ids of the first in the order of names whom one of the ways fits, in the communities below these paths.

    The first of each community come out of an index in their order, so that it does not matter how many fit. Written
    by hand: the ORM knows no LATERAL, and takes longer to write its own than the database to answer it.
    """
    lists = [way for way in ways if way.first]
    below = [f"{connection.ops.prep_for_like_query(path)}%" for path in paths]
    if not lists or not below:
        return None
    within = " OR ".join("path LIKE %s" for _path in below)
    each = " UNION ALL ".join(way.first.format(size=size) for way in lists)
    values = [value for way in lists for value in way.values]
    statement = _FIRST.format(within=within, each=each, size=size)
    return RawSQL(statement, [*below, *values])  # noqa: S611  pieces of ours; what was typed is among the values


_FIRST = """
WITH here AS (SELECT id, path FROM governance_place WHERE level = 'community' AND ({within}))
SELECT id FROM ({each}) found GROUP BY pinyin, id ORDER BY pinyin, id LIMIT {size}
"""
_NAMED = """
SELECT pinyin, person_id AS id FROM here CROSS JOIN LATERAL (
    SELECT pinyin, person_id FROM residents_namepart WHERE community_id = here.id AND part = %s{more}
    ORDER BY pinyin, person_id LIMIT {{size}}
) first
"""
_LETTERED = """
SELECT pinyin, first.id FROM here CROSS JOIN LATERAL (
    SELECT pinyin, id FROM residents_person
    WHERE community_id = here.id AND merged_into_id IS NULL AND {which}
    ORDER BY pinyin, id LIMIT {{size}}
) first
"""
# Down the tree, as there are few yards; the operators are those of their index. OFFSET 0: the planner weighs some
# short ways much faster than a long one.
_LIVING = """
SELECT pinyin, person.id FROM here CROSS JOIN LATERAL (
    SELECT unit.id FROM governance_place yard
    JOIN governance_place building ON building.parent_id = yard.id
    JOIN governance_place unit ON unit.parent_id = building.id AND unit.level = 'unit'
    WHERE yard.level IN ('yard', 'area', 'community')
      AND yard.path ~>=~ here.path AND yard.path ~<~ (here.path || '~'){which}
    OFFSET 0
) unit {homes}
WHERE person.community_id IN (SELECT id FROM here) AND person.merged_into_id IS NULL
"""
_BY_PLACE = "JOIN residents_person person ON person.place_id = unit.id"
_BY_DOOR = """
CROSS JOIN LATERAL (
    SELECT living.person_id FROM residents_dwelling home
    JOIN residents_occupancy living ON living.dwelling_id = home.id
    WHERE home.place_id = unit.id AND home.door IN (%s, %s)
      AND living.to_on IS NULL AND living.kind IN ('actual', 'rented')
    OFFSET 0
) living JOIN residents_person person ON person.id = living.person_id
"""


def has_number(number: str) -> Q:
    """Whoever has this document number; where an entry with it was merged, the person that stayed."""
    index = blind_index(normalise_id_number(number), field="id_number")
    having = apps.get_model("residents", "Person").objects.filter(id_index=index)
    return Q(pk__in=having.values_list(Coalesce("merged_into_id", "id"), flat=True))


def _compact(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def _by_chinese(text: str) -> tuple[Way, ...]:
    if re.search(r"\d", text):
        return _at_address(text)
    name = normalise_name(text)
    if not name:
        return ()
    return (_named(name), *(_at_address(text) if YARD.fullmatch(text) else ()))


def _named(name: str) -> Way:
    part = name[:PART]

    def fits() -> Q:
        parts = apps.get_model("residents", "NamePart").objects.filter(
            *(Q(person_id=OuterRef("pk")), Q(community_id=OuterRef("community_id"))),
            *(Q(part=part), Q(full_name__contains=name)),
        )
        return Q(Exists(parts))

    if name == part:
        return Way(fits, _NAMED.format(more=""), (part,))
    return Way(fits, _NAMED.format(more=" AND strpos(full_name, %s) > 0"), (part, name))


def _by_letters(letters: str) -> tuple[Way, ...]:
    # As a range, which the index in the order of names answers; LIKE would ask for another.
    behind = letters[:-1] + chr(ord(letters[-1]) + 1)
    return (
        _beginning("initials", letters),
        _beginning("initials_alt", letters, is_rare=True),
        Way(
            lambda: Q(pinyin__gte=letters, pinyin__lt=behind),
            _LETTERED.format(which="pinyin >= %s AND pinyin < %s"),
            (letters, behind),
        ),
    )


def _beginning(column: str, letters: str, *, is_rare: bool = False) -> Way:
    """The index is that of the first two letters; whoever types more looks among those."""
    two = letters[:2]
    which = f"left({column}, 2) = %s AND starts_with({column}, %s)"
    fits = Q(Exact(Left(column, 2), two), **{f"{column}__startswith": letters})
    if is_rare:  # the index leaves out those who have none
        which, fits = f"{which} AND {column} <> ''", fits & ~Q(**{column: ""})
    return Way(lambda: fits, _LETTERED.format(which=which), (two, letters))


def _at_address(text: str) -> tuple[Way, ...]:
    """Who lives there now. Whether a building is called 栋, 幢 or 号楼 makes no difference: its number counts."""
    found = ADDRESS.fullmatch("".join(text.split()))
    if found is None or not any(found.groups()):
        return ()
    yard, building, unit, door = found.groups()

    def fits() -> Q:
        units = Place.objects.filter(level=PlaceLevel.UNIT)
        if yard:
            # From above: there are few yards, and many units in a district.
            yards = Place.objects.filter(level__in=ABOVE_BUILDINGS, name__contains=yard)
            units = units.filter(parent__parent__in=yards.values("pk"))
        if building:
            units = units.filter(parent__name__regex=_numbered(building))
        if unit:
            units = units.filter(name__regex=_numbered(unit))
        if not door:
            return Q(place__in=units.values("pk"))
        occupancies = apps.get_model("residents", "Occupancy").objects.current()
        living = occupancies.filter(kind__in=HOME, dwelling__place__in=units.values("pk"))
        return Q(pk__in=living.filter(dwelling__door__in=_doors(door)).values("person_id"))

    return (Way(fits, *_living(yard, building, unit, door)),)


def _living(yard: str, building: str, unit: str, door: str) -> tuple[str, tuple[str, ...]]:
    which = ""
    values: tuple[str, ...] = ()
    for condition, value in (
        ("strpos(yard.name, %s) > 0", yard),
        ("building.name ~ %s", building and _numbered(building)),
        ("unit.name ~ %s", unit and _numbered(unit)),
    ):
        if value:
            which += f" AND {condition}"
            values += (value,)
    homes = _BY_DOOR if door else _BY_PLACE
    return _LIVING.format(which=which, homes=homes), values + (_doors(door) if door else ())


def _doors(door: str) -> tuple[str, ...]:
    return door, f"0{door}"


def _numbered(number: str) -> str:
    return f"^0*{number}([^0-9]|$)"

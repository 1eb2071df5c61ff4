"""人口变动月报: a place and a month, start plus what happened is the end. Events folded into numbers; only reads.

Whole months are kept as sums (PopulationMonth). What was recorded since the last count is folded in on reading, so a
page is exact at once and never adds up history.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.enums import Basis, EventKind, OccupancyKind, Relation
from residents.base.models import HouseholdMember, Occupancy, PersonEvent, PopulationMonth
from residents.base.querysets_life import SIDES

Lineages = Mapping[uuid.UUID, Sequence[uuid.UUID]]
Key = tuple[uuid.UUID, date, str]  # place, first day of the month, basis
Flows = dict[Key, Counter[str]]

# What a month is made of, with its sign; `inside` and `households` change no sum.
SIGNS = {
    "entered": 1, "births": 1, "deaths": -1, "came": 1, "left": -1, "moved_in": 1, "moved_out": -1,
    "merged": -1,
}  # fmt: skip
COLUMNS = (*SIGNS, "inside")


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    label: str | Promise
    definition: str | Promise


DEFINED = (
    Column("births", _("出生"), _("当月出生并登记的人。")),
    Column("deaths", _("死亡"), _("当月死亡的人。")),
    Column("came", _("市外迁入"), _("当月从本市以外迁来的人；户籍口径为落户。")),
    Column("left", _("迁往市外"), _("当月迁到本市以外的人；户籍口径为户口迁出。")),
    Column("moved_in", _("市内迁入"), _("当月从本市其他地方迁到这里的人。")),
    Column("moved_out", _("市内迁出"), _("当月从这里迁到本市其他地方的人。")),
    Column("entered", _("登记入库"), _("当月第一次登记到基础库的原有居民。")),
    Column("merged", _("重复合并"), _("当月发现一人登记了两份档案、合并后少计的人数。")),
    Column("inside", _("本地内迁移"), _("当月在本地之内搬家的人，不改变总数。")),
)


@dataclass(slots=True)
class Month:
    """A statement of one place on one basis."""

    start: int = 0
    flows: Counter[str] = field(default_factory=Counter)
    households: int = 0

    @property
    def end(self) -> int:
        return self.start + net(self.flows)


def net(flows: Mapping[str, int]) -> int:
    return sum(sign * flows.get(column, 0) for column, sign in SIGNS.items())


def first_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def lineages() -> Lineages:
    """Of every community: all places above it, and itself."""
    places = list(Place.objects.public())
    by_code = {place.code: place.pk for place in places}
    return {
        place.pk: [by_code[code] for code in place.path.split("/") if code in by_code]
        for place in places
        if place.level == PlaceLevel.COMMUNITY
    }


# --- folding --------------------------------------------------------------------------------------
def fold(events: QuerySet[PersonEvent], above: Lineages) -> Flows:
    """What events did to every place, by month and basis. One grouped query, as long as there are ways to move."""
    found: Flows = {}
    sides = [side for pair in SIDES.values() for side in pair]
    rows = (
        events.order_by()
        .annotate(month=TruncMonth("on"))
        .values_list("month", "kind", "was_head", "is_head", *sides)
        .annotate(n=Count("pk"))
    )
    for month, kind, was_head, is_head, *ends, n in rows:
        for basis, was, now in zip(SIDES, ends[::2], ends[1::2], strict=True):
            _count(found, (month, basis), kind, above.get(was, ()), above.get(now, ()), n)
            _heads(found, (month, basis), above.get(was, ()) if was_head else (), -n)
            _heads(found, (month, basis), above.get(now, ()) if is_head else (), n)
    return found


def _count(
    found: Flows,
    at: tuple[date, str],
    kind: str,
    was: Sequence[uuid.UUID],
    now: Sequence[uuid.UUID],
    n: int,
) -> None:
    if kind == EventKind.MERGED:
        # Nobody came or left: a double is no longer counted. Where its tie went over, the two sides cancel out.
        for place in {*was, *now}:
            found.setdefault((place, *at), Counter())["merged"] += n * (
                (place in was) - (place in now)
            )
        return
    arrives = {EventKind.BIRTH: "births", EventKind.ENTERED: "entered"}.get(EventKind(kind), "came")
    leaves = "deaths" if kind == EventKind.DEATH else "left"
    for place in {*was, *now}:
        if place not in was:
            column = "moved_in" if was else arrives
        elif place not in now:
            column = "moved_out" if now else leaves
        elif was != now or (kind == EventKind.MOVE and at[1] == Basis.ACTUAL):
            column = "inside"  # the register does not notice another door in the same community
        else:
            continue
        found.setdefault((place, *at), Counter())[column] += n


def _heads(found: Flows, at: tuple[date, str], places: Iterable[uuid.UUID], n: int) -> None:
    for place in places:
        found.setdefault((place, *at), Counter())["households"] += n


def pending(above: Lineages) -> Flows:
    """What was recorded since the last count: new events, less what a correction took back of the counted ones."""
    flows = fold(PersonEvent.objects.standing().uncounted(), above)
    taken = PersonEvent.objects.filter(is_counted=True, corrected_by__is_counted=False)
    for key, counter in fold(taken, above).items():
        flows.setdefault(key, Counter()).subtract(counter)
    return flows


# --- what was there -------------------------------------------------------------------------------
def stock(day: date, above: Lineages) -> dict[tuple[uuid.UUID, str], Counter[str]]:
    """Persons and households of every place on a day, counted from the dated ties. For the first month, and to
    prove the others."""
    holds = Q(from_on__lte=day) & (Q(to_on__isnull=True) | Q(to_on__gt=day))
    heads = HouseholdMember.objects.filter(
        holds, person_id=OuterRef("person_id"), relation=Relation.HEAD
    )
    rows = (
        Occupancy.objects.filter(holds)
        .annotate(heads=Exists(heads))
        .order_by()
        .values_list("community", "kind", "heads")
        .annotate(n=Count("pk"))
    )
    found: dict[tuple[uuid.UUID, str], Counter[str]] = {}
    for community, kind, is_head, n in rows:
        basis = Basis.REGISTERED if kind == OccupancyKind.REGISTERED else Basis.ACTUAL
        for place in above.get(community, ()):
            counter = found.setdefault((place, basis), Counter())
            counter["persons"] += n
            counter["households"] += n if is_head else 0
    return found


# --- statements -----------------------------------------------------------------------------------
Statements = dict[Key, Month]


def statements(
    places: Collection[uuid.UUID], first: date, last: date, above: Lineages | None = None
) -> Statements:
    """Every month from `first` to `last` of these places on both bases, in a fixed number of queries."""
    above = lineages() if above is None else above
    kept = {
        (row.place_id, row.month, row.basis): row
        for row in PopulationMonth.objects.all().of(places, first, last)
    }
    before = {
        (row.place_id, row.basis): row
        for row in PopulationMonth.objects.all().last_before(places, first)
    }
    late = pending(above)
    # Nothing is counted yet: the dated ties themselves say what was there, late events included.
    is_bare = not kept and not before
    bare = stock(first - timedelta(days=1), above) if is_bare else {}
    found: Statements = {}
    for place in places:
        for basis in Basis.values:
            ends = before.get((place, basis))
            there = bare.get((place, basis), Counter())
            persons, households = there["persons"], there["households"]
            if ends is not None:
                persons, households = ends.end, ends.households
            extra: Counter[str] = Counter() if is_bare else _before(late, place, basis, first)
            for at in months(first, last):
                key = place, at, basis
                row = kept.get(key)
                flows = Counter({column: getattr(row, column) for column in COLUMNS} if row else {})
                flows.update(late.get(key, {}))
                start = (row.start if row else persons) + net(extra)
                extra.update(late.get(key, {}))
                persons, households = (row.end, row.households) if row else (persons, households)
                found[key] = Month(start, flows, households + extra["households"])
    return found


def months(first: date, last: date) -> Iterable[date]:
    """The first days of the months from one to another, both included."""
    at = first
    while at <= last:
        yield at
        at = next_month(at)


def _before(late: Flows, place: uuid.UUID, basis: str, first: date) -> Counter[str]:
    total: Counter[str] = Counter()
    for (where, month, on_basis), flows in late.items():
        if where == place and on_basis == basis and month < first:
            total.update(flows)
    return total


def first_month(place: uuid.UUID) -> date | None:
    """The first month that is counted; before it nothing is known."""
    rows = PopulationMonth.objects.filter(place_id=place)
    first: date | None = rows.aggregate(first=Min("month"))["first"]
    return first


def sides_of(basis: str) -> tuple[str, str]:
    """The relations of an event that say where from and where to."""
    return SIDES[Basis(basis)]


# --- the events behind a figure ---------------------------------------------------------------------
def behind(column: str, basis: str, place: Place, month: date) -> QuerySet[PersonEvent]:
    """The events that a figure counted: as many as it says."""
    was, now = SIDES[Basis(basis)]
    was_in = Q(**{f"{was}__path__startswith": place.path})
    now_in = Q(**{f"{now}__path__startswith": place.path})
    was_none, now_none = (Q(**{f"{side}__isnull": True}) for side in (was, now))
    stays = ~Q(**{was: F(now)})
    if basis == Basis.ACTUAL:
        stays |= Q(kind=EventKind.MOVE)
    # A tie that went over from one entry to the other: both sides of one act.
    handed_over = PersonEvent.objects.filter(
        act_id=OuterRef("act_id"), kind=EventKind.MERGED
    ).filter(was_none & now_in)
    conditions = {
        "births": was_none & now_in & Q(kind=EventKind.BIRTH),
        "entered": was_none & now_in & Q(kind=EventKind.ENTERED),
        "came": was_none
        & now_in
        & ~Q(kind__in=[EventKind.BIRTH, EventKind.ENTERED, EventKind.MERGED]),
        "deaths": was_in & now_none & Q(kind=EventKind.DEATH),
        "left": was_in & now_none & ~Q(kind__in=[EventKind.DEATH, EventKind.MERGED]),
        "merged": was_in & now_none & Q(kind=EventKind.MERGED) & ~Exists(handed_over),
        "moved_in": ~was_none & ~was_in & now_in,
        "moved_out": was_in & ~now_none & ~now_in,
        "inside": was_in & now_in & stays,
    }
    last = next_month(month) - timedelta(days=1)
    return PersonEvent.objects.standing().between(month, last).filter(conditions[column])

"""What a rule may ask of a person, and how the database answers for all persons at once.

Each fact is NULL where the base does not know: so AND, OR and NOT of the database are the three-valued logic that a
rule needs. Most are read off a person and his ties of today; what needs other rows is a table by person, made once
for all (`asking` puts them together).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, StrIndex
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.attributes import ATTRIBUTES
from residents.base.eligibility.ages import Span
from residents.base.eligibility.children import CHILD, parents
from residents.base.enums import OccupancyKind
from residents.base.models import HouseholdMember, Occupancy

Expression: TypeAlias = Any  # what Django takes in annotate(): it has no common type for it
Rows: TypeAlias = "QuerySet[Any, Any]"

_HOMES = (OccupancyKind.ACTUAL, OccupancyKind.RENTED)


def ties() -> dict[str, FilteredRelation]:
    """The ties of today, which expressions name: of each sort a person has one at the most. Made anew for each
    query, which changes them."""
    today = Q(occupancies__to_on__isnull=True)
    return {
        "registered": FilteredRelation(
            "occupancies", condition=today & Q(occupancies__kind=OccupancyKind.REGISTERED)
        ),
        "living": FilteredRelation(
            "occupancies", condition=today & Q(occupancies__kind__in=_HOMES)
        ),
    }


@dataclass(frozen=True, slots=True)
class Fact:
    """`kind` is the type of its values. `own` is an expression over a person, `by_person` a queryset of (person,
    value), which counts first. With a `span` the value is a day, told as the time since then."""

    key: str
    label: str | Promise
    kind: type
    own: Callable[[], Expression] | None = None
    by_person: Callable[[], Rows] | None = None
    codes: Mapping[str, str | Promise] = field(default_factory=dict)
    span: Span | None = None
    unit: str | Promise = ""
    kept: str = ""  # its column in PersonFacts; an app above keeps its facts itself


def _born() -> Expression:
    return F("birth_on")


def _code(key: str) -> Fact:
    attribute = ATTRIBUTES[key]
    column = key if attribute.on_person else f"detail__{key}"

    def own() -> Expression:
        unknown = Value("0" if key == "sex" else "")
        return NullIf(F(column), unknown, output_field=CharField())

    return Fact(key, attribute.label, str, own, codes=attribute.codes, kept=key)


def _yes_no(key: str) -> Fact:
    def own() -> Expression:
        column = f"detail__{key}"
        return Case(
            When(**{column: "1"}, then=Value(True)),
            When(**{column: "0"}, then=Value(False)),
            output_field=BooleanField(null=True),
        )

    return Fact(key, ATTRIBUTES[key].label, bool, own, kept=key)


def _registered_here() -> Expression:
    """户籍: by the tie to a dwelling here, else by whether the address names the city; else unknown.

    Who sold the flat stays in the collective register of the community: an address here, and no dwelling.
    """
    home = (
        HouseholdMember.objects.filter(person=OuterRef("pk"), to_on__isnull=True)
        .exclude(household__registered_address="")
        .order_by("-from_on")
        .values("household__registered_address")
    )
    address = Coalesce(NullIf(F("detail__registered_address"), Value("")), Subquery(home[:1]))
    city = Place.objects.filter(level=PlaceLevel.CITY).values("name")
    return Case(
        When(registered__isnull=False, then=Value(True)),
        default=GreaterThan(StrIndex(address, Subquery(city[:1])), 0),
        output_field=BooleanField(null=True),
    )


def _lives_here() -> Expression:
    return Case(
        When(living__isnull=False, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _arrived() -> Rows:
    """Since when somebody who has moved lives in the city without a break: from one dwelling to another is none.

    Few have ever moved: the others arrived when their tie of today began.
    """
    # Not by the kinds of home: the planner would take the index of a constraint, which is slow to read.
    homes = Occupancy.objects.exclude(kind=OccupancyKind.REGISTERED)
    moved = homes.filter(to_on__isnull=False).values("person")
    here = homes.filter(to_on__isnull=True, person__in=moved).values("person")
    joined = homes.filter(person=OuterRef("person"), from_on__lt=OuterRef("from_on")).filter(
        Q(to_on__isnull=True)
        | Q(GreaterThanOrEqual(F("to_on") + Value(timedelta(days=1)), OuterRef("from_on")))
    )
    began = homes.filter(~Exists(joined), person__in=here).order_by()
    return began.values_list("person").annotate(since=Max("from_on"))


def _household_size() -> Rows:
    members = HouseholdMember.objects.filter(
        to_on__isnull=True, household__members__to_on__isnull=True
    )
    return members.order_by().values_list("person").annotate(n=Count("household__members"))


def _youngest_child() -> Rows:
    """The birth of the youngest child with whom a parent lives (`children`).

    A child whose birth nobody knows does not hide the others.
    """
    return parents().values_list("person").annotate(born=Max(f"{CHILD}__person__birth_on"))


def _level() -> Expression:
    return Cast(NullIf(F("detail__disability_level"), Value("")), IntegerField())


FACTS: dict[str, Fact] = {
    fact.key: fact
    for fact in (
        Fact("age", _("年龄"), int, _born, span=Span.YEARS, unit=_("岁"), kept="birth_on"),
        Fact(
            *("age_months", _("月龄"), int, _born),
            span=Span.MONTHS,
            unit=_("个月"),
            kept="birth_on",
        ),
        Fact("registered_here", _("本地户籍"), bool, _registered_here, kept="registered_here"),
        Fact("lives_here", _("在本地居住"), bool, _lives_here, kept="lives_here"),
        Fact(
            *("months_here", _("在本地连续居住"), int, lambda: F("living__from_on"), _arrived),
            span=Span.MONTHS,
            unit=_("个月"),
            kept="here_since",
        ),
        Fact(
            *("youngest_child", _("最小的孩子"), int, None, _youngest_child),
            span=Span.MONTHS,
            unit=_("个月"),
            kept="youngest_child",
        ),
        Fact(
            *("household_size", _("家庭人口"), int, None, _household_size),
            unit=_("人"),
            kept="household_size",
        ),
        Fact("disability_level", _("残疾等级"), int, _level, kept="disability_level"),
        _yes_no("lives_alone"),
        *(
            _code(key)
            for key in (
                *("sex", "ethnic_group", "marital_status", "education", "employment", "pension"),
                *("medical_insurance", "aid_status", "disability_kind"),
            )
        ),
    )
}


# The columns of PersonFacts, each with a fact that it keeps.
KEPT: dict[str, str] = {fact.kept: fact.key for fact in FACTS.values()}


def declare(fact: Fact) -> None:
    """Add what an app above knows of a person, when the portal starts: its own table by person, and what holds of
    everybody who is not in it."""
    if fact.by_person is None or not (fact.own is None or isinstance(fact.own(), Value)):
        raise TypeError(fact.key)
    FACTS[fact.key] = fact

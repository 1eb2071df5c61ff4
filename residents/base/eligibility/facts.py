"""What a rule may ask of a person, and how the database answers for all persons at once.

Each fact is an expression over Person that is NULL where the base does not know: so AND, OR and NOT of the
database are the three-valued logic that a rule needs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf, StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.attributes import ATTRIBUTES
from residents.base.eligibility.tree import Rule, Test
from residents.base.enums import OccupancyKind, PersonState, Relation
from residents.base.models import HouseholdMember, Occupancy, Person

Expression: TypeAlias = Any  # what Django takes in annotate(): it has no common type for it


@dataclass(frozen=True, slots=True)
class Fact:
    """`kind` is the type of its values; `expression(day)` is NULL where the fact is not known."""

    key: str
    label: str | Promise
    kind: type
    expression: Callable[[date], Expression]
    codes: Mapping[str, str | Promise] = field(default_factory=dict)
    unit: str | Promise = ""


def _years(day: date) -> Expression:
    age = Func(Value(day), F("birth_on"), function="age")
    return Cast(Func(Value("year"), age, function="date_part"), IntegerField())


def _months(since: Expression, day: date) -> Expression:
    """Whole months from a day to another, by the calendar."""
    age = Func(Value(day), since, function="age")
    years = Func(Value("year"), age, function="date_part")
    months = Func(Value("month"), age, function="date_part")
    return Cast(years * 12 + months, IntegerField())


def _code(key: str) -> Fact:
    attribute = ATTRIBUTES[key]
    column = key if attribute.on_person else f"detail__{key}"

    def expression(_day: date) -> Expression:
        unknown = Value("0" if key == "sex" else "")
        return NullIf(F(column), unknown, output_field=CharField())

    return Fact(key, attribute.label, str, expression, attribute.codes)


def _yes_no(key: str) -> Fact:
    def expression(_day: date) -> Expression:
        column = f"detail__{key}"
        return Case(
            When(**{column: "1"}, then=Value(True)),
            When(**{column: "0"}, then=Value(False)),
            output_field=BooleanField(null=True),
        )

    return Fact(key, ATTRIBUTES[key].label, bool, expression)


def _ties(*kinds: OccupancyKind) -> QuerySet[Occupancy]:
    return Occupancy.objects.filter(person=OuterRef("pk"), kind__in=kinds, to_on__isnull=True)


def _registered_here(_day: date) -> Expression:
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
        When(Exists(_ties(OccupancyKind.REGISTERED)), then=Value(True)),
        default=GreaterThan(StrIndex(address, Subquery(city[:1])), 0),
        output_field=BooleanField(null=True),
    )


def _lives_here(_day: date) -> Expression:
    return Exists(_ties(OccupancyKind.ACTUAL, OccupancyKind.RENTED))


def _months_here(day: date) -> Expression:
    """Whole months of living in the city without a break: a move from one dwelling to another is none."""
    homes = Occupancy.objects.filter(kind__in=[OccupancyKind.ACTUAL, OccupancyKind.RENTED])
    joined = homes.filter(person=OuterRef("person"), from_on__lt=OuterRef("from_on")).filter(
        Q(to_on__isnull=True)
        | Q(GreaterThanOrEqual(F("to_on") + Value(timedelta(days=1)), OuterRef("from_on")))
    )
    arrived = homes.filter(~Exists(joined), person=OuterRef("pk")).order_by("-from_on")
    return Case(
        When(_lives_here(day), then=_months(Subquery(arrived.values("from_on")[:1]), day)),
        output_field=IntegerField(null=True),
    )


def _household_size(_day: date) -> Expression:
    mine = HouseholdMember.objects.filter(person=OuterRef(OuterRef("pk")), to_on__isnull=True)
    members = (
        HouseholdMember.objects.filter(household__in=mine.values("household"), to_on__isnull=True)
        .order_by()
        .values("to_on")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Subquery(members, output_field=IntegerField())


_CHILDREN = ("20", "21", "22", "23", "24", "27", "29", "30", "31", "32", "33", "37", "39")
_PARENTS = (Relation.HEAD, Relation.SPOUSE, Relation.HUSBAND, Relation.WIFE)


def _youngest_child(day: date) -> Expression:
    """Age in months of the youngest child with whom a head of household or his spouse lives.

    A child whose birth nobody knows does not hide the others.
    """
    mine = HouseholdMember.objects.filter(
        person=OuterRef(OuterRef("pk")), to_on__isnull=True, relation__in=_PARENTS
    )
    born = (
        HouseholdMember.objects.filter(
            household__in=mine.values("household"),
            to_on__isnull=True,
            relation__in=_CHILDREN,
            person__state=PersonState.ACTIVE,
        )
        .order_by(F("person__birth_on").desc(nulls_last=True))
        .values("person__birth_on")
    )
    return _months(Subquery(born[:1]), day)


def _level(_day: date) -> Expression:
    return Cast(NullIf(F("detail__disability_level"), Value("")), IntegerField())


FACTS: dict[str, Fact] = {
    fact.key: fact
    for fact in (
        Fact("age", _("年龄"), int, _years, unit=_("岁")),
        Fact("age_months", _("月龄"), int, lambda day: _months(F("birth_on"), day), unit=_("个月")),
        Fact("registered_here", _("本地户籍"), bool, _registered_here),
        Fact("lives_here", _("在本地居住"), bool, _lives_here),
        Fact("months_here", _("在本地连续居住"), int, _months_here, unit=_("个月")),
        Fact("youngest_child", _("最小的孩子"), int, _youngest_child, unit=_("个月")),
        Fact("household_size", _("家庭人口"), int, _household_size, unit=_("人")),
        Fact("disability_level", _("残疾等级"), int, _level),
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


def declare(fact: Fact) -> None:
    """Add what an app above knows of a person, when the portal starts."""
    FACTS[fact.key] = fact


_LOOKUPS = {
    ">=": GreaterThanOrEqual,
    ">": GreaterThan,
    "<=": LessThanOrEqual,
    "<": LessThan,
    "=": Exact,
}


def with_facts(persons: QuerySet[Person], keys: Iterable[str], day: date) -> QuerySet[Person, Any]:
    """The persons with the value of each fact in `fact_<key>`; None is unknown."""
    return persons.annotate(**{f"fact_{key}": FACTS[key].expression(day) for key in keys})


def with_verdicts(
    persons: QuerySet[Person], rules: Mapping[str, Rule], day: date
) -> QuerySet[Person, Any]:
    """The persons with True, False or None (not enough is known) for each rule in `fits_<name>`; one pass."""
    return persons.annotate(
        **{
            f"fits_{name}": ExpressionWrapper(_verdict(rule, day), BooleanField(null=True))
            for name, rule in rules.items()
        }
    )


def _verdict(rule: Rule, day: date) -> Q:
    if isinstance(rule, Test):
        lookup = _lookup(rule, day)
        return Q(Coalesce(lookup, Value(False)) if rule.no_if_unknown else lookup)
    parts = [_verdict(part, day) for part in rule.parts]
    if rule.word == "not":
        return ~parts[0]
    return Q(*parts, _connector=Q.AND if rule.word == "all" else Q.OR)


def _lookup(test: Test, day: date) -> Combinable | Any:
    expression = FACTS[test.fact].expression(day)
    if test.op == "in":
        return In(expression, list(test.value))  # type: ignore[arg-type]
    return _LOOKUPS[test.op](expression, test.value)

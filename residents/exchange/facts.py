"""The burden ledger: what reports cost communities in time, by office, month and community.

Each figure is a sum over `forms` or `requests`, so it is the same as the list that it opens.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, ExtractMonth, NullIf
from django.utils.translation import get_language

from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.attributes import ATTRIBUTES
from residents.exchange.layouts import ANSWER
from residents.exchange.models import ReportForm, ReportRequest, TypedAgain


@dataclass(frozen=True, slots=True)
class OfficeYear:
    body_id: UUID
    body: str
    months: tuple[int, ...]  # minutes, January first

    @property
    def minutes(self) -> int:
        return sum(self.months)


@dataclass(frozen=True, slots=True)
class CommunityYear:
    community: str
    forms: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Ledger:
    year: int
    offices: list[OfficeYear]
    communities: list[CommunityYear]
    forms: int
    minutes_spent: int
    minutes_saved: int
    held_asked: list[tuple[str, int]]  # heading's attribute, in how many requests it was wanted


def forms(scope: Scope, year: int) -> QuerySet[ReportForm]:
    """The forms that the viewer's communities filled in during a year."""
    return ReportForm.objects.visible_to(scope, Power.READ_FACTS).filled(
        date(year, 1, 1), date(year + 1, 1, 1)
    )


def ledger(scope: Scope, year: int) -> Ledger:
    rows = forms(scope, year)
    total = rows.order_by().aggregate(
        n=Count("pk"), spent=Sum("minutes_spent"), saved=Sum("minutes_saved")
    )
    return Ledger(
        year=year,
        offices=_offices(rows),
        communities=_communities(rows),
        forms=total["n"],
        minutes_spent=total["spent"] or 0,
        minutes_saved=total["saved"] or 0,
        held_asked=_held_asked(rows),
    )


def _named(path: str) -> Coalesce | F:
    """The name of a body or place in the language of the reader."""
    name = F(f"{path}__name")
    if get_language() != "en":
        return name
    return Coalesce(NullIf(F(f"{path}__name_en"), Value("")), name)


def _offices(rows: QuerySet[ReportForm]) -> list[OfficeYear]:
    months: dict[tuple[UUID, str], list[int]] = {}
    found = (
        rows.order_by("request__body__code")
        .annotate(month=ExtractMonth("filled_at"), office=_named("request__body"))
        .values_list("request__body_id", "office", "month")
        .annotate(minutes=Sum("minutes_spent"))
    )
    for body_id, name, month, minutes in found:
        months.setdefault((body_id, name), [0] * 12)[month - 1] += minutes
    years = [OfficeYear(pk, name, tuple(each)) for (pk, name), each in months.items()]
    return sorted(years, key=lambda office: -office.minutes)


def _communities(rows: QuerySet[ReportForm]) -> list[CommunityYear]:
    found = (
        rows.order_by("community__path")
        .annotate(where=_named("community"))
        .values_list("community__path", "where")
        .annotate(n=Count("pk"), minutes=Sum("minutes_spent"))
    )
    return [CommunityYear(name, n, minutes) for _path, name, n, minutes in found]


def _held_asked(rows: QuerySet[ReportForm]) -> list[tuple[str, int]]:
    """What offices wanted although the base holds it; it filled itself."""
    requests = ReportRequest.objects.filter(pk__in=rows.order_by().values("request_id"))
    counted: Counter[str] = Counter()
    for content in requests.order_by().values_list("content", flat=True):
        values = {column["value"] for column in content["columns"]}
        counted.update(value for value in values if not value.startswith(ANSWER))
    return [(key, n) for key, n in counted.most_common() if key in ATTRIBUTES]


def typed_twice(scope: Scope, start: date, end: date) -> list[tuple[str, str, int]]:
    """Fields typed twice between two days: attribute, form, how often. Empty where the portal asks rightly."""
    rows = TypedAgain.objects.visible_to(scope).between(start, end)
    found = rows.order_by("attribute", "form").values_list("attribute", "form")
    return [(key, form, n) for key, form, n in found.annotate(n=Count("pk"))]


def minutes_of(rows: QuerySet[ReportForm]) -> int:
    return rows.order_by().aggregate(sum=Sum("minutes_spent"))["sum"] or 0


def body_of(text: str) -> UUID | None:
    """The office that an address names; None where it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None

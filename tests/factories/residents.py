"""Persons with every derived column, and the households in which they live."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from factory import (
    Iterator,
    LazyAttribute,
    LazyFunction,
    Sequence,
    SubFactory,
    Trait,
    post_generation,
)
from factory.django import DjangoModelFactory

from dashboards.demo import numbers
from residents.base import actions
from residents.base.enums import DocumentType, OccupancyKind, PersonState, Relation, Sex
from residents.base.models import (
    CareFlag,
    CareKind,
    DataFinding,
    Dwelling,
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    SourceSystem,
)
from tests.factories.accounts import UserFactory
from tests.factories.governance import CommunityFactory, UnitFactory

ENROLLED = date(2024, 6, 3)


class SourceSystemFactory(DjangoModelFactory):
    class Meta:
        model = SourceSystem
        django_get_or_create = ["code"]

    code = "police"
    name = "公安户籍"
    name_en = "Police register"


class PersonFactory(DjangoModelFactory):
    """A grown-up in a community with a valid number and a phone nobody has.

    `id_number=""` makes a person without one, `community=…` puts her there. With `account=True`
    an account is bound to her.
    """

    class Meta:
        model = Person
        skip_postgeneration_save = True

    class Params:
        elder = Trait(full_name="陈桂芝", sex=Sex.FEMALE, birth_on=date(1944, 3, 8))
        baby = Trait(birth_on=date(2026, 1, 10), id_number="", phone="")
        mongolian = Trait(full_name="乌力吉·巴特尔", ethnic_group="02")
        deceased = Trait(state=PersonState.DECEASED)

    full_name = Iterator(
        ["张伟民", "李秀英", "王建国", "刘芳", "单雪梅", "赵志强", "白音巴图", "孙桂兰"]
    )
    sex = Sex.MALE
    birth_on = date(1985, 1, 1)
    ethnic_group = "01"
    community = SubFactory(CommunityFactory)
    place = LazyAttribute(lambda o: o.community)
    id_number = LazyAttribute(
        lambda o: numbers.id_number(
            f"15{o.serial // 499 % 10000:04d}",
            o.birth_on,
            is_male=o.sex == Sex.MALE,
            serial=o.serial % 499,
        )
    )
    phone = LazyAttribute(lambda o: numbers.phone(o.serial))
    document_type = LazyAttribute(
        lambda o: DocumentType.RESIDENT_ID if o.id_number else DocumentType.NONE
    )
    provenance = LazyAttribute(lambda o: {"full_name": ["police", str(ENROLLED)]})
    verified_on = ENROLLED
    serial = Sequence(lambda n: n)

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("serial")
        number, phone = kwargs.pop("id_number"), kwargs.pop("phone")
        kwargs |= actions.name_columns(kwargs["full_name"]) | actions.phone_columns(phone or "")
        return kwargs | (actions.number_columns(number) if number else {})

    @post_generation
    def account(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.account = (
                UserFactory(resident=True, display_name=self.full_name)
                if extracted is True
                else extracted
            )
            self.save(update_fields=["account"])


class DwellingFactory(DjangoModelFactory):
    class Meta:
        model = Dwelling

    place = SubFactory(UnitFactory)
    door = Sequence(lambda n: f"{n // 2 % 30 + 1}0{n % 2 + 1}-{n}")
    address = LazyAttribute(lambda o: f"青年小区{o.place.name}{o.door}")


class HouseholdFactory(DjangoModelFactory):
    """A household at its dwelling, without members; `household(…)` makes one with people."""

    class Meta:
        model = Household

    community = SubFactory(CommunityFactory)
    lives_at = LazyAttribute(lambda o: DwellingFactory(place=UnitFactory(community=o.community)))
    registered_at = LazyAttribute(lambda o: o.lives_at)
    number = Sequence(lambda n: f"1503020{n:08d}")


class CareKindFactory(DjangoModelFactory):
    class Meta:
        model = CareKind
        django_get_or_create = ["code"]

    code = "lives_alone"
    name = "独居老人"
    name_en = "Elder living alone"
    purpose = "上门探访"
    purpose_en = "Visits"
    basis = "民发〔2022〕73号"
    review_months = 6
    max_months = 24


class CareFlagFactory(DjangoModelFactory):
    """A flag given lately; `due=True`: it waits for a look."""

    class Meta:
        model = CareFlag

    class Params:
        due = Trait(review_on=LazyFunction(timezone.localdate))

    person = SubFactory(PersonFactory)
    kind = SubFactory(CareKindFactory)
    from_on = ENROLLED
    review_on = LazyFunction(lambda: timezone.localdate() + timedelta(days=90))
    expires_on = LazyFunction(lambda: timezone.localdate() + timedelta(days=180))
    source = SubFactory(SourceSystemFactory)
    given_by = "第1社区服务站 · 服务站站长"
    consent = "consent"


class DataFindingFactory(DjangoModelFactory):
    class Meta:
        model = DataFinding

    code = "place_differs"
    person = SubFactory(PersonFactory)
    community = LazyAttribute(lambda o: o.person.community)
    found_at = LazyFunction(timezone.now)
    last_seen = LazyAttribute(lambda o: o.found_at)


def household(head: Person, **members: Person) -> Household:
    """The household of `head` with others by relation: household(mother, son=child) uses Relation.SON."""
    home = HouseholdFactory(community=head.community)
    for relation, person in {"head": head, **members}.items():
        HouseholdMember.objects.create(
            household=home, person=person, relation=Relation[relation.upper()], from_on=ENROLLED
        )
        Occupancy.objects.create(
            person=person,
            community=home.community,
            dwelling=home.lives_at,
            kind=OccupancyKind.ACTUAL,
            from_on=ENROLLED,
        )
    return home


def years_ago(years: int) -> date:
    """The birthday of somebody who is `years` old today."""
    today = timezone.localdate()
    return date(today.year - years, 1, 1)

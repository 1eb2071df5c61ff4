"""From families to rows: numbers, telephones, cards, addresses, ties and where each fact comes from."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial
from uuid import UUID

from community.governance.models import Place
from dashboards.demo import names, numbers
from dashboards.demo.details import details_of
from dashboards.demo.households import Family, Maker, Someone
from dashboards.demo.life import Home, Years, chronicle
from dashboards.demo.places import Ground, Site, new_id
from dashboards.demo.wanted import WANTED
from residents.base.actions import name_columns, number_columns, phone_columns
from residents.base.actions.bulk import Batch
from residents.base.enums import DocumentType, OccupancyKind, PersonState, Relation, Sex
from residents.base.models import Dwelling, Household, HouseholdMember, Occupancy, Person

# Where people of a town were first registered: near ones, then the provinces from which miners and builders came.
# 152801, 152701, 152722, 612701, 642101 and 510202 are codes of counties that were renamed or merged since:
# a number keeps the code of its first issue.
_AREAS = {
    "150302": 300, "150303": 110, "150304": 130, "152801": 40, "150802": 30, "152701": 25, "150602": 20,
    "152722": 20, "150121": 15, "150221": 15, "640202": 40, "640221": 35, "642101": 20, "622101": 8, "620321": 45,
    "620102": 15, "612701": 30, "610113": 12, "140202": 15, "142226": 10, "130702": 12, "410122": 20, "370102": 12,
    "510202": 10, "511023": 8, "341221": 8, "230102": 8,
}  # fmt: skip
_AREA_CODES, _AREA_WEIGHTS = list(_AREAS), list(_AREAS.values())
_HOMES = {
    "150302": "内蒙古自治区乌海市海勃湾区", "150303": "内蒙古自治区乌海市海南区", "150304": "内蒙古自治区乌海市乌达区",
    "150802": "内蒙古自治区巴彦淖尔市临河区", "150602": "内蒙古自治区鄂尔多斯市东胜区",
    "640202": "宁夏回族自治区石嘴山市大武口区",
    "640221": "宁夏回族自治区石嘴山市平罗县", "620321": "甘肃省金昌市永昌县", "610113": "陕西省西安市雁塔区",
    "140202": "山西省大同市城区", "410122": "河南省郑州市中牟县", "370102": "山东省济南市历下区",
}  # fmt: skip
_ROADS = ("解放街", "人民路", "团结巷", "建设路", "新华街")
# 永久居留身份证: 9, the region that issued it, the nationality (GB/T 2659: Mongolia, Russia, Poland, Viet Nam).
_FOREIGN_AREAS = ("915496", "915643", "915616", "915704")

_named = lru_cache(maxsize=20_000)(name_columns)


@dataclass(slots=True)
class Population:
    """The rows of one community, parents before children."""

    ground: Ground
    batch: Batch
    wanted: dict[str, UUID] = field(default_factory=dict)  # key of a wanted person → id


@dataclass(slots=True)
class _Writer:
    site: Site
    community_id: UUID
    rng: random.Random
    as_of: date
    until: date
    population: Population
    taken: set[str] = field(default_factory=set)
    homes: list[Home] = field(default_factory=list)
    serial: int = 0

    @property
    def batch(self) -> Batch:
        return self.population.batch

    def family(self, family: Family, dwelling: Dwelling) -> None:
        rng, site = self.rng, self.site
        lives_at = dwelling if family.is_here else None
        is_registered_here = not family.is_registered_elsewhere
        home = Household(
            id=new_id(rng),
            number=f"{site.code}{len(self.batch.households) + 1:06d}",
            community_id=self.community_id,
            registered_at=dwelling if is_registered_here and family.is_here else None,
            registered_address=""
            if is_registered_here and family.is_here
            else self._address(is_registered_here),
            lives_at=lives_at,
        )
        self.batch.households.append(home)
        came_on = self.until - timedelta(days=rng.randint(40, 700 if family.is_rented else 7000))
        members: list[HouseholdMember] = []
        for one in family.people:
            person = self._person(one, lives_at)
            detail = details_of(person, one, family, shares=self.site.people, as_of=self.as_of)
            if detail is not None:
                self.batch.details.append(detail)
            from_on = max(came_on, one.birth_on)
            if one.left_on is not None:
                from_on = min(from_on, one.left_on)
            members += self._member(home, person, one, family, from_on)
            self._occupy(person, dwelling if family.is_here else None, family, from_on, one.left_on)
        self.batch.members += members
        if family.is_here:
            current = [row for row in members if row.to_on is None]
            self.homes.append(Home(home, dwelling, current))

    def _member(
        self, home: Household, person: Person, one: Someone, family: Family, from_on: date
    ) -> list[HouseholdMember]:
        """A place in the household; who heads it since the former head died was the spouse until then."""
        spans = [(one.relation, from_on, one.left_on)]
        former = [each.left_on for each in family.people if each.relation == Relation.HEAD]
        died_on = next((day for day in former if day is not None), None)
        if one.relation == Relation.HEAD and one.left_on is None and died_on and from_on < died_on:
            spans = [(Relation.SPOUSE, from_on, died_on), (Relation.HEAD, died_on, None)]
        return [
            HouseholdMember(
                household=home, person=person, relation=relation, from_on=start, to_on=end
            )
            for relation, start, end in spans
        ]

    def _occupy(
        self,
        person: Person,
        dwelling: Dwelling | None,
        family: Family,
        from_on: date,
        to_on: date | None,
    ) -> None:
        kinds = []
        if family.is_here:
            kinds.append(OccupancyKind.RENTED if family.is_rented else OccupancyKind.ACTUAL)
        if not family.is_registered_elsewhere:
            kinds.append(OccupancyKind.REGISTERED)
        self.batch.occupancies += [
            Occupancy(
                person=person,
                community_id=self.community_id,
                dwelling=dwelling,
                kind=kind,
                from_on=from_on,
                to_on=to_on,
            )
            for kind in kinds
        ]

    def newborn(self, home: Home, born_on: date, ties: Iterable[Occupancy]) -> None:
        """A child of a couple: no number yet, the birth certificate is the document."""
        head, rng = home.head().person, self.rng
        sex = Sex.FEMALE if rng.random() < 0.48 else Sex.MALE
        is_line = "·" not in head.full_name and len(head.full_name) <= 3
        draw = (
            partial(names.full, head.full_name[0], sex=sex, birth_on=born_on)
            if is_line
            else partial(names.mongolian, sex=sex)
        )
        taken = {row.person.full_name for row in home.members}
        relation = Relation.DAUGHTER if sex == Sex.FEMALE else Relation.SON
        child = Someone(
            relation,
            sex,
            born_on,
            names.another(draw, rng, taken),
            ethnic_group=head.ethnic_group,
        )
        person = self._person(child, home.dwelling, f"O{self.site.index:03d}{self.serial:06d}")
        self.batch.members.append(
            HouseholdMember(
                household=home.household, person=person, relation=relation, from_on=born_on
            )
        )
        for tie in ties:
            if tie.to_on is None:
                self.batch.occupancies.append(
                    Occupancy(
                        person=person,
                        community_id=tie.community_id,
                        dwelling=tie.dwelling,
                        kind=tie.kind,
                        from_on=born_on,
                    )
                )

    def _address(self, is_registered_here: bool) -> str:
        if is_registered_here:  # with the community itself, because the flat was sold
            return f"{_HOMES[self.site.district]}{self.site.name}集体户"
        home, street = self.rng.choice(list(_HOMES.values())), self.rng.choice(_ROADS)
        return f"{home}{street}{self.rng.randint(1, 220)}号"

    def _person(self, one: Someone, lives_at: Dwelling | None, certificate: str = "") -> Person:
        rng = self.rng
        self.serial += 1
        age = (self.as_of - one.birth_on).days / 365.2425
        number, document = certificate, DocumentType.BIRTH_CERTIFICATE
        if not certificate:
            number, document = self._document(one, age)
        phone = self._phone(one, age)
        seen_on = max(self.as_of - timedelta(days=rng.randint(3, 540)), one.birth_on)
        provenance = {"full_name": ["police", str(one.birth_on if age < 1 else seen_on)]}
        if number:
            provenance |= {"id_number": ["police", str(seen_on)]}
        if phone:
            source = rng.choices(("grid_visit", "counter", "self"), (6, 3, 1))[0]
            provenance |= {"phone": [source, str(seen_on)]}
        card = ""
        if age > 16 and not one.is_foreign and (age > 60 or rng.random() < 0.15):
            card = numbers.bank_card(self.site.index * 10**6 + self.serial)
            provenance |= {
                "bank_card": [rng.choice(("civil_affairs", "human_resources")), str(seen_on)]
            }
        person = Person(
            id=new_id(rng),
            **_named(one.name),
            **(number_columns(number) if number else {}),
            **phone_columns(phone),
            sex=one.sex,
            birth_on=one.birth_on,
            ethnic_group=one.ethnic_group,
            document_type=document,
            bank_card=card or None,
            state=one.state,
            place_id=lives_at.place_id if lives_at and one.left_on is None else self.community_id,
            community_id=self.community_id,
            provenance=provenance,
            verified_on=seen_on if rng.random() < 0.93 else None,
        )
        self.batch.persons.append(person)
        if one.note:
            self.population.wanted[one.note] = person.pk
        return person

    def _phone(self, one: Someone, age: float) -> str:
        if one.state != PersonState.ACTIVE:
            return ""
        has_one = (
            0 if age < 12 else 0.35 if age < 18 else 0.93 if age < 70 else 0.7 if age < 80 else 0.4
        )
        if not one.note and self.rng.random() >= has_one:
            return ""
        # 100,000 numbers for each community: two persons never share one by accident.
        return numbers.phone(self.site.index * 100_000 + self.serial)

    def _document(self, one: Someone, age: float) -> tuple[str, DocumentType]:
        if one.is_foreign:
            return self._number(
                one, self.rng.choice(_FOREIGN_AREAS)
            ), DocumentType.FOREIGN_PERMANENT
        if age < 0.7 and self.rng.random() < 0.5:
            return "", DocumentType.NONE
        area = one.area or self._area(age)
        is_permit = area.startswith(("81", "82", "83"))
        return self._number(
            one, area
        ), DocumentType.HK_MO_TW_PERMIT if is_permit else DocumentType.RESIDENT_ID

    def _area(self, age: float) -> str:
        """Children were registered where they live; the older somebody is, the rarer."""
        if self.rng.random() < 0.0003:
            return self.rng.choice(("810000", "830000"))
        if self.rng.random() < max(0.25, 0.98 - age * 0.012):
            return self.site.district
        return self.rng.choices(_AREA_CODES, _AREA_WEIGHTS)[0]

    def _number(self, one: Someone, area: str) -> str:
        """A number that nobody else in the city has. Moves the birthday by days when a day is used up."""
        is_male = one.sex == Sex.MALE
        if one.note:
            serials = numbers.SPECIAL_SERIALS
        else:
            first = self.site.index * numbers.SERIALS_PER_COMMUNITY
            serials = range(first, first + numbers.SERIALS_PER_COMMUNITY)
        while True:
            for serial in serials:
                number = numbers.id_number(area, one.birth_on, is_male=is_male, serial=serial)
                if number not in self.taken:
                    self.taken.add(number)
                    return number
            one.birth_on -= timedelta(days=1)


def populate(
    site: Site,
    ground: Ground,
    *,
    seed: int,
    community: Place,
    as_of: date,
    until: date | None = None,
) -> Population:
    """Everybody in a community. The same seed gives the same people, in whatever order communities are made;
    with a later day `until` they have lived on since the day of the place file."""
    until = until if until is not None and until > as_of + timedelta(days=30) else as_of
    rng = random.Random(f"{seed}:{site.code}")
    population = Population(ground, Batch(dwellings=ground.dwellings))
    writer = _Writer(site, community.pk, rng, as_of, until, population)
    maker = Maker(rng, site.people, as_of)
    families = [wanted.family for wanted in WANTED if wanted.community == site.code]
    families += [maker.family() for _n in range(site.households - len(families))]
    doors = rng.sample(ground.dwellings, len(families))
    for family, dwelling in zip(families, doors, strict=True):
        writer.family(family, dwelling)
    # Lived by dice of its own, so that the people stay the same whatever the day.
    writer.rng = random.Random(f"{seed}:{site.code}:life")
    if until > as_of:
        _live_on(writer, doors)
    since = date(until.year - 1, 1, 1)
    population.batch.events = chronicle(population.batch, community, since=since, rng=writer.rng)
    return population


def _live_on(writer: _Writer, doors: list[Dwelling]) -> None:
    taken = {door.pk for door in doors}
    spare = (door for door in writer.population.ground.dwellings if door.pk not in taken)
    years = Years(
        writer.rng,
        writer.batch,
        writer.as_of,
        writer.until,
        frozenset(writer.population.wanted.values()),
    )
    for home, born_on in years.pass_by(writer.homes, spare):
        writer.newborn(home, born_on, years.ties[home.head().person_id])

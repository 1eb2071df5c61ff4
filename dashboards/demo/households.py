"""Who lives together: the shapes of households, in plain values. Ages are counted at the day of the data file."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import accumulate

from dashboards.demo import names
from residents.base.enums import PersonState, Relation, Sex

YEAR = 365.2425


@dataclass(slots=True)
class Someone:
    """A person to be; `left_on` is the day on which a member died or moved away."""

    relation: Relation
    sex: str
    birth_on: date
    name: str = ""
    ethnic_group: str = ""
    state: PersonState = PersonState.ACTIVE
    left_on: date | None = None
    is_foreign: bool = False
    area: str = ""  # of the ID number; drawn when empty
    note: str = ""  # why a demo account uses this person


@dataclass(slots=True)
class Family:
    """A household to be. Tenants rent; `is_here` is false for those registered here who live elsewhere."""

    people: list[Someone]
    is_rented: bool = False
    is_registered_elsewhere: bool = False
    is_here: bool = True

    @property
    def head(self) -> Someone:
        return next(
            one for one in self.people if one.relation == Relation.HEAD and one.left_on is None
        )


@dataclass(slots=True)
class Maker:
    """Draws families for one community. `people` are the shares of the place file, `as_of` its day."""

    rng: random.Random
    people: Mapping[str, float]
    as_of: date
    shapes: list[Callable[[], Family]] = field(init=False)
    sums: list[float] = field(init=False)

    def __post_init__(self) -> None:
        shares = self._shares()
        self.shapes, self.sums = list(shares), list(accumulate(shares.values()))

    def _shares(self) -> dict[Callable[[], Family], float]:
        """Shares of households. Those of the old follow the community's figures, the others share the rest."""
        alone = self.people["elders_alone"]
        # Old persons per household, less those alone, with their children or with an unmarried child.
        couples = (self.people["elders"] * 2.17 - alone - 0.055 * 1.45 - 0.025 * 1.1) / 2
        old = {
            self.elder_alone: alone,
            self.elder_couple: max(couples, 0.02),
            self.three_generations: 0.055,
            self.elder_with_child: 0.025,
        }
        rest = 1 - sum(old.values())
        young: dict[Callable[[], Family], float] = {
            self.single: 0.285,
            self.couple: 0.27,
            self.couple_with_child: 0.27,
            self.couple_with_two: 0.065,
            self.single_parent: 0.05,
            self.tenants: 0.06,
        }
        return old | {shape: rest * share for shape, share in young.items()}

    def family(self) -> Family:
        family = self.rng.choices(self.shapes, cum_weights=self.sums)[0]()
        if self.rng.random() < (
            0.95 if family.is_rented else self.people["registered_elsewhere"] * 0.8
        ):
            family.is_registered_elsewhere = True
        elif self.rng.random() < 0.02:
            family.is_here = (
                False  # 人在户不在, the other way round: registered here, living elsewhere
            )
        self._name(family)
        return family

    # --- shapes ---------------------------------------------------------------------------------

    def elder_alone(self) -> Family:
        age = self._old(62, 94)
        widow = self._one(Relation.HEAD, self._sex(0.66), age)
        people = [widow]
        if self.rng.random() < 0.45:
            people.append(self._spouse_who_died(widow, age))
        return Family(people)

    def elder_couple(self) -> Family:
        age = self._old(61, 88)
        return Family(self._pair(age, age - self.rng.randint(-1, 5)))

    def elder_with_child(self) -> Family:
        age = self._old(64, 88)
        head = self._one(Relation.HEAD, self._sex(0.5), age)
        return Family([head, self._child(age, 24, 34)])

    def single(self) -> Family:
        return Family([self._one(Relation.HEAD, self._sex(0.42), self.rng.triangular(22, 60, 44))])

    def couple(self) -> Family:
        age = self.rng.triangular(25, 61, 54)
        family = Family(self._pair(age, age - self.rng.randint(-2, 5)))
        if age > 48 and self.rng.random() < 0.06:
            family.people.append(self._child_who_left(age))
        return family

    def couple_with_child(self) -> Family:
        age = self.rng.triangular(26, 52, 39)
        return Family([*self._pair(age, age - self.rng.randint(-2, 4)), self._child(age, 24, 33)])

    def couple_with_two(self) -> Family:
        age = self.rng.triangular(29, 50, 38)
        people = [*self._pair(age, age - self.rng.randint(-2, 4)), self._child(age, 23, 27)]
        return Family([*people, self._child(age, 28, 32)])

    def single_parent(self) -> Family:
        age = self.rng.triangular(27, 54, 41)
        head = self._one(Relation.HEAD, self._sex(0.62), age)
        return Family([head, self._child(age, 23, 30)])

    def three_generations(self) -> Family:
        age = self.rng.triangular(33, 48, 38)
        people = [*self._pair(age, age - self.rng.randint(-2, 4)), self._child(age, 24, 32)]
        is_man = people[0].sex == Sex.MALE
        mother = self._one(Relation.MOTHER, Sex.FEMALE, age + self.rng.randint(22, 30))
        mother.note = "" if is_man else "own"
        people.append(mother)
        if self.rng.random() < 0.6:
            people.append(self._one(Relation.FATHER, Sex.MALE, age + self.rng.randint(24, 33)))
        return Family(people)

    def tenants(self) -> Family:
        age = self.rng.triangular(20, 48, 27)
        if self.rng.random() < 0.45:
            family = Family(self._pair(age, age - self.rng.randint(-2, 3)), is_rented=True)
            if self.rng.random() < 0.08:
                family.people[1].is_foreign = True
            return family
        people = [self._one(Relation.HEAD, self._sex(0.35), age)]
        for _n in range(self.rng.randint(1, 2)):
            people.append(
                self._one(Relation.NOT_RELATED, people[0].sex, self.rng.triangular(19, 40, 25))
            )
        return Family(people, is_rented=True)

    # --- parts ----------------------------------------------------------------------------------

    def _old(self, low: float, high: float) -> float:
        """An age of the old: ever fewer with every year."""
        return low + (high - low) * self.rng.betavariate(1.05, 2.6)

    def _sex(self, women: float) -> str:
        return Sex.FEMALE if self.rng.random() < women else Sex.MALE

    def _one(self, relation: Relation, sex: str, age: float) -> Someone:
        born = self.as_of - timedelta(days=max(2, round(age * YEAR) + self.rng.randint(-180, 180)))
        return Someone(relation, sex, born)

    def _pair(self, head_age: float, other_age: float) -> list[Someone]:
        """Husband and wife; the wife is the head in a fifth of the households."""
        man, woman = (Relation.HEAD, Relation.SPOUSE)
        if self.rng.random() < 0.2:
            man, woman = woman, man
        pair = [
            self._one(man, Sex.MALE, head_age),
            self._one(woman, Sex.FEMALE, max(other_age, 20.5)),
        ]
        return sorted(pair, key=lambda one: one.relation)

    def _child(self, parent_age: float, low: int, high: int) -> Someone:
        age = max(0.02, parent_age - self.rng.uniform(low, high))
        sex = self._sex(0.47)
        relation = Relation.SON if sex == Sex.MALE else Relation.DAUGHTER
        if (
            age < 1
        ):  # the youngest are spread over the year, not over the year around their birthday
            return Someone(relation, sex, self.as_of - timedelta(days=self.rng.randint(3, 360)))
        return self._one(relation, sex, max(age, 1))

    def _child_who_left(self, parent_age: float) -> Someone:
        child = self._child(parent_age, 23, 28)
        left = self.as_of - timedelta(days=self.rng.randint(30, 1500))
        return replace(child, state=PersonState.MOVED_OUT, left_on=max(left, child.birth_on))

    def _spouse_who_died(self, widow: Someone, age: float) -> Someone:
        """The former head; the widow took the place over."""
        sex = Sex.MALE if widow.sex == Sex.FEMALE else Sex.FEMALE
        spouse = self._one(Relation.HEAD, sex, age + self.rng.randint(-3, 5))
        died = self.as_of - timedelta(days=self.rng.randint(60, 3000))
        return replace(spouse, state=PersonState.DECEASED, left_on=died)

    # --- names ----------------------------------------------------------------------------------

    def _name(self, family: Family) -> None:
        """Children carry the father's name, husband and wife their own; a household is of one people mostly."""
        group = self._ethnic_group()
        style = self.rng.choices((names.BARE, names.DOTTED, names.WITH_SURNAME), (50, 25, 25))[0]
        line = names.surname(self.rng, group)
        father = names.mongolian(self.rng, Sex.MALE)
        taken: set[str] = set()
        draw: Callable[[random.Random], str]
        for one in family.people:
            if one.is_foreign:
                one.name, one.ethnic_group = self.rng.choice(names.FOREIGN), ""
                continue
            is_blood = (
                one.relation not in {Relation.SPOUSE, Relation.NOT_RELATED, Relation.MOTHER}
                or one.note == "own"
            )
            one.note = ""
            one.ethnic_group = group if is_blood or self.rng.random() < 0.7 else "01"
            if one.ethnic_group == "02" and style != names.WITH_SURNAME:
                draw = partial(
                    names.mongolian, sex=one.sex, father=father if style == names.DOTTED else ""
                )
            else:
                own = line if is_blood else names.surname(self.rng, one.ethnic_group)
                draw = partial(names.full, own, sex=one.sex, birth_on=one.birth_on)
            one.name = names.another(draw, self.rng, taken)
            taken.add(one.name)

    def _ethnic_group(self) -> str:
        mongolian = self.people["mongolian"]
        others = {"03": 0.028, "11": 0.022, "31": 0.003, "15": 0.002, "10": 0.001}
        chance = self.rng.random()
        for code, share in {"02": mongolian, **others}.items():
            if chance < share:
                return code
            chance -= share
        return "01"

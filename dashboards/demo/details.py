"""What departments know of invented people: work, insurance, assistance, disability. Drawn for each person alone."""

import random
from collections.abc import Mapping
from datetime import date

from dashboards.demo.households import Family, Someone
from residents.base.enums import (
    AidStatus,
    DisabilityLevel,
    Employment,
    MaritalStatus,
    MedicalInsurance,
    Pension,
    PersonState,
    YesNo,
)
from residents.base.models import Person, PersonDetail

SOURCES = {
    "employment": "human_resources",
    "pension": "human_resources",
    "medical_insurance": "healthcare_security",
    "aid_status": "civil_affairs",
    "marital_status": "civil_affairs",
    "disability_certificate": "disabled_federation",
    "disability_kind": "disabled_federation",
    "disability_level": "disabled_federation",
    "lives_alone": "grid_visit",
}


def details_of(
    person: Person, one: Someone, family: Family, *, shares: Mapping[str, float], as_of: date
) -> PersonDetail | None:
    """The row of details, None for who is gone. `shares` are those of the place file."""
    if one.state != PersonState.ACTIVE or one.is_foreign:
        return None
    rng = random.Random(f"details:{person.pk}")
    age = (as_of - one.birth_on).days / 365.2425
    facts = {**_work(rng, age), **_home(rng, age, family)}
    # One draw for the whole household: assistance is given to households.
    if (
        random.Random(f"aid:{family.head.birth_on}:{family.head.name}").random()
        < shares["low_income"]
    ):
        facts["aid_status"] = AidStatus.LOW_INCOME
    number = person.id_number
    if number and len(number) == 18 and rng.random() < shares["disabled"]:
        kind, level = str(rng.choices(range(1, 8), (12, 12, 3, 50, 9, 11, 3))[0]), _level(rng)
        facts |= {
            "disability_certificate": f"{number}{kind}{level}",
            "disability_kind": kind,
            "disability_level": level,
        }
    seen_on = str(person.verified_on or as_of)
    provenance = {key: [SOURCES[key], seen_on] for key in facts}
    return PersonDetail(person=person, provenance=provenance, **facts)


def _work(rng: random.Random, age: float) -> dict[str, str]:
    if age < 16:
        return {"medical_insurance": MedicalInsurance.RESIDENT}
    if age >= 60:
        drawing = rng.choices(
            (Pension.EMPLOYEE_DRAWING, Pension.RESIDENT_DRAWING, Pension.RESIDENT), (60, 37, 3)
        )[0]
        insured = (
            MedicalInsurance.EMPLOYEE
            if drawing == Pension.EMPLOYEE_DRAWING
            else MedicalInsurance.RESIDENT
        )
        return {"employment": Employment.RETIRED, "pension": drawing, "medical_insurance": insured}
    work = rng.choices(
        (
            Employment.EMPLOYED,
            Employment.FLEXIBLE,
            Employment.UNEMPLOYED,
            Employment.HARD_TO_PLACE,
            Employment.NOT_WORKING,
        ),
        (62, 20, 4, 2, 12),
    )[0]
    is_employee = work == Employment.EMPLOYED
    return {
        "employment": work,
        "pension": Pension.EMPLOYEE if is_employee else Pension.RESIDENT,
        "medical_insurance": MedicalInsurance.EMPLOYEE
        if is_employee
        else MedicalInsurance.RESIDENT,
    }


def _home(rng: random.Random, age: float, family: Family) -> dict[str, str]:
    here = [one for one in family.people if one.left_on is None]
    facts: dict[str, str] = {}
    if age >= 60:
        facts["lives_alone"] = YesNo.YES if len(here) == 1 else YesNo.NO
    if age >= 22 and rng.random() < 0.7:
        facts["marital_status"] = MaritalStatus.MARRIED if len(here) > 1 else MaritalStatus.SINGLE
    return facts


def _level(rng: random.Random) -> str:
    return str(rng.choices(DisabilityLevel.values, (18, 27, 30, 25))[0])

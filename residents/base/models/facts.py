"""What rules ask of people, side by side in a narrow row for each living person: kept up, never the truth.

The database itself notes whose row may be out of date (migration 0002), whichever way somebody writes; the rows are
brought up to date before they are read (`actions/eligibility.py`). Each column is a fact of `eligibility/facts.py`.
"""

from django.db import models

from residents.base.models.person import Person
from residents.base.ties import OnMerge, Tie, declare


def _code(length: int = 2) -> "models.CharField[str | None, str | None]":
    return models.CharField(max_length=length, null=True)


class PersonFacts(models.Model):
    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    birth_on = models.DateField(null=True)
    registered_here = models.BooleanField(null=True)
    lives_here = models.BooleanField(null=True)
    here_since = models.DateField(null=True)
    youngest_child = models.DateField(null=True)
    household_size = models.PositiveIntegerField(null=True)
    disability_level = models.PositiveSmallIntegerField(null=True)
    lives_alone = models.BooleanField(null=True)
    sex = _code(1)
    ethnic_group = _code()
    marital_status = _code()
    education = _code()
    employment = _code()
    pension = _code()
    medical_insurance = _code()
    aid_status = _code()
    disability_kind = _code()


class StaleFacts(models.Model):
    """Whose facts changed: a person's, those of all who ever belonged to a household, or everybody's (neither)."""

    person_id = models.UUIDField(null=True)
    household_id = models.UUIDField(null=True)
    is_taken = models.BooleanField(default=False)


declare(
    Tie("residents.PersonFacts", "person", OnMerge.KEEP),
    Tie("residents.StaleFacts", "person_id", OnMerge.KEEP),
)

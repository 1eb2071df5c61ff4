from residents.models.household import Dwelling, Household, HouseholdMember, Occupancy
from residents.models.person import Person
from residents.models.registration import AccountClaim
from residents.models.source import SourceSystem
from residents.models.visit import Visit

__all__ = [
    "AccountClaim",
    "Dwelling",
    "Household",
    "HouseholdMember",
    "Occupancy",
    "Person",
    "SourceSystem",
    "Visit",
]

from residents.models.household import Dwelling, Household, HouseholdMember, Occupancy
from residents.models.person import Person
from residents.models.source import SourceSystem

__all__ = ["Dwelling", "Household", "HouseholdMember", "Occupancy", "Person", "SourceSystem"]

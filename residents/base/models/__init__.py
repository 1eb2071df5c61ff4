from residents.base.models.canary import Canary
from residents.base.models.care import CareFlag, CareKind
from residents.base.models.conflict import ConflictTicket
from residents.base.models.detail import PersonDetail
from residents.base.models.double import DoubleCandidate
from residents.base.models.event import PersonEvent
from residents.base.models.facts import PersonFacts, StaleFacts
from residents.base.models.finding import DataFinding
from residents.base.models.household import Dwelling, Household, HouseholdMember, Occupancy
from residents.base.models.limit import BaseLimit, Watermark
from residents.base.models.merge import PersonMerge
from residents.base.models.name import NamePart
from residents.base.models.person import Person
from residents.base.models.population import PopulationMonth
from residents.base.models.registration import AccountClaim
from residents.base.models.source import SourceRank, SourceRecord, SourceSystem
from residents.base.models.visit import Visit

__all__ = [
    "AccountClaim",
    "BaseLimit",
    "Canary",
    "CareFlag",
    "CareKind",
    "ConflictTicket",
    "DataFinding",
    "DoubleCandidate",
    "Dwelling",
    "Household",
    "HouseholdMember",
    "NamePart",
    "Occupancy",
    "Person",
    "PersonDetail",
    "PersonEvent",
    "PersonFacts",
    "PersonMerge",
    "PopulationMonth",
    "SourceRank",
    "SourceRecord",
    "SourceSystem",
    "StaleFacts",
    "Visit",
    "Watermark",
]

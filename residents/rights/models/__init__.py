from residents.rights.models.copy import Copy
from residents.rights.models.family import FamilyConsent, Guardianship
from residents.rights.models.figure import RetentionRule, RightsFigure
from residents.rights.models.purpose import Consent, ProcessingPurpose
from residents.rights.models.request import Correction, Deletion, KinRequest, Paper

__all__ = [
    "Consent",
    "Copy",
    "Correction",
    "Deletion",
    "FamilyConsent",
    "Guardianship",
    "KinRequest",
    "Paper",
    "ProcessingPurpose",
    "RetentionRule",
    "RightsFigure",
]

from servicehall.cases.models.accord import Consultation, Undertaking
from servicehall.cases.models.batch import Batch, BatchEntry
from servicehall.cases.models.case import (
    Case,
    CaseEvent,
    ClockPause,
    Rating,
    ReviewStep,
    Supplement,
)
from servicehall.cases.models.draft import Draft, Upload
from servicehall.cases.models.family import CaseFamily
from servicehall.cases.models.kept_paper import KeptPaper
from servicehall.cases.models.mandate import Mandate
from servicehall.cases.models.message import CaseMessage
from servicehall.cases.models.proposal import Proposal, ProposalRun
from servicehall.cases.models.signature import CoSignature

__all__ = [
    "Batch",
    "BatchEntry",
    "Case",
    "CaseEvent",
    "CaseFamily",
    "CaseMessage",
    "ClockPause",
    "CoSignature",
    "Consultation",
    "Draft",
    "KeptPaper",
    "Mandate",
    "Proposal",
    "ProposalRun",
    "Rating",
    "ReviewStep",
    "Supplement",
    "Undertaking",
    "Upload",
]

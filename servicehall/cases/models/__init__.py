from servicehall.cases.models.case import (
    Case,
    CaseEvent,
    ClockPause,
    Rating,
    ReviewStep,
    Supplement,
)
from servicehall.cases.models.draft import Draft, Upload
from servicehall.cases.models.proposal import Proposal, ProposalRun

__all__ = [
    "Case",
    "CaseEvent",
    "ClockPause",
    "Draft",
    "Proposal",
    "ProposalRun",
    "Rating",
    "ReviewStep",
    "Supplement",
    "Upload",
]

from servicehall.models.case import Case, CaseEvent, ClockPause, Rating, ReviewStep, Supplement
from servicehall.models.catalogue import ItemVersion, NegativeCertificate, ServiceItem, Window
from servicehall.models.draft import Draft, Upload
from servicehall.models.limit import HallLimit
from servicehall.models.proposal import Proposal, ProposalRun
from servicehall.models.rating_questions import RatingQuestions
from servicehall.models.search import EmptySearch

__all__ = [
    "Case",
    "CaseEvent",
    "ClockPause",
    "Draft",
    "EmptySearch",
    "HallLimit",
    "ItemVersion",
    "NegativeCertificate",
    "Proposal",
    "ProposalRun",
    "Rating",
    "RatingQuestions",
    "ReviewStep",
    "ServiceItem",
    "Supplement",
    "Upload",
    "Window",
]

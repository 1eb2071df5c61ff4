from servicehall.catalogue.models.item import (
    ItemVersion,
    NegativeCertificate,
    ServiceItem,
    Window,
    in_language,
)
from servicehall.catalogue.models.limit import HallLimit
from servicehall.catalogue.models.rating_questions import RatingQuestions
from servicehall.catalogue.models.search import EmptySearch

__all__ = [
    "EmptySearch",
    "HallLimit",
    "ItemVersion",
    "NegativeCertificate",
    "RatingQuestions",
    "ServiceItem",
    "Window",
    "in_language",
]

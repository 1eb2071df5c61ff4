from servicehall.catalogue.models.bundle import Bundle
from servicehall.catalogue.models.item import (
    ItemVersion,
    NegativeCertificate,
    ServiceItem,
    Window,
)
from servicehall.catalogue.models.limit import HallLimit
from servicehall.catalogue.models.rating_questions import RatingQuestions
from servicehall.catalogue.models.search import EmptySearch
from servicehall.catalogue.wording import in_words as in_language

__all__ = [
    "Bundle",
    "EmptySearch",
    "HallLimit",
    "ItemVersion",
    "NegativeCertificate",
    "RatingQuestions",
    "ServiceItem",
    "Window",
    "in_language",
]

from servicehall.aftercare.models.benefit import Benefit, BenefitEvent, BenefitTask
from servicehall.aftercare.models.delivery import Delivery
from servicehall.aftercare.models.duration import ExpectedDuration
from servicehall.aftercare.models.rectification import Rectification, RectificationEvent

__all__ = [
    "Benefit",
    "BenefitEvent",
    "BenefitTask",
    "Delivery",
    "ExpectedDuration",
    "Rectification",
    "RectificationEvent",
]

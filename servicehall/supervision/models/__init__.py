from servicehall.supervision.models.finding import Finding
from servicehall.supervision.models.ladder import Escalation, Rung, SupervisionRule, SweepMark
from servicehall.supervision.models.urging import Urging, UrgingSerial

__all__ = [
    "Escalation",
    "Finding",
    "Rung",
    "SupervisionRule",
    "SweepMark",
    "Urging",
    "UrgingSerial",
]

"""The only writers of supervision, one function per verb."""

from servicehall.supervision.actions.climbing import climb, sweep
from servicehall.supervision.actions.finding import dismiss_finding, record_finding, record_paper
from servicehall.supervision.actions.loading import load_supervision
from servicehall.supervision.actions.recomputing import recompute
from servicehall.supervision.actions.urging import close_urging, reply_urging, return_urging, urge

__all__ = [
    "climb",
    "close_urging",
    "dismiss_finding",
    "load_supervision",
    "recompute",
    "record_finding",
    "record_paper",
    "reply_urging",
    "return_urging",
    "sweep",
    "urge",
]

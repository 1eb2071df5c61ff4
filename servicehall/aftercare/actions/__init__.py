"""The only writers of what follows a case, one function per verb."""

from servicehall.aftercare.actions.benefits import (
    change,
    look as open_benefit,
    prove,
    recheck,
    report,
    resume,
    set_amount,
    stop,
    suspend,
)
from servicehall.aftercare.actions.clockwork import (
    close_rectifications,
    count_durations,
    find_tasks,
)
from servicehall.aftercare.actions.delivering import deliver
from servicehall.aftercare.actions.following import follow
from servicehall.aftercare.actions.rating import complain, rate_again
from servicehall.aftercare.actions.rectifying import (
    answer,
    appeal,
    call_back,
    confirm,
    doubt,
    open_rectification,
    rectify,
    reveal_phone,
    set_aside,
    tell_rater,
    uphold,
)

__all__ = [
    "answer",
    "appeal",
    "call_back",
    "change",
    "close_rectifications",
    "complain",
    "confirm",
    "count_durations",
    "deliver",
    "doubt",
    "find_tasks",
    "follow",
    "open_benefit",
    "open_rectification",
    "prove",
    "rate_again",
    "recheck",
    "rectify",
    "report",
    "resume",
    "reveal_phone",
    "set_amount",
    "set_aside",
    "stop",
    "suspend",
    "tell_rater",
    "uphold",
]

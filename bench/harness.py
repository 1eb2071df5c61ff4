"""The arithmetic of a benchmark: A and B alternate, the check comes first, a ratio needs no quiet machine."""

import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROUNDS = 5
REPEATS = 3
NOISY = 2.0  # the widest ratio of a trial over its narrowest
TICKS = os.sysconf("SC_CLK_TCK")

Call = Callable[[], object]
Check = Callable[[], object]


class Wrong(Exception):
    """What was to be measured does not give the right answer, so its speed is of no interest."""


@dataclass(frozen=True)
class Trial:
    """Calls against other calls that do the least that could be done. The result is A over B.

    `goal` is the most that the ratio may be, or with `is_faster` the least that B over A must be.
    """

    name: str
    subject: Sequence[Call]
    yardstick: Sequence[Call]
    check: Check
    goal: float
    by: str = "p99"  # or cpu: of this process and of its database connection
    is_faster: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A number that is read once: queries, bytes, or a ratio of what takes too long to be repeated."""

    name: str
    read: Callable[[], float]
    check: Check
    goal: float
    unit: str
    is_faster: bool = False


@dataclass(frozen=True)
class Result:
    name: str
    value: float
    goal: float
    unit: str = "x"
    is_faster: bool = False
    spread: float = 1.0
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def is_noisy(self) -> bool:
        return self.spread > NOISY

    @property
    def is_met(self) -> bool:
        return self.value >= self.goal if self.is_faster else self.value <= self.goal


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value below which (or at which) that share of the values lies."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def run(measure: Trial | Reading) -> Result:
    """Check, then measure. Raises Wrong; a noisy trial is repeated once, and stays noisy if it is so again."""
    measure.check()
    if isinstance(measure, Reading):
        value, unit = measure.read(), measure.unit
        return Result(measure.name, value, measure.goal, unit, is_faster=measure.is_faster)
    result = _rounds(measure)
    return _rounds(measure) if result.is_noisy else result


def _rounds(trial: Trial) -> Result:
    cost = _slowest if trial.by == "p99" else _cpu
    pairs = [cost(trial.subject, trial.yardstick) for _round in range(ROUNDS + 1)][
        1:
    ]  # warm by now
    return summary(trial, pairs)


def summary(trial: Trial, pairs: Sequence[tuple[float, float]]) -> Result:
    """The median of the rounds' ratios, and how far apart they lie."""
    ratios = [b / a if trial.is_faster else a / b for a, b in pairs]
    milliseconds = {
        side: round(statistics.median(pair[n] for pair in pairs) * 1000, 3)
        for n, side in enumerate(("subject_ms", "yardstick_ms"))
    }
    return Result(
        trial.name,
        statistics.median(ratios),
        trial.goal,
        is_faster=trial.is_faster,
        spread=max(ratios) / min(ratios),
        details={"by": trial.by, **milliseconds, **trial.details},
    )


def _slowest(subject: Sequence[Call], yardstick: Sequence[Call]) -> tuple[float, float]:
    """The 99th percentile of each side: of the calls, not of the machine, hence the best time of each call.

    Call by call in turn, so that a busy moment meets both.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(max(len(subject), len(yardstick))):
        for side, calls in enumerate((subject, yardstick)):
            taken[side].append(min(_seconds(calls[number % len(calls)]) for _ in range(REPEATS)))
    return quantile(taken[0], 0.99), quantile(taken[1], 0.99)


def _seconds(call: Call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _cpu(subject: Sequence[Call], yardstick: Sequence[Call]) -> tuple[float, float]:
    return _cpu_of(subject), _cpu_of(yardstick)


def _cpu_of(calls: Sequence[Call]) -> float:
    """Seconds of one call on average, over enough calls for the coarse clock of the other process."""
    began, number = cpu_seconds(), 0
    while cpu_seconds() - began < 1.0:
        for call in calls:
            call()
        number += len(calls)
    return (cpu_seconds() - began) / number


def cpu_seconds() -> float:
    """Processor time of this process and of the server process behind its connection."""
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICKS

"""A circuit breaker: who is down is left in peace for a while, and costs nobody any waiting."""

import time
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class Breaker:
    """Opens after `threshold` failures in a row and stays open for `pause` seconds; then one try is
    enough to close it or to open it again. Lives in one process; its clock is monotonic."""

    threshold: int
    pause: float
    lost: int = 0  # failures and refusals since the process began
    _row: int = 0
    _open_until: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def succeeded(self) -> None:
        with self._lock:
            self._row, self._open_until = 0, 0.0

    def failed(self) -> None:
        with self._lock:
            self.lost += 1
            self._row += 1
            if self._row >= self.threshold:
                self._open_until = time.monotonic() + self.pause

    def skipped(self) -> None:
        """Something was not even tried because we are open."""
        with self._lock:
            self.lost += 1

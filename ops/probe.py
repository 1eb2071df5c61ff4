"""Health checks of the containers: `python -m ops.probe web|worker`. Exit code 0 means healthy."""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from ops.heartbeat import DEAF_AFTER, seconds_since_heartbeat

PORT = 8000
TIMEOUT = 5.0  # seconds


def web() -> bool:
    """Whether the server in this container is ready. It answers only to a name it knows."""
    name = os.environ["ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".")
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/healthz/ready", headers={"Host": name}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def worker(*, uptime: float | None = None) -> bool:
    """Whether the worker takes tasks from the broker. A new one, or one without database, is spared."""
    age = seconds_since_heartbeat(os.environ["DATABASE_URL"])
    if uptime is None:
        uptime = time.time() - Path("/proc/1").stat().st_ctime
    return age is None or min(age, uptime) <= DEAF_AFTER


if __name__ == "__main__":
    is_healthy = worker() if sys.argv[1:] == ["worker"] else web()
    sys.exit(0 if is_healthy else 1)

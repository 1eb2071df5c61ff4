"""`make stop` ends the portal of this state directory; `make reset` also forgets all its data."""

import os
import shutil
import signal
import sys
import time

from ops import devpg, state
from ops.run import Failed, alone

PATIENCE = 60.0  # seconds for the supervisor to end everything in order


def supervisor_pid() -> int | None:
    """The process id of the supervisor, None when none works on this state directory.

    Its lock decides: a number left in a file may by now be somebody else's process.
    """
    try:
        with alone():
            return None
    except Failed:
        rows = (state.STATE_DIR / "pids").read_text(encoding="ascii").splitlines()
        return int(dict(row.split() for row in rows)["supervisor"])


def stop() -> bool:
    """Whether nothing runs any more."""
    pid = supervisor_pid()
    if pid is None:
        return True
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if supervisor_pid() is None:
            return True
        time.sleep(0.1)
    return False


def reset() -> None:
    """Delete the database, the uploads, the keys and the logs of this machine.

    Raises Failed where the state directory holds more than the portal's own files.
    """
    directory = state.STATE_DIR
    if not (directory / "run.lock").exists() or directory in (state.ROOT, *state.ROOT.parents):
        raise Failed(f"{directory} 不是一站的数据目录 · is not a state directory, left as it is")
    cluster = devpg.Cluster()
    cluster.end_left_over()
    if cluster.refuge:
        shutil.rmtree(cluster.refuge, ignore_errors=True)
    shutil.rmtree(directory)


def main() -> int:
    if not stop():
        print("无法停止 · it does not stop; see .state/pids")
        return 1
    print("已停止 · stopped")
    if sys.argv[1:] == ["--reset"]:
        if os.environ.get("DATABASE_URL"):
            print("DATABASE_URL 指向的数据库未改动 · the database of DATABASE_URL is left as it is")
        try:
            reset()
        except Failed as error:
            print(error)
            return 1
        print("数据已清除 · all data of this machine is gone")
    return 0


if __name__ == "__main__":
    sys.exit(main())

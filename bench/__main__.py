"""python -m bench [--quick] [p03 p16 ...]     all goals, or the named ones; --quick on the small city

Brings up a database of its own in a state directory of its own, and measures (measuring.py) beside it.
"""

import argparse
import os
import sys

from ops import devpg, state
from ops.run import Failed, alone, listen_to_signals, stop_listening
from ops.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small city")
    parser.add_argument("names", nargs="*", help="p03, p16 ...")
    options = parser.parse_args(arguments)
    listen_to_signals()
    cluster, supervisor = devpg.Cluster(devpg.THROWAWAY), Supervisor(state.directory(), print)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    command = (sys.executable, "-m", "bench.measuring", "small" if options.quick else "full")
    with alone("基准已在运行 · the benchmark is running already"):
        try:
            cluster.prepare()
            supervisor.start(cluster.program())
            cluster.wait()
            env["DATABASE_URL"] = state.database_url()
            return supervisor.run((*command, *options.names), env=env, cwd=state.ROOT)
        finally:
            stop_listening()
            supervisor.stop()


if __name__ == "__main__":
    # The state directory is read on import, hence anew; either city keeps its own.
    if "YIZHAN_STATE" not in os.environ:
        city = "bench-quick" if "--quick" in sys.argv else "bench"
        os.environ["YIZHAN_STATE"] = str(state.ROOT / ".state" / city)
        os.execv(sys.executable, [sys.executable, "-m", "bench", *sys.argv[1:]])  # noqa: S606
    try:
        sys.exit(main(sys.argv[1:]))
    except (Failed, devpg.Unavailable) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)

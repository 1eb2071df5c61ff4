"""The measuring itself, against the database that __main__ has brought up.

python -m bench.measuring small|full [p03 p16 ...]
"""

import dataclasses
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django

from bench import harness
from bench.harness import Result, Wrong
from ops import state


def modules(wanted: list[str]) -> list[str]:
    """The benchmarks, in the order of their goals. Raises SystemExit for a name that is none."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("p[0-9][0-9]_*.py"))
    if unknown := [name for name in wanted if not any(each.startswith(name) for each in found)]:
        sys.exit(f"没有这个基准 · no such benchmark: {' '.join(unknown)}")
    return [each for each in found if not wanted or any(each.startswith(name) for name in wanted)]


def main(scale: str, names: list[str]) -> int:
    """The exit code: 0 when every answer was right, however long it took."""
    wanted = modules(names)
    django.setup()
    from bench import city

    here = city.prepare(scale)
    began = time.monotonic()
    results: list[dict[str, Any]] = []
    wrong = 0
    for name in wanted:
        for each in importlib.import_module(f"bench.{name}").measures(here):
            try:
                result = harness.run(each)
            except Wrong as fault:
                print(f"WRONG   {each.name}: {fault}", flush=True)
                wrong += 1
                continue
            print(line(result), flush=True)
            results.append(dataclasses.asdict(result) | {"is_met": result.is_met})
    report = {"commit": commit(), "scale": scale, "results": results}
    path = state.write("results.json", json.dumps(report, ensure_ascii=False, indent=1))
    print(f"{time.monotonic() - began:7.1f}s  {path}")
    return 1 if wrong else 0


def commit() -> str:
    describe = ("git", "describe", "--always", "--dirty")
    told = subprocess.run(describe, cwd=state.ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def line(result: Result) -> str:
    mark = "ok" if result.is_met else "below" if result.is_faster else "above"
    goal = f"{'≥' if result.is_faster else '≤'} {result.goal:,g}"
    start = f"{mark:<6}  {result.name:<34}"
    if not result.details:
        digits = 3 if result.unit == "x" else 0
        return f"{start} {result.value:>9,.{digits}f} {result.unit:<8} goal {goal}"
    times = "subject {subject_ms} ms, yardstick {yardstick_ms} ms".format(**result.details)
    noise = f"spread {result.spread:.1f}{' NOISY' if result.is_noisy else ''}"
    return f"{start} {result.value:>9,.2f} x        goal {goal:<8} {noise}  {times}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

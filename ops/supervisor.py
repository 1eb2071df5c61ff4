"""Keeps a handful of programs running: starts, logs, restarts with back-off, stops.

Why not an existing supervisor: docs/decisions/0002-own-supervisor.md.
Not thread-safe: every method is called from the thread that made it. That thread must outlive the
programs, because the kernel ends them with it (so that not even `kill -9` of the
supervisor leaves them behind).
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from common.logs import line

FIRST_PAUSE = 0.5  # seconds before the first restart; doubled with each failure in a row
LONGEST_PAUSE = 30.0
STABLE_AFTER = 30.0  # seconds of life after which earlier failures are forgotten
STOP_WITHIN = 10.0  # seconds to end by itself before it is killed
LOG_BYTES = 20_000_000  # a log of this size is set aside as <name>.jsonl.1


@dataclass(frozen=True)
class Program:
    """What to run.

    `prefix`: a wrapper such as unshare, which clears what was asked of the kernel before it.
    `is_deaf`: asked while it lives; True means alive but not working: restart it.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    prefix: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    popen: Mapping[str, object] = field(default_factory=dict)
    on_start: Callable[[], None] = lambda: None
    is_deaf: Callable[[], bool] = lambda: False


class Child:
    """One program and its present process."""

    def __init__(self, program: Program, logs: Path, *, clock: Callable[[], float]) -> None:
        self.program = program
        self.failures = 0
        self.start_again_at: float | None = None
        self._log = Log(logs / f"{program.name}.jsonl", logger=program.name)
        self._clock = clock
        self._reader: threading.Thread | None = None
        self.process = self._launch()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def start(self) -> None:
        self.start_again_at = None
        self.process = self._launch()

    def schedule_restart(self) -> float:
        """Note that it ended on its own; the pause in seconds until it is started again."""
        if self._clock() - self._started_at >= STABLE_AFTER:
            self.failures = 0
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.failures)
        self.failures += 1
        self.kill()  # what it forked would hold its port and its work
        self.start_again_at = self._clock() + pause
        return pause

    def terminate(self) -> None:
        if self.is_alive:
            self.process.send_signal(self.program.stop_signal)

    def wait(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the process and everything it forked, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Wait for the last lines of its log."""
        if self._reader:
            self._reader.join(timeout=2)

    def _launch(self) -> subprocess.Popen[str]:
        self.close()
        self.program.on_start()
        self._started_at = self._clock()
        process: subprocess.Popen[str] = subprocess.Popen(  # type: ignore[call-overload]
            (
                *self.program.prefix,
                *_dying_with_parent(self.program.stop_signal),
                *self.program.argv,
            ),
            env=dict(self.program.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops them in order
            **self.program.popen,
        )
        self._reader = threading.Thread(target=self._log.copy, args=(process.stdout,), daemon=True)
        self._reader.start()
        return process


class Log:
    """A file of JSON lines. What a program prints otherwise is wrapped, and redacted."""

    def __init__(self, path: Path, *, logger: str) -> None:
        self.path = path
        self.logger = logger

    def copy(self, source: IO[str]) -> None:
        with source:
            handle = self._open()
            try:
                for text in source:
                    if not text.strip():
                        continue
                    handle.write(self.wrap(text.rstrip("\n")) + "\n")
                    handle.flush()
                    if handle.tell() > LOG_BYTES:
                        handle.close()
                        self.path.replace(self.path.with_suffix(".jsonl.1"))
                        handle = self._open()
            finally:
                handle.close()

    def wrap(self, text: str) -> str:
        if text.startswith("{"):
            with contextlib.suppress(ValueError):
                json.loads(text)
                return text
        return line(logger=self.logger, level="info", message=text, at=datetime.now(UTC))

    def _open(self) -> IO[str]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.path.open("a", encoding="utf-8")


class Supervisor:
    """The programs in the order in which they were started; they are stopped in the reverse order."""

    def __init__(
        self,
        directory: Path,
        say: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.children: list[Child] = []
        self._directory = directory
        self._say = say
        self._clock = clock

    def start(self, program: Program) -> Child:
        child = Child(program, self._directory / "logs", clock=self._clock)
        self.children.append(child)
        self._write_pids()
        return child

    def watch(self) -> None:
        """One look at every program: restart what has died or gone deaf. Call it a few times a second."""
        for child in self.children:
            name = child.program.name
            if child.start_again_at is not None:
                if self._clock() >= child.start_again_at:
                    child.start()
                    self._write_pids()
            elif not child.is_alive:
                code = child.process.returncode
                pause = child.schedule_restart()
                self._say(
                    f"{name} 退出（{code}），{pause:g} 秒后重启 · ended, restarting; logs/{name}.jsonl"
                )
            elif child.program.is_deaf():
                child.schedule_restart()
                self._say(f"{name} 无响应，正在重启 · does not respond, restarting")

    def stop(self) -> None:
        """End every program, last started first. Afterwards none is left."""
        for child in reversed(self.children):
            child.terminate()
            if not child.wait(STOP_WITHIN):
                self._say(f"{child.program.name} 强制结束 · killed")
            child.kill()
            child.close()
        self.children.clear()
        (self._directory / "pids").unlink(missing_ok=True)

    def _write_pids(self) -> None:
        rows = [("supervisor", os.getpid()), *((c.program.name, c.pid) for c in self.children)]
        draft = self._directory / ".pids"
        draft.write_text("".join(f"{name} {pid}\n" for name, pid in rows), encoding="ascii")
        draft.replace(self._directory / "pids")


def _dying_with_parent(stop_signal: signal.Signals) -> tuple[str, ...]:
    """A command prefix by which the kernel sends `stop_signal` when the thread that forked dies.

    Not `preexec_fn`: Python code between fork and exec can hang once the log threads run.
    """
    if sys.platform != "linux" or not shutil.which("setpriv"):
        return ()
    return ("setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"))

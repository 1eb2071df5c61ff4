"""Keeps a handful of programs running: starts, logs, restarts with back-off, stops.

Why not an existing supervisor: docs/decisions/0002-own-supervisor.md.
One thread only, and deliberately so. The kernel ends the children with the thread that started them
(so that not even `kill -9` of the supervisor leaves them behind), and would tell them once for each
further thread: a burst of SIGTERM, in which granian 2.8 hangs for ever.
"""

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
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
        self.process = self._launch()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout  # noqa: S101 - it is a pipe, see _launch
        return self.process.stdout

    def start(self) -> None:
        self.start_again_at = None
        self.process = self._launch()

    def schedule_restart(self) -> float:
        """Note that it ended on its own; the pause in seconds until it is started again."""
        if self._clock() - self._started_at >= STABLE_AFTER:
            self.failures = 0
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.failures)
        self.failures += 1
        self.start_again_at = self._clock() + pause
        return pause

    def terminate(self) -> None:
        if self.is_alive:
            self.process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End the process and everything it forked, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def read(self) -> bool:
        """Copy to the log what it has printed. False when it will print no more."""
        try:
            data = os.read(self.output.fileno(), 65536)
        except BlockingIOError:
            return True
        self._log.write(data)
        return bool(data)

    def _launch(self) -> subprocess.Popen[bytes]:
        self.program.on_start()
        self._started_at = self._clock()
        program = self.program
        dying = _dying_with_parent(program.stop_signal)
        process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
            (*program.prefix, *dying, *program.argv),
            env=dict(program.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops them in order
            **program.popen,
        )
        assert process.stdout  # noqa: S101
        os.set_blocking(process.stdout.fileno(), False)
        return process


class Log:
    """A file of JSON lines. What a program prints otherwise is wrapped, and redacted."""

    def __init__(self, path: Path, *, logger: str) -> None:
        self._path = path
        self._logger = logger
        self._begun = b""  # a line that has no end yet

    def write(self, data: bytes) -> None:
        """Append the lines in `data`; without data, what was begun is all there will be."""
        *lines, self._begun = (self._begun + (data or b"\n")).split(b"\n")
        texts = [line.decode("utf-8", errors="replace") for line in lines if line.strip()]
        if not texts:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as handle:
            handle.writelines(self._wrapped(text) + "\n" for text in texts)
            is_full = handle.tell() > LOG_BYTES
        if is_full:
            self._path.replace(self._path.with_suffix(".jsonl.1"))

    def _wrapped(self, text: str) -> str:
        if text.startswith("{"):
            with contextlib.suppress(ValueError):
                json.loads(text)
                return text
        return line(logger=self._logger, level="info", message=text, at=datetime.now(UTC))


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
        self._outputs = selectors.DefaultSelector()

    def start(self, program: Program) -> Child:
        child = Child(program, self._directory / "logs", clock=self._clock)
        self.children.append(child)
        self._outputs.register(child.output, selectors.EVENT_READ, child)
        self._write_pids()
        return child

    def attend(self, seconds: float) -> None:
        """For so long, copy what the programs print into their logs. Nobody else does: they would block."""
        deadline = time.monotonic() + seconds
        while True:
            for key, _ in self._outputs.select(max(0.0, deadline - time.monotonic())):
                child: Child = key.data
                if not child.read():
                    self._forget_output(child)
            if time.monotonic() >= deadline:
                return

    def run(self, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command on our own console while the programs go on; its exit code."""
        with subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL) as process:
            try:
                while process.poll() is None:
                    self.watch()
                    self.attend(0.05)
            except BaseException:
                process.terminate()
                raise
        return process.returncode

    def watch(self) -> None:
        """One look at every program: restart what has died or gone deaf. Call it a few times a second."""
        for child in self.children:
            name = child.program.name
            if child.start_again_at is not None:
                if self._clock() >= child.start_again_at:
                    child.start()
                    self._outputs.register(child.output, selectors.EVENT_READ, child)
                    self._write_pids()
            elif not child.is_alive:
                code = child.process.returncode
                pause = self._end(child)
                self._say(
                    f"{name} 退出（{code}），{pause:g} 秒后重启 · ended, restarting; logs/{name}.jsonl"
                )
            elif child.program.is_deaf():
                self._end(child)
                self._say(f"{name} 无响应，正在重启 · does not respond, restarting")

    def stop(self) -> None:
        """End every program, last started first. Afterwards none is left."""
        for child in reversed(self.children):
            child.terminate()
            deadline = time.monotonic() + STOP_WITHIN
            while child.is_alive and time.monotonic() < deadline:
                self.attend(0.02)
            if child.is_alive:
                self._say(f"{child.program.name} 强制结束 · killed")
            child.kill()
            self._forget_output(child)
        self.children.clear()
        (self._directory / "pids").unlink(missing_ok=True)

    def _end(self, child: Child) -> float:
        child.kill()  # with what it forked, which would hold its port and its work
        self._forget_output(child)
        return child.schedule_restart()

    def _forget_output(self, child: Child) -> None:
        if child.output.closed:
            return
        self._outputs.unregister(child.output)
        for _ in range(100):  # what is still in the pipe; bounded, for a survivor may hold it open
            if not child.read():
                break
        child.output.close()

    def _write_pids(self) -> None:
        rows = [("supervisor", os.getpid()), *((c.program.name, c.pid) for c in self.children)]
        draft = self._directory / ".pids"
        draft.write_text("".join(f"{name} {pid}\n" for name, pid in rows), encoding="ascii")
        draft.replace(self._directory / "pids")


def _dying_with_parent(stop_signal: signal.Signals) -> tuple[str, ...]:
    """A command prefix by which the kernel sends `stop_signal` when we die.

    Not `preexec_fn`: entering a user namespace would clear it (see Program.prefix).
    """
    if sys.platform != "linux" or not shutil.which("setpriv"):
        return ()
    return ("setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"))

"""A broker, a worker and beat as real processes, to be killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from django.db import connection

from config.celery import app
from ops import broker

# A test run that is killed itself leaves nothing behind.
DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def ringing_at(url: str) -> Iterator[None]:
    """In this process the doorbell rings at this broker."""
    before = {"broker_url": app.conf.broker_url, "broker_write_url": app.conf.broker_write_url}
    app.conf.update(broker_url=url, broker_write_url=url)
    yield
    app.conf.update(before)


class Broker:
    def __init__(self, directory: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self._directory = directory
        self.start()

    def start(self) -> None:
        command = [
            *DIES_WITH_US,
            str(broker.find_binary()),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
        ]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        broker.wait(self.url)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.client.close()
        self.kill()


class Celery:
    """A worker with two children, or beat, in a process group of its own."""

    def __init__(self, *arguments: str, broker_url: str, log: Path, **env: str) -> None:
        self._command = [
            *DIES_WITH_US,
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config.celery",
            *arguments,
        ]
        self._log = log
        self._env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.notifications.chaos_settings",
            "CHAOS_DATABASE": str(connection.settings_dict["NAME"]),
            "BROKER_URL": broker_url,
            **env,
        }
        self.starts = 0
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.starts += 1

    def keep_alive(self) -> None:
        """What the supervisor does."""
        if self.process.poll() is not None:
            self.start()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_children(self) -> int:
        own = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = own.read_text().split() if own.exists() else []
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        return len(children)

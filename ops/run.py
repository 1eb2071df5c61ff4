"""`make run`: everything on one machine, under one supervisor.

Database, broker, migrations, translations, demonstration city, then web, worker and beat.
DATABASE_URL and BROKER_URL replace the embedded servers; PORT and HOST say where the web listens.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ops import broker, devpg, state, translations
from ops.heartbeat import Ear, one_row
from ops.supervisor import Program, Supervisor

STARTED = time.monotonic()
PORT = 8000
READY_WITHIN = 60.0  # seconds from the start of the web server to its first page


class Failed(Exception):
    """A step of the start did not succeed; the text says which, and where to look."""


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever read our output has gone; the portal goes on
        print(f"{time.monotonic() - STARTED:6.1f}s  {text}", flush=True)


def manage(supervisor: Supervisor, env: Mapping[str, str], *arguments: str) -> None:
    """Run a management command on our own console. Raises Failed."""
    code = supervisor.run((sys.executable, "manage.py", *arguments), env=env, cwd=state.ROOT)
    if code:
        raise Failed(f"manage.py {' '.join(arguments)} 失败 · failed ({code})")


def web_port(wanted: int, host: str) -> int:
    """`wanted`, or a free port when somebody listens there."""
    if state.is_free(wanted, host):
        return wanted
    port = state.free_port()
    say(f"端口 {wanted} 已被占用，改用 {port} · port {wanted} is taken, using {port}")
    return port


def programs(env: Mapping[str, str], host: str, port: int) -> Iterator[Program]:
    """Web, worker and beat, in the order in which they start."""
    python = sys.executable
    celery = (python, "-m", "celery", "-A", "config")
    yield Program(
        "web",
        (
            *(python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "1", "--respawn-failed-workers", "--no-ws"),
            *("--workers-kill-timeout", "8", "--access-log"),
            *("--log-config", str(state.ROOT / "ops" / "granian-logging.json")),
            "config.wsgi:application",
        ),
        env,
    )
    ear = Ear(env["DATABASE_URL"])
    yield Program(
        "worker",
        (
            *(*celery, "worker", "-Q", "heartbeat,messages,jobs", "-c", "2"),
            *("--without-gossip", "--without-mingle"),
        ),
        env,
        on_start=ear.reset,
        is_deaf=ear.hears_nothing,
    )
    yield Program("beat", (*celery, "beat", "-s", str(state.directory("beat") / "schedule")), env)


def is_empty(url: str) -> bool:
    """Whether nobody has an account yet."""
    return bool(one_row(url, "SELECT NOT EXISTS (SELECT 1 FROM accounts_user)")[0])


def load_demo(supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """Fill an empty database with the demonstration city."""
    unfinished = state.STATE_DIR / "demo.unfinished"
    if unfinished.exists():
        raise Failed(
            "演示数据只装了一半，请运行 make reset · the demo city is half loaded: make reset"
        )
    if not is_empty(env["DATABASE_URL"]):
        return
    say("正在装入演示城市 · loading the demo city")
    unfinished.touch()
    manage(supervisor, env, "load_demo", "--scale", "small")
    unfinished.unlink()


def wait_until_ready(supervisor: Supervisor, url: str) -> None:
    """Raises Failed when the portal is not ready in time."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        supervisor.watch()
        supervisor.attend(0.1)
        try:
            with urllib.request.urlopen(f"{url}/healthz/ready", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            pass
    raise Failed("网页未能启动 · the web server does not get ready, see logs/web.jsonl")


def show_accounts() -> None:
    """The demonstration accounts, as the loader wrote them."""
    try:
        accounts = json.loads((state.STATE_DIR / "demo-accounts.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    print("\n  演示账号 · demo accounts（.state/demo-accounts.json）")
    for account in accounts:
        columns = (account.get(key) or "" for key in ("username", "password", "role", "place"))
        print("    " + "  ".join(f"{column!s:<14}" for column in columns).rstrip())


def start(supervisor: Supervisor) -> None:
    """Bring everything up. Raises Failed, or Unavailable of database or broker."""
    env = dict(os.environ, PYTHONUNBUFFERED="1", YIZHAN_STATE=str(state.STATE_DIR))
    env.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    cluster = None if env.get("DATABASE_URL") else devpg.Cluster()
    if cluster:
        cluster.prepare()
        supervisor.start(cluster.program())
    if not env.get("BROKER_URL"):
        supervisor.start(broker.prepare())
    translations.compile_changed()
    if cluster:
        env["DATABASE_URL"] = state.database_url()
        cluster.wait()
    if not env.get("BROKER_URL"):
        env["BROKER_URL"] = state.broker_url()
        broker.wait(env["BROKER_URL"])
    say("数据库和消息代理已就绪 · database and broker are up")
    manage(supervisor, env, "migrate", "-v0")
    manage(supervisor, env, "grant_powers")
    say("数据表已就绪 · migrations are applied")
    load_demo(supervisor, env)
    host = env.get("HOST", state.LOOPBACK)
    port = web_port(int(env.get("PORT") or PORT), host)
    for program in programs(env, host, port):
        supervisor.start(program)
    url = f"http://{state.LOOPBACK}:{port}"
    wait_until_ready(supervisor, url)
    say(f"一站已启动 · ready:  {url.replace(state.LOOPBACK, 'localhost')}/    Ctrl-C 停止 · stops")
    show_accounts()


@contextmanager
def alone(otherwise: str = "一站已在运行 · already running; make stop ends it") -> Iterator[None]:
    """Raises Failed with that text when another supervisor works on this state directory."""
    with (state.directory() / "run.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(otherwise) from None
        yield


def listen_to_signals() -> None:
    """Ctrl-C, `kill` and a closed terminal all end the portal in order, whatever we inherited."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def stop_listening() -> None:
    """Stopping is bounded in time; a second Ctrl-C must not leave anything behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def run(begin: Callable[[Supervisor], None] = start) -> int:
    """Start, keep running, stop. The exit code: 0 when it was asked to end, 1 when it could not begin."""
    listen_to_signals()
    supervisor = Supervisor(state.directory(), say)
    try:
        with alone():
            try:
                begin(supervisor)
                while True:
                    supervisor.watch()
                    supervisor.attend(0.25)
            except KeyboardInterrupt:
                stop_listening()
                say("正在停止 · stopping")
                return 0
            finally:
                stop_listening()
                supervisor.stop()
                say("已停止 · stopped")
    except (Failed, devpg.Unavailable, broker.Unavailable) as error:
        say(f"{error}")
        return 1


if __name__ == "__main__":
    sys.exit(run())

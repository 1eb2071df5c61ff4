"""`make test`: every check, then every test, against servers of its own.

python -m ops.check               everything
python -m ops.check --no-tests    all but pytest (`make check`)
python -m ops.check ARGUMENTS     pytest alone, with these arguments

A failing check hides none of the others. The exit code is 0 only when all of them passed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
SCRIPTS = Path(PYTHON).parent
PACKAGES = (
    *("accounts", "bench", "common", "community", "config", "dashboards", "funding", "grid"),
    *("notifications", "ops", "residents", "servicehall", "tests"),
)
FONTS = {  # package → a file of it; those of letters (servicehall/documents/data/fonts.yaml)
    "fonts-wqy-microhei": "wqy-microhei.ttc",
    "fonts-arphic-uming": "uming.ttc",
    "fonts-arphic-gkai00mp": "gkai00mp.ttf",
    "fonts-babelstone-han": "BabelStoneHan.ttf",
}
# The first of them draws no windows for nobody, and takes a third less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
DEBIAN = (BROWSERS[0], "gettext", *FONTS)
APT = ("apt-get", "-o", "Dpkg::Use-Pty=0", "-qq")
PROCESSORS = 2
TESTERS = 3  # on two processors: one of them mostly waits for a browser or a broker
# What production must be given; none of these values is used anywhere else.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "check-" + "".join(chr(97 + i * 7 % 26) for i in range(60)),
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/none",
    "BROKER_URL": "redis://127.0.0.1:1/0",
    "FIELD_KEYS_FILE": "/nonexistent/field-keys.json",
    "AUDIT_KEY_FILE": "/nonexistent/audit-key.pem",
    "AUDIT_ANCHOR_FILE": "/nonexistent/audit-anchor.jsonl",
}


@dataclass(frozen=True)
class Step:
    name: str
    commands: tuple[tuple[str, ...], ...]
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    step: Step
    ok: bool
    seconds: float
    output: str


def templates() -> list[str]:
    """Every template of the portal."""
    found = [ROOT / "templates"]
    for package in PACKAGES:
        found += (ROOT / package).glob("**/templates")
    return sorted(str(p.relative_to(ROOT)) for d in found for p in d.glob("**/*.html"))


def steps() -> Iterator[Step]:
    """The checks that need no test run; first the one that takes as long as all others."""
    yield Step("types (mypy)", ((PYTHON, "-m", "mypy", *PACKAGES),))
    yield Step("ruff check", ((PYTHON, "-m", "ruff", "check", "."),))
    yield Step("ruff format", ((PYTHON, "-m", "ruff", "format", "--check", "."),))
    lint_imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    yield Step("import contracts", ((PYTHON, "-c", lint_imports),))
    if pages := templates():
        djade = (str(SCRIPTS / "djade"), "--target-version", "5.2", "--check", *pages)
        yield Step("templates: idiom (djade)", (djade,))
        djhtml = (PYTHON, "-m", "djhtml", "-t", "2", "--check", *pages)
        yield Step("templates: indentation (djhtml)", (djhtml,))
        djlint = (PYTHON, "-m", "djlint", "--lint", "--profile", "django", "--quiet", *pages)
        yield Step("templates: faults (djlint)", (djlint,))
    translations = (PYTHON, "-m", "ops.translations")
    yield Step("translations", (translations, (*translations, "check")))
    manage = (PYTHON, "manage.py")
    yield Step("migrations", ((*manage, "makemigrations", "--check", "--dry-run"),))
    deploy = (*manage, "check", "--deploy", "--fail-level", "WARNING")
    yield Step("production settings (check --deploy)", (deploy,), PRODUCTION)
    if compose := docker_compose():
        secrets = {
            **PRODUCTION,
            "POSTGRES_PASSWORD": "x",
            "VALKEY_PASSWORD": "x",
            "TLS_CERTIFICATE": "x",
            "TLS_KEY": "x",
        }
        yield Step("docker compose config", ((*compose, "config", "--quiet"),), secrets)


def docker_compose() -> tuple[str, ...]:
    """The compose command, empty where there is none: tests/ops/test_compose.py needs no docker."""
    if shutil.which("docker"):
        command = ("docker", "compose")
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    return ()


def run(step: Step) -> Outcome:
    began = time.monotonic()
    output, ok = [], True
    for command in step.commands:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **step.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        output.append(done.stdout)
        ok = ok and done.returncode == 0
    return Outcome(step, ok, time.monotonic() - began, "".join(output))


def report(outcome: Outcome) -> None:
    mark = "ok    " if outcome.ok else "FAILED"
    print(f"{outcome.seconds:7.1f}s  {mark}  {outcome.step.name}", flush=True)
    if not outcome.ok:
        print(
            "\n".join("            " + text for text in outcome.output.splitlines()[-200:]),
            flush=True,
        )


def run_and_report(step: Step) -> bool:
    outcome = run(step)
    report(outcome)
    return outcome.ok


def browser_here() -> str | None:
    """The Chromium of this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing_packages() -> list[str]:
    """The Debian packages of which the programs or fonts are not here."""
    present = {
        BROWSERS[0]: browser_here() is not None,
        "gettext": bool(shutil.which("msgmerge") and shutil.which("xgettext")),
        **{name: any(Path("/usr/share/fonts").glob(f"**/{file}")) for name, file in FONTS.items()},
    }
    return [name for name in DEBIAN if not present[name]]


def system_packages() -> Outcome:
    """Install what the browser tests and the translations need, where we may."""
    began = time.monotonic()
    ok, output = True, ""
    if missing := missing_packages():
        print(f"          安装系统软件 · installing {' '.join(missing)}", flush=True)
        ok, output = install(missing)
    step = Step(f"system packages ({', '.join(DEBIAN)})", ())
    return Outcome(step, ok, time.monotonic() - began, output)


def install(packages: list[str]) -> tuple[bool, str]:
    become = root_command()
    if become is None or not shutil.which("apt-get"):
        names = " ".join(packages)
        return False, f"needed: {names} (as root: apt-get install --no-install-recommends {names})"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = (*become, *APT, "install", "-y", "--no-install-recommends", *packages)
    update = (*become, *APT, "update")
    output = ""
    for command in (wanted, update, wanted):  # the lists may be there already, or old, or missing
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        output += done.stdout + done.stderr
        if command == wanted and not missing_packages():
            return True, ""
    return False, output


def root_command() -> tuple[str, ...] | None:
    """The prefix that makes us root: nothing, sudo without a password, or None when we may not."""
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ("sudo", "-n", "--preserve-env=DEBIAN_FRONTEND")
    return None


def pytest_command(arguments: list[str]) -> tuple[str, ...]:
    """All tests in parallel on a fresh database, or what was asked for on the last one."""
    # The order of the files is ours (tests/conftest.py), not by how many tests are in them.
    order = ["--dist=loadfile", "--no-loadscope-reorder"]
    whole = ["--create-db", "-q", "-n", str(TESTERS), *order]
    return (PYTHON, "-m", "pytest", *(arguments or whole))


def check(then: Callable[[], bool] | None = None) -> bool:
    """Run every check, and `then` beside them if it is given. Whether all passed."""
    from ops.translations import compile_changed

    every = steps()
    with ThreadPoolExecutor(1 if then else PROCESSORS) as pool:
        # The first needs none of these packages, which may take a while to come.
        running = [pool.submit(run_and_report, next(every))]
        packages = system_packages()
        report(packages)
        compile_changed()  # else a fresh checkout speaks no English; once, for all that run side by side
        running += [pool.submit(run_and_report, step) for step in every]
        ok = then() if then else True
    return packages.ok and ok and all(step.result() for step in running)


def tests(arguments: list[str]) -> bool:
    """Run pytest on our own database and broker, its output on our console. Whether it passed."""
    from ops import devpg, state
    from ops.run import alone, listen_to_signals, stop_listening
    from ops.supervisor import Supervisor
    from ops.translations import compile_changed

    compile_changed()
    listen_to_signals()
    began = time.monotonic()
    env = dict(os.environ, DJANGO_SETTINGS_MODULE="config.settings.test")
    supervisor = Supervisor(state.directory(), print)
    with alone("测试已在运行 · the tests are running already"):
        try:
            if not env.get("DATABASE_URL"):
                cluster = devpg.Cluster(devpg.THROWAWAY | devpg.FEW_ROWS)
                cluster.prepare()
                supervisor.start(cluster.program())
                cluster.wait()
                env["DATABASE_URL"] = state.database_url()
            passed = supervisor.run(pytest_command(arguments), env=env, cwd=ROOT) == 0
        finally:
            stop_listening()
            supervisor.stop()
    report(Outcome(Step("tests (pytest)", ()), passed, time.monotonic() - began, ""))
    return passed


def main(arguments: list[str]) -> int:
    from ops.devpg import Unavailable
    from ops.run import Failed

    began = time.monotonic()
    try:
        if arguments == ["--no-tests"]:
            ok = check()
        elif arguments:
            ok = tests(arguments)
        else:
            ok = check(lambda: tests([]))
    except (Failed, Unavailable) as error:
        print(error)
        ok = False
    except KeyboardInterrupt:
        return 130
    print(f"{time.monotonic() - began:7.1f}s  {'ok' if ok else 'FAILED'}")
    return 0 if ok else 1


if __name__ == "__main__":
    # Every process of a run imports the same modules: what one has compiled, the next ones read.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A state of its own, so that tests never meet the data of `make run`. Read on import, hence anew.
    if "YIZHAN_STATE" not in os.environ:
        os.environ["YIZHAN_STATE"] = str(ROOT / ".state" / "test")
        os.execv(PYTHON, [PYTHON, "-m", "ops.check", *sys.argv[1:]])  # noqa: S606
    sys.exit(main(sys.argv[1:]))

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.state import ROOT
from ops.supervisor import FIRST_PAUSE, LONGEST_PAUSE, STABLE_AFTER, Program, Supervisor


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(tmp_path, clock, said):
    supervisor = Supervisor(tmp_path, said.append, clock=clock)
    yield supervisor
    supervisor.stop()


def program(code, name="fake", **options):
    return Program(name, (sys.executable, "-u", "-c", code), dict(os.environ), **options)


SLEEPS = "import time; print('up'); time.sleep(600)"


def is_alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def eventually(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_what_died_is_started_again_after_a_pause_that_grows(supervisor, clock, said):
    child = supervisor.start(program("raise SystemExit(3)"))
    pauses = []
    for _ in range(9):
        child.process.wait(15)
        supervisor.watch()
        pauses.append(child.start_again_at - clock.now)
        supervisor.watch()
        assert not child.is_alive  # not before its time
        clock.now = child.start_again_at
        supervisor.watch()

    assert pauses[:4] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4, FIRST_PAUSE * 8]
    assert pauses[-1] == LONGEST_PAUSE
    assert "3" in said[0]


def test_a_long_life_forgives_earlier_failures(supervisor, clock):
    child = supervisor.start(program(SLEEPS))
    child.failures = 6
    clock.now += STABLE_AFTER
    child.process.kill()
    child.process.wait(5)

    supervisor.watch()

    assert child.start_again_at - clock.now == FIRST_PAUSE


def test_a_deaf_program_is_replaced(supervisor, clock, said):
    deaf: list[bool] = []
    child = supervisor.start(program(SLEEPS, is_deaf=lambda: bool(deaf)))
    first = child.pid
    supervisor.watch()
    assert child.pid == first

    deaf.append(True)
    supervisor.watch()
    assert not is_alive(first)
    deaf.clear()
    clock.now += FIRST_PAUSE
    supervisor.watch()

    assert child.is_alive
    assert child.pid != first
    assert len(said) == 1


def test_stopping_leaves_nothing_behind_in_reverse_order(supervisor, tmp_path):
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    open({path!r}, 'a').write({name!r} + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "open({path!r} + {name!r}, 'w')\n"
        "time.sleep(600)\n"
    )
    children = [
        supervisor.start(program(code.format(path=str(order), name=name), name))
        for name in ("a", "b")
    ]
    eventually(lambda: all((tmp_path / f"order{name}").exists() for name in "ab"))
    pids = [child.pid for child in children]
    assert (tmp_path / "pids").read_text().splitlines() == [
        f"supervisor {os.getpid()}",
        f"a {pids[0]}",
        f"b {pids[1]}",
    ]

    supervisor.stop()

    assert order.read_text() == "b a "
    assert not any(map(is_alive, pids))
    assert not (tmp_path / "pids").exists()


def test_what_ignores_the_signal_is_killed_with_what_it_forked(
    supervisor, monkeypatch, said, tmp_path
):
    monkeypatch.setattr("ops.supervisor.STOP_WITHIN", 0.2)
    note = tmp_path / "grandchild"
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pid = os.fork()\n"
        f"if pid: open({str(note) + '.draft'!r}, 'w').write(str(pid)); "
        f"os.rename({str(note) + '.draft'!r}, {str(note)!r})\n"
        "time.sleep(600)\n"
    )
    child = supervisor.start(program(code))
    eventually(note.exists)

    supervisor.stop()

    assert not is_alive(child.pid)
    eventually(lambda: not is_alive(int(note.read_text())))  # its heir may bury it late
    assert "killed" in said[-1]


def test_nothing_survives_the_death_of_the_supervisor(tmp_path):
    code = (
        "import os, sys, time; from pathlib import Path\n"
        "from ops.supervisor import Program, Supervisor\n"
        f"s = Supervisor(Path({str(tmp_path)!r}), print)\n"
        f"c = s.start(Program('fake', (sys.executable, '-c', {SLEEPS!r}), dict(os.environ)))\n"
        "print(c.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    pid = int(process.stdout.readline())
    command = Path(f"/proc/{pid}/cmdline")
    eventually(lambda: "sleep" in command.read_text() and "setpriv" not in command.read_text())

    process.send_signal(signal.SIGKILL)
    process.wait(5)
    process.stdout.close()

    eventually(lambda: not is_alive(pid))


def test_logs_are_json_lines_without_personal_data(supervisor, tmp_path):
    code = "print('电话 13812345678'); print('{\"message\": \"own\"}'); print('{broken')"
    child = supervisor.start(program(code, "talker"))
    child.process.wait(15)

    supervisor.stop()

    lines = (tmp_path / "logs" / "talker.jsonl").read_text(encoding="utf-8").splitlines()
    first, second, third = map(json.loads, lines)
    assert first["message"] == "电话 [phone]"
    assert first["logger"] == "talker"
    assert second == {"message": "own"}
    assert third["message"] == "{broken"


def test_a_large_log_is_set_aside(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("ops.supervisor.LOG_BYTES", 1000)
    for code in ("for i in range(30): print('x' * 50)", "print('anew')"):
        supervisor.start(program(code, "talker")).process.wait(15)
        supervisor.stop()

    assert (tmp_path / "logs" / "talker.jsonl.1").stat().st_size > 1000
    assert (tmp_path / "logs" / "talker.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_a_program_that_prints_much_is_never_held_up(supervisor, tmp_path):
    done = tmp_path / "done"
    code = f"for i in range(9000): print('x' * 50)\nopen({str(done)!r}, 'w')"
    supervisor.start(program(code, "talker"))

    code = supervisor.run(
        (sys.executable, "-c", "import time; time.sleep(0.5)"), env=os.environ, cwd=ROOT
    )

    assert code == 0
    eventually(lambda: supervisor.attend(0.01) or done.exists())


def test_the_death_of_the_supervisor_is_told_once(tmp_path):
    """Told several times at once, granian's handler runs inside itself and waits for ever."""
    note = tmp_path / "told"
    listener = (
        "import signal, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: open({str(note)!r}, 'a').write('x'))\n"
        f"open({str(note)!r}, 'a')\n"
        "for _ in range(30): time.sleep(0.1)\n"
    )
    code = (
        "import os, sys, time; from pathlib import Path\n"
        "from ops.supervisor import Program, Supervisor\n"
        f"s = Supervisor(Path({str(tmp_path)!r}), print)\n"
        f"p = Program('fake', (sys.executable, '-c', {listener!r}), dict(os.environ))\n"
        "print(s.start(p).pid, s.start(p).pid, flush=True)\n"
        "s.attend(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    pids = list(map(int, process.stdout.readline().split()))
    eventually(note.exists)
    time.sleep(0.5)

    process.send_signal(signal.SIGKILL)
    process.wait(5)
    process.stdout.close()

    eventually(lambda: not any(map(is_alive, pids)))
    assert note.read_text() == "xx"

import socket
import stat
import subprocess
import sys

from ops import state


def test_a_machine_keeps_its_secrets_and_addresses(state_dir):
    first = (state.secret_key(), state.database_url(), state.broker_url())

    assert (state.secret_key(), state.database_url(), state.broker_url()) == first
    assert first[1].startswith("postgres://yizhan:")
    assert first[2].startswith("redis://:")


def test_two_machines_share_no_secret(state_dir, monkeypatch):
    first = {state.secret_key(), state.database_password(), state.broker_password()}
    monkeypatch.setattr(state, "STATE_DIR", state_dir.parent / "another")

    assert not first & {state.secret_key(), state.database_password(), state.broker_password()}


def test_nobody_else_reads_the_secrets(state_dir):
    state.secret_key()
    state.database_url()
    state.broker_url()
    state.write("valkey.conf", "requirepass x")

    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in state_dir.iterdir()} == {0o600}


def test_processes_that_ask_at_once_get_the_same_secret(state_dir):
    ask = (
        f"from pathlib import Path; from ops import state; state.STATE_DIR = Path({str(state_dir)!r});"
        "print(state.secret_key())"
    )
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ask], cwd=state.ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = {process.communicate()[0].strip() for process in asking}

    assert len(answers) == 1
    assert len(answers.pop()) > 50


def test_a_port_on_which_somebody_listens_is_not_free():
    with socket.socket() as taken:
        taken.bind((state.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not state.is_free(port)
    assert state.is_free(port)

